import KubeAPI

extension FieldManager {
    /// Records what a create, update or patch changed.
    ///
    /// - Parameters:
    ///   - live: the stored object; `nil` for a create.
    ///   - new: the object that is about to be stored, with the `managedFields` that the client sent.
    /// - Returns: `new` with its `managedFields`. Where nothing but times would change, the live ones are kept, so
    ///   that a write without effect can be told by equality.
    func update(live: JSONValue?, new: JSONValue) -> JSONValue {
        let base = live ?? ObjectDecoder.empty(definition)
        // A subresource cannot be used to rewrite who manages the object.
        var managed = subresource.isEmpty ? .forUpdate(live: base, new: new) : ManagedFields(base)
        // Nobody has ever applied it and its history was cleared: nothing is tracked until the next apply.
        if live == nil || !managed.entries.isEmpty {
            let comparison = ObjectComparison(base.withoutManagedFields, new.withoutManagedFields, definition.schema)
                .ignoring(definition.resetFields(subresource))
            record(comparison, in: &managed)
            managed.capUpdaters()
        }
        return keepingTimes(of: live, new.with(managed), managed)
    }

    /// The writer of a plain write.
    var updater: ManagedFields.Writer {
        ManagedFields.Writer(
            manager: manager, operation: .update, apiVersion: definition.type.apiVersion, subresource: subresource)
    }

    func record(_ comparison: ObjectComparison, in managed: inout ManagedFields, by writer: ManagedFields.Writer? = nil)
    {
        let writer = writer ?? updater
        let changed = comparison.modified.union(comparison.added)
        for other in Array(managed.entries.keys) {
            managed.take(changed.union(comparison.removed), from: other)
        }
        let own = changed.difference(Self.serverOwned)
        guard !own.isEmpty else { return }
        let before = managed.entries[writer]?.fields ?? FieldSet()
        managed.entries[writer] = .init(
            fields: before.union(own), apiVersion: definition.type.apiVersion, time: now)
    }

    /// The live managers where only times would move: a write without effect stays without effect.
    func keepingTimes(of live: JSONValue?, _ new: JSONValue, _ managed: ManagedFields) -> JSONValue {
        guard let live, new.withoutManagedFields == live.withoutManagedFields,
            ManagedFields(live).timeless == managed.timeless
        else { return new }
        return live
    }

    /// Metadata that no manager ever owns.
    static let serverOwned = FieldSet(
        paths: [
            ["apiVersion"], ["kind"], ["metadata"], ["metadata", "name"], ["metadata", "namespace"],
            ["metadata", "creationTimestamp"], ["metadata", "selfLink"], ["metadata", "uid"],
            ["metadata", "clusterName"], ["metadata", "generation"], ["metadata", "managedFields"],
            ["metadata", "resourceVersion"],
        ])
}

extension JSONValue {
    var withoutManagedFields: JSONValue {
        guard self[path: ["metadata", "managedFields"]] != nil else { return self }
        var copy = self
        copy[path: ["metadata", "managedFields"]] = nil
        return copy
    }

    func with(_ managed: ManagedFields) -> JSONValue {
        var copy = withoutManagedFields
        if let json = managed.json { copy[path: ["metadata", "managedFields"]] = json }
        return copy
    }
}

extension ResourceDefinition {
    /// What a write on this path never changes, and so never owns.
    func resetFields(_ subresource: String) -> FieldSet {
        switch subresource {
        case "status": FieldSet(paths: isCustom ? [["metadata"], ["spec"]] : [["spec"]])
        case "" where hasStatus: FieldSet(paths: [["status"]])
        default: FieldSet()
        }
    }
}
