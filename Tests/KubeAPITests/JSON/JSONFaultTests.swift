import Testing

@testable import KubeAPI

@Suite("Where a text stops to be JSON")
struct JSONFaultTests {
    @Test(
        "The line that can't be is named, and the last one where the end is missing",
        arguments: [
            ("", 1), ("{\n", 1), ("{\n  \"a\": [1,\n  2\n\n", 3), ("{\"a\": 1,\n}", 2), ("[\n1,\n,2]", 3),
            ("[1]\n]", 2),
            ("{\n\"a\" 1}", 2), ("{\n\n\"a\": 01}", 3), ("{\n\"a\": tru}", 2), ("{\n\"a\": \"b\n\"}", 2),
            ("{\"a\": \"\\\"\\\\\",\n'b': 1}", 2), ("{\"a\":\n\"\\x\"}", 2), ("[\n1}", 2), ("{\n1: 2}", 2),
        ])
    func line(text: String, line: Int) {
        #expect(JSONFault.line(in: text) == line)
        #expect(throws: JSONError.self) { try JSONValue.parse(text) }
    }

    @Test(
        "A document has none",
        arguments: ["{}", "[]", " 1 ", #"{"a": [true, null, -1.5e3, "x\"y", {}], "b": {"c": []}}"#])
    func none(text: String) throws {
        _ = try JSONValue.parse(text)
        #expect(JSONFault.line(in: text) == nil)
    }
}
