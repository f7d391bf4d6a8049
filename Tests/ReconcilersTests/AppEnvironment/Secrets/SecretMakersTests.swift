import KubeAPI
import Testing

@testable import Reconcilers

/// Whoever may edit a namespace can make objects of these kinds, and write into them what they like.
@Suite("What others say of Secrets that are missing")
struct SecretMakersTests {
    private func kept(_ text: String) throws -> JSONValue {
        try #require(OthersObjects.trim(CachedObject(try DynamicObject.fixture(text))))
    }

    @Test("Of an object there stays what is read from it, and nothing of its content")
    func trimmed() throws {
        let kept = try kept(
            """
            apiVersion: bitnami.com/v1alpha1
            kind: SealedSecret
            metadata: {name: a, namespace: shop, uid: u, annotations: {note: long}}
            spec: {encryptedData: {URL: AgBy}, template: {data: {a: b}}, target: {name: b, template: {data: {c: d}}}}
            status: {conditions: [{type: Synced, status: "False", message: m, extra: x}], other: {a: b}}
            """)
        #expect(kept["spec"] == ["target": ["name": "b"]])
        #expect(kept["status"] == ["conditions": [["type": "Synced", "status": "False", "message": "m"]]])
        #expect(kept["metadata"]?["name"] == "a" && kept["metadata"]?["annotations"]?["note"] == nil)
    }

    @Test("Neither many nor long conditions are kept, nor fields of another type than theirs")
    func bounded() throws {
        let long = String(repeating: "x", count: 5000)
        let conditions = (0..<100).map { "{type: C\($0), status: 'True', message: \(long), reason: {a: b}}" }
        let kept = try kept(
            """
            apiVersion: v1
            kind: Cluster
            metadata: {name: a, namespace: shop}
            spec: {secretName: {a: \(long)}, target: {name: [\(long)]}}
            status: {conditions: [\(conditions.joined(separator: ","))]}
            """)
        #expect(kept["spec"] == nil)
        let list = try #require(kept["status"]?["conditions"]?.elements)
        #expect(list.count == 16)
        #expect(list.allSatisfy { ($0["message"]?.string?.count ?? 0) == 1024 && $0["reason"] == nil })
    }

    @Test("The words of a condition are one line without what a terminal acts on, and no longer than a sentence")
    func words() {
        let long: JSONValue = ["reason": "R", "message": .string(String(repeating: "y", count: 1000))]
        #expect(long.conditionWords.count == 300)
        let lines: JSONValue = ["reason": "R", "message": "one\r\ntwo\u{1B}[2J\u{202E}three"]
        #expect(lines.conditionWords == "R: one two [2J three")
        #expect((["reason": "R"] as JSONValue).conditionWords == "R")
    }

    @Test("Whether a Cluster has backups of its own is kept, and not where they are")
    func backups() throws {
        func has(_ spec: String) throws -> Bool {
            try kept("apiVersion: v1\nkind: Cluster\nmetadata: {name: a}\nspec: \(spec)")["spec"]?["backup"] == true
        }
        #expect(try has("{backup: {barmanObjectStore: {destinationPath: 's3://bucket'}}}"))
        #expect(try has("{plugins: [{name: barman-cloud.cloudnative-pg.io, isWALArchiver: true}]}"))
        #expect(try !has("{plugins: [{name: barman-cloud.cloudnative-pg.io, isWALArchiver: true, enabled: false}]}"))
        #expect(try !has("{plugins: [{name: metrics}], backup: {}}"))
    }
}
