internal import KubeAPI

/// A `fieldSelector` parameter.
struct FieldQuery: Sendable, Hashable {
    struct Requirement: Sendable, Hashable {
        var field: String
        var value: String
        var isEqual: Bool
    }

    var requirements: [Requirement] = []

    var isEmpty: Bool { requirements.isEmpty }

    /// The name that the query narrows a request to, if it does.
    var name: String? { requirements.first { $0.field == "metadata.name" && $0.isEqual }?.value }

    init() {}

    /// - Throws: `APIFailure` 400 for broken text and for fields that the kind does not offer.
    init(_ text: String, for definition: ResourceDefinition) throws {
        for term in text.split(separator: ",") where !term.trimmingSpaces().isEmpty {
            let requirement = try Self.requirement(term.trimmingSpaces())
            let known = ["metadata.name", "metadata.namespace"] + definition.selectableFields
            guard known.contains(requirement.field) else {
                throw APIFailure.badRequest("field label not supported: \(requirement.field)")
            }
            requirements.append(requirement)
        }
    }

    func matches(_ object: StoredObject, presented json: @autoclosure () -> JSONValue) -> Bool {
        requirements.allSatisfy { requirement in
            let value =
                switch requirement.field {
                case "metadata.name": object.name
                case "metadata.namespace": object.namespace
                default: Self.value(requirement.field, of: json())
                }
            return (value == requirement.value) == requirement.isEqual
        }
    }

    private static func requirement(_ term: String) throws -> Requirement {
        for (symbol, isEqual) in [("!=", false), ("==", true), ("=", true)] {
            guard let range = term.firstRange(of: symbol) else { continue }
            return Requirement(
                field: String(term[..<range.lowerBound]), value: String(term[range.upperBound...]), isEqual: isEqual)
        }
        throw APIFailure.badRequest("invalid selector: '\(term)'; can't understand '\(term)'")
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
