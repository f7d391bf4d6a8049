/// Who wrote which field of an object. Source: Kubernetes, "Field management" and FieldsV1.
package struct FieldOwners: Sendable {
    struct Entry: Sendable {
        var manager: String
        var operation: String
        var subresource: String
        var time: Timestamp
        var fields: JSONValue
    }

    private let entries: [Entry]

    package init(of object: DynamicObject) {
        let list = object.fields["metadata"]?["managedFields"]?.array ?? []
        entries = list.map { entry in
            Entry(
                manager: entry["manager"]?.string ?? "", operation: entry["operation"]?.string ?? "",
                subresource: entry["subresource"]?.string ?? "",
                time: entry["time"]?.string.flatMap(Timestamp.init(rfc3339:)) ?? Timestamp(secondsSinceEpoch: 0),
                fields: entry["fieldsV1"] ?? [:])
        }
    }

    /// What has become of a field since `writer` applied it, and who was it.
    package func drift(of path: FieldPath, from writer: String) -> Drift {
        if let owner = changer(of: path, otherThan: writer) { return Drift(path: path, manager: owner) }
        return Drift(path: path, suspect: suspect(of: path, otherThan: writer))
    }

    /// The manager that has changed a field from what `writer` applied; `nil` where no other manager has it.
    func changer(of path: FieldPath, otherThan writer: String) -> String? {
        others(than: writer).filter { Self.owns($0.fields, path.elements[...]) }.max { $0.time < $1.time }?.manager
    }

    private func others(than writer: String) -> [Entry] {
        entries.filter { !($0.manager == writer && $0.operation == "Apply") }
    }

    /// A field that was removed belongs to nobody. Perhaps it was the last one to write the object after us; nothing proves it.
    func suspect(of path: FieldPath, otherThan writer: String) -> String? {
        if isOwned(path, by: writer) { return nil }
        let ownTime = entries.first { $0.manager == writer && $0.operation == "Apply" }?.time
        let later = others(than: writer).filter { $0.subresource.isEmpty && $0.time >= ownTime ?? $0.time }
        return later.max { $0.time < $1.time }?.manager
    }

    /// Whether what `writer` applied there still stands: the server then only spells it in another way.
    func isOwned(_ path: FieldPath, by writer: String) -> Bool {
        entries.contains {
            $0.manager == writer && $0.operation == "Apply" && Self.owns($0.fields, path.elements[...])
        }
    }

    /// Whether more than one manager has set the field.
    func isShared(_ path: FieldPath) -> Bool { entries.count { Self.owns($0.fields, path.elements[...]) } > 1 }

    private static func owns(_ fields: JSONValue, _ path: ArraySlice<FieldPath.Element>) -> Bool {
        guard let element = path.first else { return true }
        guard let children = fields.object, !children.isEmpty else { return false }
        guard let child = child(of: children, element) else { return false }
        // A leaf above the field: the whole of an atomic list or map is owned at once.
        if child.object?.isEmpty ?? true { return true }
        return owns(child, path.dropFirst())
    }

    private static func child(of children: JSONObject, _ element: FieldPath.Element) -> JSONValue? {
        switch element {
        case .field, .index: children[element.fieldsV1]
        // Another writer may have spelled the same keys in another way.
        case .key, .value: children.first { FieldPath.Element(fieldsV1: $0.key) == element }?.value
        }
    }
}
