package import KubeAPI

/// An object that one of ours wants.
package struct DesiredChild: Sendable, Hashable {
    package var type: ResourceType
    package var object: DynamicObject

    package init(_ type: ResourceType, _ object: DynamicObject) {
        self.type = type
        self.object = object
    }

    /// `CronJob backups/nightly-db`.
    package var name: String { "\(type.kind) \(object.key)" }
}

extension DesiredChild {
    /// A child in the namespace of its owner, from its fields beside `metadata`.
    init<Owner: ChildOwner>(
        _ type: ResourceType, of owner: Owner, named name: String, labels: [String: String] = [:],
        _ fields: KeyValuePairs<String, JSONValue>
    ) throws {
        let metadata = try JSONValueEncoder().encode(ObjectMeta.child(of: owner, named: name, labels: labels))
        var object = JSONObject([
            ("apiVersion", .string(type.apiVersion)), ("kind", .string(type.kind)), ("metadata", metadata),
        ])
        for (key, value) in fields { object[key] = value }
        self.init(type, DynamicObject(object))
    }
}
