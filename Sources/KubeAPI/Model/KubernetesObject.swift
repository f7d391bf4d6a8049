/// A typed object of the API.
///
/// Fields that a type does not name are lost when it is written back with `update`: write such objects by patch or
/// server-side apply, or as a `DynamicObject`.
package protocol KubernetesObject: Codable, Sendable {
    static var resourceType: ResourceType { get }
    var metadata: ObjectMeta { get set }
}

extension KubernetesObject {
    package var key: ObjectKey { metadata.key }

    /// The object as JSON with `apiVersion` and `kind`.
    package func dynamicObject() throws -> DynamicObject {
        var fields = JSONObject([
            ("apiVersion", .string(Self.resourceType.apiVersion)), ("kind", .string(Self.resourceType.kind)),
        ])
        for (key, value) in try JSONValueEncoder().encode(self).object ?? [:] { fields[key] = value }
        return DynamicObject(fields)
    }
}

/// An object of any kind: its JSON, with its metadata at hand.
package struct DynamicObject: Sendable, Hashable {
    package var fields: JSONObject

    package init(_ fields: JSONObject) { self.fields = fields }

    /// - Throws: `JSONError` where the document is no object.
    package init(_ json: JSONValue) throws(JSONError) {
        guard let fields = json.object else {
            throw JSONError(.type, "expected a Kubernetes object, found \(json.typeName)")
        }
        self.fields = fields
    }

    package var json: JSONValue { .object(fields) }

    package subscript(key: String) -> JSONValue? {
        get { fields[key] }
        set { fields[key] = newValue }
    }

    package subscript(path path: String...) -> JSONValue? {
        get { json[path: path] }
        set {
            var value = json
            fields = JSONObject()
            value[path: path] = newValue
            fields = value.object ?? JSONObject()
        }
    }

    package var apiVersion: String { fields["apiVersion"]?.string ?? "" }
    package var kind: String { fields["kind"]?.string ?? "" }
    package var name: String { metadata("name") ?? "" }
    package var namespace: String { metadata("namespace") ?? "" }
    package var key: ObjectKey { ObjectKey(namespace: namespace, name: name) }
    package var uid: String { metadata("uid") ?? "" }
    package var resourceVersion: String { metadata("resourceVersion") ?? "" }
    package var generation: Int64 { fields["metadata"]?["generation"]?.integer ?? 0 }
    package var isBeingDeleted: Bool { metadata("deletionTimestamp") != nil }
    package var labels: [String: String] { stringMap("labels") }
    package var annotations: [String: String] { stringMap("annotations") }
    package var finalizers: [String] { fields["metadata"]?["finalizers"]?.array?.compactMap(\.string) ?? [] }
    package var ownerReferences: [OwnerReference] {
        (fields["metadata"]?["ownerReferences"]?.array ?? []).compactMap(OwnerReference.init(json:))
    }

    /// - Throws: `JSONError` that names the field.
    package func decode<Object: KubernetesObject>(_ type: Object.Type) throws -> Object {
        try JSONValueDecoder().decode(type, from: json)
    }

    private func metadata(_ field: String) -> String? { fields["metadata"]?[field]?.string }

    private func stringMap(_ field: String) -> [String: String] {
        var map: [String: String] = [:]
        for (key, value) in fields["metadata"]?[field]?.object ?? [:] { map[key] = value.string }
        return map
    }
}
