import KubeAPI
import Testing

@testable import EmbeddedAPIServer

@Suite("Custom resource definitions")
struct CustomResourcesTests {
    private let now = SchemaFixture.now

    private func crd(_ plural: String, kind: String, short: String) throws -> JSONValue {
        try SchemaFixture.json(
            """
            {"metadata":{"name":"\(plural).example.com"},"spec":{"group":"example.com","scope":"Namespaced",
              "names":{"plural":"\(plural)","singular":"\(kind.lowercased())","kind":"\(kind)","listKind":"\(kind)List",
               "shortNames":["\(short)"]},
              "versions":[{"name":"v1","served":true,"storage":true},{"name":"v1beta1","served":true,"storage":false},
               {"name":"v1alpha1","served":false,"storage":false}]}}
            """)
    }

    @Test("A CRD is established, and served in its versions")
    func established() throws {
        let crd = CustomResources.established(try crd("widgets", kind: "Widget", short: "wd"), others: [], now: now)
        #expect(CustomResources.isTrue("NamesAccepted", crd))
        #expect(CustomResources.isTrue("Established", crd))
        #expect(crd[path: ["status", "acceptedNames", "kind"]] == "Widget")
        #expect(CustomResources.definitions(crd).map(\.type.version) == ["v1", "v1beta1"])
        #expect(CustomResources.established(crd, others: [], now: now + .seconds(9)) == crd)
    }

    @Test("A name that is taken is not accepted")
    func conflict() throws {
        let first = CustomResources.established(try crd("widgets", kind: "Widget", short: "wd"), others: [], now: now)
        let second = CustomResources.established(
            try crd("wheels", kind: "Wheel", short: "wd"), others: [first], now: now)
        #expect(!CustomResources.isTrue("NamesAccepted", second))
        #expect(!CustomResources.isTrue("Established", second))
        let condition = second[path: ["status", "conditions"]]?[0]
        #expect(condition?["reason"] == "ShortNamesConflict")
        #expect(condition?["message"] == "\"wd\" is already in use")
        #expect(CustomResources.definitions(second).isEmpty)
    }

    @Test("A new storage version joins the stored ones")
    func storedVersions() throws {
        let definition = try SchemaFixture.builtIn("CustomResourceDefinition")
        let live = ObjectRules.prepareForCreate(
            try SchemaFixture.received(try crd("widgets", kind: "Widget", short: "wd"), definition), definition)
        #expect(live[path: ["status", "storedVersions"]] == ["v1"])
        var changed = live
        var versions = live[path: ["spec", "versions"]]?.array ?? []
        versions[0]["storage"] = false
        versions[1]["storage"] = true
        changed[path: ["spec", "versions"]] = .array(versions)
        let updated = ObjectRules.prepareForUpdate(changed, live: live, definition)
        #expect(updated[path: ["status", "storedVersions"]] == ["v1", "v1beta1"])
        #expect(updated[path: ["metadata", "generation"]] == 2)
    }
}
