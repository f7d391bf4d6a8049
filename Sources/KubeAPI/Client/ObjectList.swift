/// One page of a list, or all of it.
package struct ObjectList: Sendable {
    package var items: [DynamicObject]
    /// The version of the whole collection, to watch from.
    package var resourceVersion: String
    /// Asks for the next page; `nil` on the last one.
    package var continueToken: String?
    /// `nil` where the server does not count, as with selectors.
    package var remainingItemCount: Int?

    /// - Throws: `JSONError` where the document is no list.
    init(_ json: JSONValue, of type: ResourceType) throws(JSONError) {
        guard let items = json["items"]?.array ?? (json["items"]?.isNull == true ? [] : nil) else {
            throw JSONError(.type, "expected a list of \(type.qualifiedName), found no items")
        }
        var objects: [DynamicObject] = []
        objects.reserveCapacity(items.count)
        for item in items { objects.append(try Self.object(item, of: type)) }
        self.items = objects
        let metadata = json["metadata"]
        resourceVersion = metadata?["resourceVersion"]?.string ?? ""
        continueToken = metadata?["continue"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        remainingItemCount = metadata?["remainingItemCount"]?.integer.map { Int($0) }
    }

    /// Lists of built-in kinds leave out what each item is.
    private static func object(_ json: JSONValue, of type: ResourceType) throws(JSONError) -> DynamicObject {
        let object = try DynamicObject(json)
        guard object.fields["kind"] == nil || object.fields["apiVersion"] == nil else { return object }
        var fields = JSONObject(minimumCapacity: object.fields.count + 2)
        fields["apiVersion"] = .string(type.apiVersion)
        fields["kind"] = .string(type.kind)
        for (key, value) in object.fields { fields[key] = value }
        return DynamicObject(fields)
    }
}

/// A list of typed objects.
package struct TypedList<Object: KubernetesObject>: Sendable {
    package var items: [Object]
    package var resourceVersion: String
    package var continueToken: String?
}
