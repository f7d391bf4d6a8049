internal import KubeAPI

extension FieldQuery {
    /// The name that the query narrows a request to, if it does.
    var name: String? { requirements.first { $0.field == "metadata.name" && $0.isEqual }?.value }

    /// - Throws: `APIFailure` 400 for a field that the kind does not offer.
    func check(for definition: ResourceDefinition) throws {
        let known = ["metadata.name", "metadata.namespace"] + definition.selectableFields
        for requirement in requirements where !known.contains(requirement.field) {
            throw APIFailure.badRequest("field label not supported: \(requirement.field)")
        }
    }

    func matches(_ object: StoredObject, presented json: @autoclosure () -> JSONValue) -> Bool {
        matches { field in
            switch field {
            case "metadata.name": object.name
            case "metadata.namespace": object.namespace
            default: Self.value(field, of: json())
            }
        }
    }

    /// A missing field reads as the zero value of its type.
    private static func value(_ field: String, of json: JSONValue) -> String {
        switch json[path: field.split(separator: ".").map(String.init)] {
        case .string(let text): text
        case .bool(let flag): String(flag)
        case .integer(let number): String(number)
        default: field == "spec.unschedulable" || field == "spec.hostNetwork" ? "false" : ""
        }
    }
}
