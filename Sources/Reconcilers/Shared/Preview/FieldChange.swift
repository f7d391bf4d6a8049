package import KubeAPI

/// A field that a write would change.
package struct FieldChange: Sendable, Hashable, Encodable, CustomStringConvertible {
    /// Such as `spec.template.spec.containers[worker].image`.
    package var path: String
    /// `nil` where the field is not there.
    package var before: JSONValue?
    package var after: JSONValue?

    /// `spec.replicas: 2 → 3`. Long values are cut.
    package var description: String { text(limit: 120) }

    /// The same.
    ///
    /// - Parameter limit: characters of a value; longer ones are cut.
    package func text(limit: Int) -> String {
        "\(path): \(Self.text(before, limit)) → \(Self.text(after, limit))"
    }

    private static func text(_ value: JSONValue?, _ limit: Int) -> String {
        guard let value else { return "nothing" }
        let text = value.string ?? value.serializedString()
        return text.count > limit ? text.prefix(limit - 3) + "..." : text
    }
}

extension FieldChange {
    /// The operator's own marks on a child.
    private static let marks = Set([
        AnnotationKey.appliedHash, AnnotationKey.enforced, AnnotationKey.madeFor, AnnotationKey.takenOver,
    ])
    /// What the server keeps for itself.
    private static let serverFields: Set = [
        "managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink",
    ]

    /// What differs between an object and what the server would make of it. Values of Secrets are left out.
    package static func changes(from before: DynamicObject, to after: DynamicObject) -> [FieldChange] {
        var changes: [FieldChange] = []
        compare(cleaned(before), cleaned(after), at: "", into: &changes)
        // The server's order of fields is no order for people.
        changes.sort { $0.path < $1.path }
        guard before.kind == ResourceType.secret.kind else { return changes }
        return changes.map { change in
            let isValue = ["data", "stringData"].contains { change.path.hasPrefix($0) }
            return isValue ? FieldChange(path: change.path, before: "(hidden)", after: "(hidden)") : change
        }
    }

    private static func cleaned(_ object: DynamicObject) -> JSONValue {
        var fields = object.fields.filter { $0.key != "status" }
        fields.edit(object: "metadata") { metadata in
            metadata = metadata.filter { !serverFields.contains($0.key) }
            metadata.edit(object: "annotations") { $0 = $0.filter { !marks.contains($0.key) } }
            if metadata["annotations"]?.object?.isEmpty == true { metadata["annotations"] = nil }
        }
        return .object(fields)
    }

    private static func compare(
        _ before: JSONValue?, _ after: JSONValue?, at path: String, into changes: inout [FieldChange]
    ) {
        guard before != after else { return }
        switch (before, after) {
        case (.object(let old), .object(let new)):
            let keys = old.map(\.key) + new.map(\.key).filter { !old.contains($0) }
            for key in keys { compare(old[key], new[key], at: path.field(quoted(key)), into: &changes) }
        case (.array(let old), .array(let new)):
            compare(old, new, at: path, into: &changes)
        default: changes.append(FieldChange(path: path, before: before, after: after))
        }
    }

    /// Elements are told apart by their names where all of them have one, else by their places.
    private static func compare(
        _ before: [JSONValue], _ after: [JSONValue], at path: String, into changes: inout [FieldChange]
    ) {
        let (old, new) = (names(before), names(after))
        guard let old, let new else {
            guard before.count == after.count else {
                return changes.append(FieldChange(path: path, before: .array(before), after: .array(after)))
            }
            for (index, pair) in zip(before, after).enumerated() {
                compare(pair.0, pair.1, at: "\(path)[\(index)]", into: &changes)
            }
            return
        }
        for name in old + new.filter({ !old.contains($0) }) {
            let (index, other) = (old.firstIndex(of: name), new.firstIndex(of: name))
            compare(index.map { before[$0] }, other.map { after[$0] }, at: "\(path)[\(name)]", into: &changes)
        }
    }

    private static func names(_ elements: [JSONValue]) -> [String]? {
        let names = elements.compactMap { $0["name"]?.string }
        return names.count == elements.count && Set(names).count == names.count ? names : nil
    }

    private static func quoted(_ key: String) -> String {
        key.contains(where: { $0 == "." || $0 == "/" }) ? "[\(key)]" : key
    }
}
