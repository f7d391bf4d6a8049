internal import KubeAPI

/// Deletes what has lost its owners. Source: Kubernetes documentation, "Garbage Collection".
struct GarbageCollection: Sendable {
    static let foregroundFinalizer = "foregroundDeletion"
    static let orphanFinalizer = "orphan"

    let core: APICore

    /// What a change asks of the collector.
    func react(to event: StoredEvent, in resource: GroupResource) {
        let object = event.object
        if event.change == .deleted {
            for dependent in core.store.dependents(of: object.uid) { collect(dependent.object, dependent.resource) }
            // A waiting owner may have waited for this one.
            for owner in object.owners { finishForeground(uid: owner) }
            return
        }
        if object.finalizers.contains(Self.orphanFinalizer), object.isBeingDeleted {
            orphanDependents(of: object, resource)
        } else if object.finalizers.contains(Self.foregroundFinalizer), object.isBeingDeleted {
            deleteDependents(of: object)
            finishForeground(uid: object.uid)
        }
        if !object.owners.isEmpty, object.owners != event.previous?.owners { collect(object, resource) }
    }

    /// Deletes an object none of whose owners is there; drops single owners that are gone.
    private func collect(_ object: StoredObject, _ resource: GroupResource) {
        guard let object = core.store.get(resource, object.key), !object.owners.isEmpty else { return }
        let gone = object.owners.filter { owner in
            guard let found = core.store.object(uid: owner)?.object else { return true }
            // An owner in another namespace counts as missing.
            return !found.namespace.isEmpty && found.namespace != object.namespace
        }
        // Cluster-scoped objects cannot be owned by namespaced ones; the real collector leaves them alone, too.
        if object.namespace.isEmpty,
            object.owners.contains(where: { owner in
                core.store.object(uid: owner)?.object.namespace.isEmpty == false
            })
        {
            return
        }
        guard !gone.isEmpty, let definition = core.registry.stored(resource) else { return }
        if gone.count == object.owners.count {
            var options = DeleteOptions()
            options.uid = object.uid
            options.propagationPolicy = .background
            if object.finalizers.contains(Self.orphanFinalizer) { options.propagationPolicy = .orphan }
            if object.finalizers.contains(Self.foregroundFinalizer) { options.propagationPolicy = .foreground }
            _ = try? core.delete(object, definition, options)
        } else {
            removeOwners(Set(gone), from: object, resource)
        }
    }

    private func deleteDependents(of owner: StoredObject) {
        for (resource, dependent) in core.store.dependents(of: owner.uid) where !dependent.isBeingDeleted {
            guard let definition = core.registry.stored(resource) else { continue }
            // With another owner that stays, it only loses this one.
            let others = dependent.owners.filter { $0 != owner.uid && core.store.object(uid: $0) != nil }
            guard others.isEmpty else {
                removeOwners([owner.uid], from: dependent, resource)
                continue
            }
            var options = DeleteOptions()
            options.uid = dependent.uid
            options.propagationPolicy = .foreground
            _ = try? core.delete(dependent, definition, options)
        }
    }

    /// Lets an owner go that waits for dependents which block it, once there is none.
    private func finishForeground(uid: String) {
        guard let (resource, owner) = core.store.object(uid: uid), owner.isBeingDeleted,
            owner.finalizers.contains(Self.foregroundFinalizer)
        else { return }
        let blocking = core.store.dependents(of: uid).contains { dependent in
            let references = dependent.object.metadata["ownerReferences"]?.array ?? []
            return references.contains { $0["uid"]?.string == uid && $0["blockOwnerDeletion"]?.bool == true }
        }
        if !blocking { remove(Self.foregroundFinalizer, from: owner, resource) }
    }

    private func orphanDependents(of owner: StoredObject, _ resource: GroupResource) {
        for (dependentResource, dependent) in core.store.dependents(of: owner.uid) {
            removeOwners([owner.uid], from: dependent, dependentResource)
        }
        remove(Self.orphanFinalizer, from: owner, resource)
    }

    private func removeOwners(_ owners: Set<String>, from object: StoredObject, _ resource: GroupResource) {
        var json = object.json
        let left = (json[path: ["metadata", "ownerReferences"]]?.array ?? []).filter { reference in
            reference["uid"]?.string.map { !owners.contains($0) } ?? true
        }
        json[path: ["metadata", "ownerReferences"]] = left.isEmpty ? nil : .array(left)
        // A conflict means that the object has changed, and its own change is looked at again.
        _ = try? core.store.put(resource, json, expecting: .version(object.resourceVersion))
    }

    private func remove(_ finalizer: String, from object: StoredObject, _ resource: GroupResource) {
        guard let live = core.store.get(resource, object.key), live.uid == object.uid else { return }
        let left = live.finalizers.filter { $0 != finalizer }
        var json = live.json
        json[path: ["metadata", "finalizers"]] = left.isEmpty ? nil : .array(left.map(JSONValue.string))
        do {
            let stored = try core.store.put(resource, json, expecting: .version(live.resourceVersion))
            guard left.isEmpty, (stored.metadata["deletionGracePeriodSeconds"]?.integer ?? 0) == 0 else { return }
            try core.store.remove(resource, stored.key, version: stored.resourceVersion)
        } catch {
            // Changed meanwhile: the change brings it back here.
        }
    }
}
