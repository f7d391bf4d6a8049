import KubeAPI
import Testing

@testable import EmbeddedAPIServer

@Suite("Strategic merge patch")
struct StrategicMergePatchTests {
    private func patched(_ patch: String, _ object: JSONValue? = nil) throws -> JSONValue {
        let definition = try SchemaFixture.builtIn("Deployment")
        let target =
            try object ?? SchemaFixture.deployment(#","env":[{"name":"A","value":"1"},{"name":"B","value":"2"}]"#)
        return try StrategicMergePatch.apply(try JSONValue.parse(patch), to: target, schema: definition.schema)
    }

    private func containers(_ object: JSONValue) -> [JSONValue] {
        object[path: ["spec", "template", "spec", "containers"]]?.array ?? []
    }

    @Test("List elements with the same key are merged, new ones come first")
    func mergesByKey() throws {
        let result = try patched(
            #"{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"s"},{"name":"app","image":"new"}]}}}}"#
        )
        #expect(containers(result).map { $0["name"] } == ["side", "app"])
        #expect(containers(result)[1]["image"] == "new")
        #expect(containers(result)[1]["env"]?.array?.count == 2)
    }

    @Test("$patch: delete takes an element away, $patch: replace takes everything else away")
    func directives() throws {
        let removed = try patched(
            #"{"spec":{"template":{"spec":{"containers":[{"name":"app","env":[{"name":"A","$patch":"delete"}]}]}}}}"#)
        #expect(containers(removed)[0]["env"] == [["name": "B", "value": "2"]])
        let replaced = try patched(
            #"{"spec":{"template":{"spec":{"containers":[{"$patch":"replace"},{"name":"only","image":"i"}]}}}}"#)
        #expect(containers(replaced) == [["name": "only", "image": "i"]])
    }

    @Test("$setElementOrder orders what it names")
    func elementOrder() throws {
        let result = try patched(
            """
            {"spec":{"template":{"spec":{"containers":[{"name":"app",
             "$setElementOrder/env":[{"name":"B"},{"name":"C"},{"name":"A"}],"env":[{"name":"C","value":"3"}]}]}}}}
            """)
        #expect(containers(result)[0]["env"]?.array?.compactMap { $0["name"]?.string } == ["B", "C", "A"])
    }

    @Test("$retainKeys drops the other fields of a struct")
    func retainKeys() throws {
        let live = try SchemaFixture.deployment(
            spec: #""strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}},"#)
        let result = try patched(#"{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}"#, live)
        #expect(result[path: ["spec", "strategy"]] == ["type": "Recreate"])
    }

    @Test("Lists of texts are merged or replaced by their type, and $deleteFromPrimitiveList takes from them")
    func primitiveLists() throws {
        let live = try JSONValue.parse(#"{"metadata":{"finalizers":["a/x","b/x"]}}"#)
        let added = try patched(#"{"metadata":{"finalizers":["c/x"]}}"#, live)
        #expect(Set(added[path: ["metadata", "finalizers"]]?.array ?? []) == ["a/x", "b/x", "c/x"])
        let removed = try patched(#"{"metadata":{"$deleteFromPrimitiveList/finalizers":["a/x"]}}"#, live)
        #expect(removed[path: ["metadata", "finalizers"]] == ["b/x"])
        let arguments = try patched(
            #"{"spec":{"template":{"spec":{"containers":[{"name":"app","args":["new"]}]}}}}"#,
            try SchemaFixture.deployment(#","args":["old"]"#))
        #expect(containers(arguments)[0]["args"] == ["new"])
    }

    @Test("An element without its key is refused")
    func missingKey() {
        let failure = #expect(throws: StatusFailure.self) {
            try patched(#"{"spec":{"template":{"spec":{"containers":[{"image":"x"}]}}}}"#)
        }
        #expect(failure?.code == 400)
    }
}
