import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Differences between schemas")
struct SchemaDifferenceTests {
    private let pool = """
        type: object
        required: [spec, name]
        properties:
          name: {type: string, description: What it is called., enum: [a, b]}
          spec:
            type: object
            x-kubernetes-validations:
              - {rule: "self.minimum <= self.maximum", message: the least is above the most}
              - {rule: "self.minimum > 0"}
            properties:
              minimum: {type: integer, minimum: 1, default: 1}
              maximum: {type: integer}
              regions:
                type: array
                items: {type: object, properties: {name: {type: string, maxLength: 20}}}
              labels: {type: object, additionalProperties: {type: string}}
        """

    private func difference(_ replacements: (String, String)...) throws -> SchemaDifference? {
        let served = replacements.reduce(pool) { $0.replacing($1.0, with: $1.1) }
        return SchemaDifference(
            served: try YAML.parseDocument(Array(served.utf8)), built: try YAML.parseDocument(Array(pool.utf8)))
    }

    @Test("What means the same is no difference: other texts, another order, numbers written otherwise, what is false")
    func same() throws {
        #expect(
            try difference(
                ("What it is called.", "Its name."), ("[spec, name]", "[name, spec]"), ("[a, b]", "[b, a]"),
                ("the least is above the most", "no"), ("minimum: 1,", "minimum: 1.0, nullable: false,"),
                ("maxLength: 20", "maxLength: 20, description: A region.")) == nil)
    }

    @Test("Every CRD is the same as itself, as a server gives it back", arguments: CustomResource.all.map(\.type.kind))
    func own(kind: String) throws {
        let resource = try #require(CustomResource.all.first { $0.type.kind == kind })
        #expect(resource.difference(of: try YAML.parseDocument(Array(resource.text.utf8))) == nil)
        #expect(resource.difference(of: nil) == "is not installed")
    }

    @Test(
        "A difference is said with the names of its fields",
        arguments: [
            ("      maximum: {type: integer}\n", "", "it lacks spec.maximum"),
            ("maxLength: 20}", "maxLength: 20}, zone: {type: string}", "it has more: spec.regions[].zone"),
            ("maxLength: 20", "maxLength: 30", "it has other rules for spec.regions[].name"),
            ("minimum > 0", "minimum > 1", "it has other rules for spec"),
            ("default: 1", "default: 2", "it has other rules for spec.minimum"),
            ("additionalProperties: {type: string}", "additionalProperties: {type: integer}", "for spec.labels{}"),
            ("additionalProperties: {type: string}", "x-kubernetes-preserve-unknown-fields: true", "for spec.labels"),
            ("required: [spec, name]", "required: [spec]", "it has other rules for the object"),
        ])
    func differs(_ old: String, _ new: String, _ wanted: String) throws {
        let words = try #require(try difference((old, new))).description
        #expect(words.hasSuffix(wanted), "\(words)")
    }

    @Test(
        "The fields that a server drops are found in lists and maps too, and not where it keeps what it does not know")
    func dropped() throws {
        let schema = try YAML.parseDocument(Array(pool.utf8))
        let object = try YAML.parseDocument(
            Array(
                """
                name: a
                spec:
                  minimum: 1
                  scaling: {engine: HPA}
                  regions: [{name: eu, zone: a}]
                  labels: {a: b}
                """.utf8))
        #expect(object.fieldsDropped(by: schema).sorted() == ["spec.regions[0].zone", "spec.scaling"])
        let open: JSONValue = ["x-kubernetes-preserve-unknown-fields": true]
        #expect(object.fieldsDropped(by: open) == [])
    }
}
