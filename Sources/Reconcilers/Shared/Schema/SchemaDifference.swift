package import KubeAPI

/// What a served schema has otherwise than the one that this program was built with. Texts for people do not count, nor
/// the order of what is a set.
package struct SchemaDifference: Sendable, Hashable {
    /// Fields that the server does not know: it drops them.
    package private(set) var missing: [String] = []
    /// Fields that this program does not know.
    package private(set) var additional: [String] = []
    /// Fields whose type, bounds, default or rules are others.
    package private(set) var changed: [String] = []

    /// - Returns: `nil` where the two mean the same.
    package init?(served: JSONValue, built: JSONValue) {
        compare(served, built, at: "")
        if missing.isEmpty, additional.isEmpty, changed.isEmpty { return nil }
    }

    private mutating func compare(_ served: JSONValue, _ built: JSONValue, at path: String) {
        if Self.keywords(of: served) != Self.keywords(of: built) { changed.append(path.isEmpty ? "the object" : path) }
        let (servedFields, builtFields) = (served["properties"]?.object ?? [:], built["properties"]?.object ?? [:])
        for (name, field) in builtFields {
            guard let other = servedFields[name] else {
                missing.append(path.field(name))
                continue
            }
            compare(other, field, at: path.field(name))
        }
        additional += servedFields.keys.filter { builtFields[$0] == nil }.map(path.field)
        for (keyword, step) in [("items", "[]"), ("additionalProperties", "{}")] {
            guard let other = served[keyword], let own = built[keyword], other.object != nil, own.object != nil
            else { continue }
            compare(other, own, at: path + step)
        }
    }

    private static let texts: Set = ["description", "title", "example", "externalDocs"]
    private static let sets: Set = ["required", "enum", "x-kubernetes-list-map-keys", "x-kubernetes-validations"]

    /// Everything that a node of a schema says beside its children, in one form for what means the same.
    private static func keywords(of schema: JSONValue) -> [String: Set<JSONValue>] {
        var all: [String: Set<JSONValue>] = [:]
        for (keyword, value) in schema.object ?? [:] where !texts.contains(keyword) && keyword != "properties" {
            switch (keyword, value) {
            case (_, .array(let elements)) where sets.contains(keyword):
                if !elements.isEmpty { all[keyword] = Set(elements.map(withoutMessage)) }
            // Whether there are such children; what they are is compared by itself.
            case ("items", .object), ("additionalProperties", .object): all[keyword] = [.bool(true)]
            case ("default", _): all[keyword] = [value]
            case (_, .bool(false)) where keyword != "additionalProperties": continue
            default: all[keyword] = [value.number.map(JSONValue.number) ?? value]
            }
        }
        return all
    }

    private static func withoutMessage(_ rule: JSONValue) -> JSONValue {
        guard let fields = rule.object else { return rule }
        return .object(fields.filter { $0.key != "message" })
    }
}

extension SchemaDifference: CustomStringConvertible {
    /// `it lacks spec.scaling; it has other rules for spec.regions[]`.
    package var description: String {
        let parts = [("it lacks", missing), ("it has more:", additional), ("it has other rules for", changed)]
        return parts.filter { !$0.1.isEmpty }.map { "\($0.0) \($0.1.sorted().listed)" }.joined(separator: "; ")
    }
}

extension CustomResource {
    /// How a CRD on a server differs from the one that this program was built with, in a few words; `nil` where it does not.
    package func difference(of live: JSONValue?) -> String? {
        guard let live else { return "is not installed" }
        // Its objects go first, one by one.
        guard live["metadata"]?["deletionTimestamp"] == nil else { return "is being deleted" }
        let version = live["spec"]?["versions"]?.elements.first { $0["name"]?.string == type.version }
        guard let version, version["served"]?.bool == true else { return "does not serve \(type.version)" }
        let served = version["schema"]?["openAPIV3Schema"] ?? .null
        return SchemaDifference(served: served, built: schema).map {
            "is not the one that this program (\(BuildInfo.version)) was built with: \($0)"
        }
    }
}

extension JSONValue {
    /// The fields that a server with this schema drops from an object as soon as anybody writes it.
    func fieldsDropped(by schema: JSONValue) -> [String] {
        SchemaCheck.errors(in: self, TypeSchema(openAPI: schema), scope: .partial)
            .compactMap { error in if case .unknownField = error.kind { error.path.description } else { nil } }
    }
}
