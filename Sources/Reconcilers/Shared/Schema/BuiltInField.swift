internal import KubeAPI

/// A field that holds a type of Kubernetes itself. The CRD keeps whatever is written there; the API server checks it when it gets
/// the object that the field is passed on to.
package struct BuiltInField: Sendable {
    /// `spec.components[].probes.startup`; `[]` stands for each element of a list.
    package let path: String
    let type: TypeSchema
    /// The operator completes it: what Kubernetes requires may be missing.
    let isPartial: Bool

    /// - Parameter type: as the catalogue names it.
    init(_ path: String, _ type: String, isPartial: Bool = false) {
        self.init(path, TypeSchema(.object, reference: type), isPartial: isPartial)
    }

    init(_ path: String, _ type: TypeSchema, isPartial: Bool = false) {
        self.path = path
        self.type = type
        self.isPartial = isPartial
    }

    /// What the type has against the field in an object.
    func violations(in object: JSONValue) -> [Violation] {
        Self.values(in: object, at: path.split(separator: "."), .root).flatMap { place, value in
            SchemaCheck.errors(
                in: value, type, at: place, scope: isPartial ? .partial : .whole, isBuiltIn: true)
        }.violations
    }

    private static func values(
        in value: JSONValue, at names: [Substring], _ path: PathText
    ) -> [(path: PathText, value: JSONValue)] {
        guard let first = names.first else { return [(path, value)] }
        let rest = Array(names.dropFirst())
        guard first.hasSuffix("[]") else {
            guard let child = value[String(first)] else { return [] }
            return values(in: child, at: rest, path.child(String(first)))
        }
        let name = String(first.dropLast(2))
        return (value[name]?.array ?? []).enumerated().flatMap { index, element in
            values(in: element, at: rest, path.child(name).index(index))
        }
    }
}
