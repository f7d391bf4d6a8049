import KubeAPI
import Testing

@testable import Reconcilers

@Suite("What is read out of cached objects")
struct ParsedObjectsTests {
    private func pool(_ name: String, version: Int, zone: String) throws -> CachedObject {
        CachedObject(
            try .fixture(
                """
                metadata: {name: \(name), uid: \(name), resourceVersion: "\(version)"}
                spec: {zone: \(zone)}
                """))
    }

    @Test("The revision moves with the values, not with the objects or their order")
    func revision() throws {
        let parsed = ParsedObjects { $0.value(at: "spec", "zone")?.string }
        let (a, b) = (try pool("a", version: 1, zone: "eu"), try pool("b", version: 2, zone: "us"))
        let first = parsed.revised([a, b])
        #expect(first.values == ["eu", "us"])
        #expect(parsed.revised([b, a]).revision == first.revision)
        #expect(parsed.revised([try pool("a", version: 3, zone: "eu"), b]).revision == first.revision)

        let changed = parsed.revised([try pool("a", version: 4, zone: "ap"), b])
        #expect(changed.values == ["ap", "us"])
        #expect(changed.revision != first.revision)
        let fewer = parsed.revised([b])
        #expect(fewer.values == ["us"])
        #expect(fewer.revision != changed.revision)
        let other = parsed.revised([try pool("c", version: 5, zone: "us")])
        #expect(other.revision != fewer.revision)
    }
}
