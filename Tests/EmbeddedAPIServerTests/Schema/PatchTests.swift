import KubeAPI
import Testing

@testable import EmbeddedAPIServer

@Suite("Patches")
struct PatchTests {
    @Test(
        "A merge patch sets, replaces and removes",
        arguments: [
            (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
            (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
            (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
            (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#),
            (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
            (#"["a"]"#, #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
            (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#),
        ])
    func mergePatch(_ target: String, _ patch: String, _ wanted: String) throws {
        let result = MergePatch.apply(try JSONValue.parse(patch), to: try JSONValue.parse(target))
        #expect(result == (try JSONValue.parse(wanted)))
    }

    @Test(
        "A JSON patch applies its operations in order",
        arguments: [
            (#"{"a":1}"#, #"[{"op":"add","path":"/b","value":2}]"#, #"{"a":1,"b":2}"#),
            (#"{"a":[1,3]}"#, #"[{"op":"add","path":"/a/1","value":2}]"#, #"{"a":[1,2,3]}"#),
            (#"{"a":[1]}"#, #"[{"op":"add","path":"/a/-","value":2}]"#, #"{"a":[1,2]}"#),
            (#"{"a":[1,2]}"#, #"[{"op":"remove","path":"/a/0"}]"#, #"{"a":[2]}"#),
            (#"{"a":1}"#, #"[{"op":"replace","path":"/a","value":{"x":1}}]"#, #"{"a":{"x":1}}"#),
            (#"{"a":1}"#, #"[{"op":"move","from":"/a","path":"/b"}]"#, #"{"b":1}"#),
            (#"{"a":{"x":1}}"#, #"[{"op":"copy","from":"/a","path":"/b"}]"#, #"{"a":{"x":1},"b":{"x":1}}"#),
            (#"{"a/b":{"m~n":1}}"#, #"[{"op":"replace","path":"/a~1b/m~0n","value":2}]"#, #"{"a/b":{"m~n":2}}"#),
            (#"{"a":1}"#, #"[{"op":"test","path":"/a","value":1},{"op":"remove","path":"/a"}]"#, "{}"),
        ])
    func jsonPatch(_ target: String, _ patch: String, _ wanted: String) throws {
        let result = try JSONPatch(try JSONValue.parse(patch)).applied(to: try JSONValue.parse(target))
        #expect(result == (try JSONValue.parse(wanted)))
    }

    @Test(
        "A JSON patch that does not fit is refused without a cause",
        arguments: [
            #"[{"op":"test","path":"/a","value":2}]"#, #"[{"op":"remove","path":"/none"}]"#,
            #"[{"op":"replace","path":"/none/x","value":1}]"#, #"[{"op":"add","path":"/x/y","value":1}]"#,
            #"[{"op":"add","path":"/list/7","value":1}]"#, #"[{"op":"jump","path":"/a"}]"#,
            #"[{"op":"move","path":"/b"}]"#,
        ])
    func jsonPatchRefused(_ patch: String) throws {
        let target = try JSONValue.parse(#"{"a":1,"list":[]}"#)
        let failure = #expect(throws: StatusFailure.self) {
            _ = try JSONPatch(try JSONValue.parse(patch)).applied(to: target)
        }
        #expect(failure?.code == 422)
        #expect(failure?.message == "the server rejected our request due to an error in our request")
    }

    @Test("What is no list is no JSON patch")
    func noJSONPatch() {
        let failure = #expect(throws: StatusFailure.self) { _ = try JSONPatch(["a": 1]) }
        #expect(failure?.code == 400)
    }
}
