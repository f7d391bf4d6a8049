import KubeAPI
import Testing

@testable import EmbeddedAPIServer

@Suite("Rules in CEL on the server")
struct ExpressionRulesTests {
    private func errors(_ spec: String) throws -> [FieldError] {
        let schema = try YAML.parseDocument(Array("{type: object, properties: {spec: \(spec)}}".utf8))
        return ExpressionRules.errors(schema, at: PathText("schema"))
    }

    @Test("A function that the server does not know is named, with the rule that calls it")
    func unknownFunction() throws {
        let found = try errors(
            """
            {type: object, properties: {a: {type: string}},
             x-kubernetes-validations: [{rule: "cidr(self.a).prefixLength() > 8", message: m}]}
            """)
        let error = try #require(found.first)
        #expect(found.count == 1 && error.code == .invalid)
        #expect(error.path.description == "schema.properties[spec].x-kubernetes-validations[0].rule")
        #expect(error.detail.contains("'cidr' is not known to this interpreter of CEL"))
        #expect(error.value?["Rule"] == "cidr(self.a).prefixLength() > 8" && error.value?["Message"] == "m")
    }

    @Test(
        "An entry that is none is refused at its field, whatever its expression says",
        arguments: [
            ("{message: m}", "rule: Required value: rule is not specified"),
            ("{rule: 'true', message: ' '}", #"message: Invalid value: " ": must be non-empty if specified"#),
            (
                "{rule: 'true', messageExpression: ' '}",
                "messageExpression: Required value: messageExpression must be non-empty if specified"
            ),
            (
                "{rule: 'true', reason: Whim}",
                #"reason: Unsupported value: "Whim": supported values: "FieldValueDuplicate", "FieldValueForbidden", "#
                    + #""FieldValueInvalid", "FieldValueRequired""#
            ),
            ("{rule: 'true', fieldPath: .b}", #"fieldPath: Invalid value: ".b": must be a valid path"#),
            (
                "{rule: 'true', optionalOldSelf: true}",
                "optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule"
            ),
        ])
    func malformed(rule: String, want: String) throws {
        let found = try errors("{type: object, properties: {a: {type: string}}, x-kubernetes-validations: [\(rule)]}")
        #expect(found.map(\.description) == ["schema.properties[spec].x-kubernetes-validations[0].\(want)"])
    }

    @Test("A rule with a path, a reason and a change to compare with has nothing against it")
    func right() throws {
        #expect(
            try errors(
                """
                {type: object, properties: {a: {type: string}}, x-kubernetes-validations: [
                  {rule: self.a == oldSelf.a, fieldPath: .a, reason: FieldValueForbidden, messageExpression: self.a}]}
                """) == [])
    }

    @Test("A pattern that is no regular expression is refused with its CRD")
    func pattern() throws {
        let schema: JSONValue = ["type": "object", "properties": ["a": ["type": "string", "pattern": "("]]]
        #expect(
            StructuralRules.errors(schema, at: PathText("schema")).map(\.description) == [
                "schema.properties[a].pattern: Invalid value: \"(\": must be a valid regular expression, but isn't: error "
                    + "parsing regexp: missing ): ("
            ])
    }
}
