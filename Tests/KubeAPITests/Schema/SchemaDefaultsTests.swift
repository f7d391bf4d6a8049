import KubeAPI
import Testing

@Suite("Defaults of a schema")
struct SchemaDefaultsTests {
    private let schema = TypeSchema(openAPI: [
        "properties": [
            "a": ["type": "integer", "default": 1],
            "b": ["type": "object", "default": [:], "properties": ["c": ["default": "x"]]],
            "d": ["type": "object", "properties": ["e": ["default": true]]],
            "f": ["type": "array", "items": ["properties": ["g": ["default": 2]]]],
            "h": ["type": "object", "additionalProperties": ["properties": ["i": ["default": 3]]]],
            "n": ["type": "string", "nullable": true, "default": "x"],
        ]
    ])

    @Test(
        "A default stands in for what is missing, and is completed itself",
        arguments: [
            ("{}", #"{"a":1,"b":{"c":"x"},"n":"x"}"#),
            (#"{"a":2,"b":{"c":"y"},"n":"z"}"#, #"{"a":2,"b":{"c":"y"},"n":"z"}"#),
            (#"{"a":null,"n":null}"#, #"{"a":1,"n":null,"b":{"c":"x"}}"#),
            (#"{"d":null}"#, #"{"a":1,"b":{"c":"x"},"n":"x"}"#),
            (
                #"{"d":{},"f":[{},{"g":1}],"h":{"k":{}}}"#,
                #"{"a":1,"b":{"c":"x"},"d":{"e":true},"f":[{"g":2},{"g":1}],"h":{"k":{"i":3}},"n":"x"}"#
            ),
        ])
    func defaults(given: String, want: String) throws {
        #expect(try schema.applyingDefaults(to: .parse(given)) == .parse(want))
    }

    @Test("Defaults are applied once: a second time changes nothing")
    func isIdempotent() throws {
        let once = schema.applyingDefaults(to: [:])
        #expect(schema.applyingDefaults(to: once) == once)
    }
}
