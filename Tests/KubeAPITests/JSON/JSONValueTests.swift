internal import Testing

@testable import KubeAPI

@Suite struct JSONValueTests {
    @Test("Paths are read and written, objects on the way are made")
    func paths() {
        var value: JSONValue = ["spec": ["a": 1]]
        #expect(value[path: ["spec", "a"]] == 1)
        #expect(value[path: ["spec", "b", "c"]] == nil)
        #expect(value[path: []] == ["spec": ["a": 1]])
        value[path: ["spec", "b", "c"]] = "deep"
        value[path: ["status", "phase"]] = "Ready"
        #expect(value == ["spec": ["a": 1, "b": ["c": "deep"]], "status": ["phase": "Ready"]])
        value[path: ["spec", "b", "c"]] = nil
        #expect(value[path: ["spec", "b"]] == [:])
        value[path: []] = 7
        #expect(value == 7)
    }

    @Test("Removing what is not there changes nothing")
    func removalOfNothing() {
        var value: JSONValue = ["text": "kept", "list": [1]]
        let before = value
        value[path: ["text", "inner"]] = nil
        value[path: ["list", "inner", "more"]] = nil
        value[path: ["missing", "inner"]] = nil
        value["missing"] = nil
        #expect(value == before)
        var text: JSONValue = "kept"
        text["inner"] = nil
        #expect(text == "kept")
        text["inner"] = 1
        #expect(text == ["inner": 1])
    }

    @Test(
        "Elements outside of a list are missing",
        arguments: [(0, 1), (1, 2), (2, nil), (-1, nil)] as [(Int, JSONValue?)])
    func elements(index: Int, want: JSONValue?) {
        let list: JSONValue = [1, 2]
        #expect(list[index] == want)
        #expect(JSONValue.string("ab")[index] == nil)
    }

    @Test(
        "Numbers are whole where they are",
        arguments: [(.integer(3), 3), (.number(3), 3), (.number(3.5), nil), (.number(1e19), nil), ("3", nil)]
            as [(JSONValue, Int64?)])
    func wholeNumbers(value: JSONValue, want: Int64?) {
        #expect(value.integer == want)
    }
}
