import Testing

@testable import Generator

@Suite("Tables of fields")
struct FieldTableTests {
    @Test(
        "A row says path, type with its bounds, default and meaning",
        arguments: [
            (
                "{type: string, enum: [A, B], default: A, description: One of two.}",
                "| `f` | `A`, `B` | `A` | One of two. |"
            ),
            ("{type: integer, minimum: 0, maximum: 9}", "| `f` | integer (0 to 9) |  |  |"),
            ("{type: string, maxLength: 63}", "| `f` | string (at most 63 characters) |  |  |"),
            (
                "{type: array, minItems: 1, maxItems: 8, items: {type: string, minLength: 2}}",
                "| `f` | list of strings (at least 2 characters), 1 to 8 entries |  |  |"
            ),
            (
                "{type: object, maxProperties: 16, additionalProperties: {x-kubernetes-int-or-string: true}}",
                "| `f` | map of quantities, at most 16 entries |  |  |"
            ),
            (
                #"{type: object, default: {a: 1}, description: "<a> | $b"}"#,
                #"| `f` | object | `{"a":1}` | \<a> \| \$b |"#
            ),
        ])
    func row(schema: String, want: String) throws {
        let definition = try Definition.fixture("spec: {properties: {f: \(schema)}}")
        #expect(FieldTable(definition.parts[0].node).lines.dropFirst(2) == [want])
    }

    @Test("Fields of objects and of items of lists have rows of their own, below their path")
    func depth() throws {
        let definition = try Definition.fixture(
            "spec: {properties: {a: {type: array, items: {required: [b], properties: {b: {type: time}}}}}}")
        #expect(FieldTable(definition.parts[0].node).lines.last == "| `a[].b` | time | required |  |")
    }
}
