package import KubeAPI

/// An object that one of ours wants.
package struct DesiredChild: Sendable, Hashable {
    package var type: ResourceType
    package var object: DynamicObject
    /// What of the owner it belongs to, for the status: a region, a source, a component; empty for the whole.
    package var part: String
    /// It is wanted and must not be written now: what is there stays as it is.
    package var isHeld = false
    /// Fields that somebody else decides from now on: see `Applier.apply`.
    package var releasedFields: [FieldPath] = []
    /// What somebody else has made under its name, and it becomes.
    package var takeover: FieldTakeover?

    package init(_ type: ResourceType, _ object: DynamicObject, part: String = "") {
        self.type = type
        self.object = object
        self.part = part
    }

    package init(_ object: some KubernetesObject, part: String = "") throws {
        self.init(Swift.type(of: object).resourceType, try object.dynamicObject(), part: part)
    }

    /// A child that is there and stays as it is, whatever it is like.
    ///
    /// - Parameter uid: of the object that it is, where that is known better than by the inventory.
    static func held(
        _ type: ResourceType, _ key: ObjectKey, uid: String? = nil, part: String = ""
    ) -> DesiredChild {
        var metadata: JSONObject = ["name": .string(key.name)]
        if let uid { metadata["uid"] = .string(uid) }
        if !key.namespace.isEmpty { metadata["namespace"] = .string(key.namespace) }
        let fields: JSONObject = [
            "apiVersion": .string(type.apiVersion), "kind": .string(type.kind), "metadata": .object(metadata),
        ]
        var child = DesiredChild(type, DynamicObject(fields), part: part)
        child.isHeld = true
        return child
    }

    /// The child, held where this is true or it is so already.
    func held(_ isHeld: Bool) -> DesiredChild {
        var child = self
        child.isHeld = child.isHeld || isHeld
        return child
    }

    var reference: WrittenObject { WrittenObject(type, object.key) }

    /// `CronJob backups/nightly-db`.
    package var name: String { reference.description }

    /// Whether it says how many pods the workload has.
    func scales(_ workload: WrittenObject) -> Bool {
        guard let target = object[path: "spec", "scaleTargetRef"], object.namespace == workload.key.namespace else {
            return false
        }
        return target["kind"]?.string == workload.kind && target["name"]?.string == workload.key.name
    }

    /// What makes a live object this child.
    ///
    /// - Parameters:
    ///   - labels: what a child carries to be the owner's.
    ///   - controller: the owner, where the child can name it.
    ///   - recorded: the UIDs in the owner's inventory.
    ///   - mark: what proves that the operator has made it; `nil` where its key is not known.
    func ownership(
        labels: [String: String], controller: OwnerReference?, recorded: Set<String>, mark: Ownership.Mark? = nil
    ) -> Ownership {
        var labels = labels
        if let namespace = object.labels[LabelKey.ownerNamespace] { labels[LabelKey.ownerNamespace] = namespace }
        let takenOver = [takeover?.live.uid].compactMap(\.self)
        return Ownership(
            labels: labels, controller: object.ownerReferences.isEmpty ? nil : controller,
            recordedUIDs: recorded.union(takenOver), mark: mark)
    }
}

extension DesiredChild {
    /// A child from its fields beside `metadata`.
    ///
    /// - Parameters: see `ObjectMeta.child`.
    init<Owner: ChildOwner>(
        _ type: ResourceType, of owner: Owner, named name: String, in scope: ChildScope = .ownersNamespace,
        labels: [String: String] = [:], keepsData: Bool = false, part: String = "",
        _ fields: KeyValuePairs<String, JSONValue>
    ) throws {
        let metadata = try JSONValueEncoder().encode(
            ObjectMeta.child(of: owner, named: name, in: scope, labels: labels, keepsData: keepsData))
        var object = JSONObject([
            ("apiVersion", .string(type.apiVersion)), ("kind", .string(type.kind)), ("metadata", metadata),
        ])
        for (key, value) in fields { object[key] = value }
        self.init(type, DynamicObject(object), part: part)
    }
}

extension FieldPath {
    static let replicas = FieldPath.root.appending("spec").appending("replicas")
}
