import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Descriptions of fields")
struct FieldDescriptionTests {
    @Test(
        "Every field of a CRD says what it means, so kubectl explain answers for each",
        arguments: CustomResource.all.map(\.type.plural))
    func everyFieldIsDescribed(plural: String) throws {
        let resource = try #require(CustomResource.all.first { $0.type.plural == plural })
        for part in ["spec", "status"] {
            let schema = try #require(resource.schema["properties"]?[part])
            #expect(silent(schema, at: part) == [])
        }
    }

    @Test("A field without words is found at every depth")
    func silentFieldsAreFound() {
        let schema: JSONValue = [
            "description": "d",
            "properties": [
                "a": ["type": "string"],
                "b": ["description": "d", "items": ["properties": ["c": ["description": " "]]]],
                "e": ["description": "d", "additionalProperties": ["properties": ["f": [:]]]],
            ],
        ]
        #expect(silent(schema, at: "spec").sorted() == ["spec.a", "spec.b[].c", "spec.e.*.f"])
    }

    /// The paths of the fields that say nothing. An item of a list needs no words of its own: the list has them.
    private func silent(_ schema: JSONValue, at path: String, isField: Bool = true) -> [String] {
        let words = schema["description"]?.string ?? ""
        var found = isField && words.allSatisfy(\.isWhitespace) ? [path] : []
        for (name, field) in schema["properties"]?.object ?? [:] { found += silent(field, at: "\(path).\(name)") }
        if let items = schema["items"] { found += silent(items, at: "\(path)[]", isField: false) }
        if let values = schema["additionalProperties"] { found += silent(values, at: "\(path).*", isField: false) }
        return found
    }
}
