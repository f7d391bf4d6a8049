import KubeAPI

extension TypeSchema {
    /// How a value is merged: as a whole, key by key, or element by element.
    enum Merging {
        case leaf, map, list
    }

    func merging(_ value: JSONValue?) -> Merging {
        let schema = resolved
        switch schema.form {
        case .object: return schema.isAtomicMap || isAtomicMap ? .leaf : .map
        case .array: return schema.listType == .atomic ? .leaf : .list
        case .any:
            if case .object? = value { return .map }
            return .leaf
        default: return .leaf
        }
    }
}

extension FieldSet {
    /// The paths of everything in a value.
    init(_ value: JSONValue, _ schema: TypeSchema) {
        self.init()
        let target = schema.resolved
        switch (schema.merging(value), value) {
        case (.map, .object(let fields)): addFields(fields, target)
        case (.list, .array(let elements)): addElements(elements, target)
        default: break
        }
    }

    private mutating func addFields(_ fields: JSONObject, _ schema: TypeSchema) {
        for (name, value) in fields {
            let element = FieldPath.Element.field(name)
            let child = schema.child(name) ?? .anything
            let isEmpty = value.isNull || value.object?.isEmpty == true
            // An empty list has no paths of its own, as in structured-merge-diff.
            if isEmpty || schema.field(name) == nil || child.merging(value) == .leaf { insert(element) }
            formUnion(FieldSet(value, child), below: element)
        }
    }

    private mutating func addElements(_ elements: [JSONValue], _ schema: TypeSchema) {
        let paths = elements.enumerated().map { schema.element($0.element, at: $0.offset) }
        let counts = paths.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        for (element, path) in zip(elements, paths) {
            insert(path)
            guard counts[path] == 1 else { continue }
            formUnion(FieldSet(element, schema.items ?? .anything), below: path)
        }
    }
}
