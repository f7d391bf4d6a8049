extension TypeSchema {
    /// How an element of this list is told apart.
    package func element(_ item: JSONValue, at index: Int) -> FieldPath.Element {
        switch resolved.listType {
        case .atomic: return .index(index)
        case .set: return .value(item)
        case .map(let keys):
            var fields = JSONObject()
            for key in keys.sorted() { fields[key] = item[key] ?? keyDefault(key) ?? .null }
            return .key(fields)
        }
    }

    /// The default of a list key counts where an element does not give the key.
    package func keyDefault(_ key: String) -> JSONValue? {
        guard let field = resolved.items?.resolved.field(key) else { return nil }
        if field.publishesDefault { return field.defaultValue }
        return field.presence == .always ? field.publishedZero : nil
    }
}
