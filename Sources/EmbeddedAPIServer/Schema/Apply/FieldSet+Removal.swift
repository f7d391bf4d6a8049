import KubeAPI

extension FieldSet {
    /// The value without the paths of this set; `nil` where nothing is left.
    ///
    /// Source: structured-merge-diff, typed.RemoveItems.
    func removing(from value: JSONValue, _ schema: TypeSchema) -> JSONValue? {
        let target = schema.resolved
        switch (schema.merging(value), value) {
        case (.map, .object(let fields)) where !fields.isEmpty:
            var result = JSONObject(minimumCapacity: fields.count)
            for (name, child) in fields {
                let element = FieldPath.Element.field(name)
                if contains(element) { continue }
                // What has lost all it had stays as null, so that its own owners keep it; null is dropped later.
                result[name] = kept(child, at: element, target.child(name) ?? .anything) ?? .null
            }
            return result.isEmpty ? nil : .object(result)
        case (.list, .array(let elements)) where !elements.isEmpty:
            var result: [JSONValue] = []
            for (index, child) in elements.enumerated() {
                let element = target.element(child, at: index)
                if contains(element) { continue }
                if let value = kept(child, at: element, target.items ?? .anything) { result.append(value) }
            }
            return result.isEmpty ? nil : .array(result)
        case (.leaf, .object), (.leaf, .array): return nil
        default: return value
        }
    }

    private func kept(_ value: JSONValue, at element: FieldPath.Element, _ schema: TypeSchema) -> JSONValue? {
        guard let below = children[element] else { return value }
        return below.removing(from: value, schema)
    }
}
