internal import KubeAPI

/// Serves CRDs as they come, change and go.
struct CustomResourceController: Sendable {
    let core: APICore

    private static let crds = GroupResource(.customResourceDefinition)
    /// Holds a deleted CRD until its instances are gone.
    static let finalizer = "customresourcecleanup.apiextensions.k8s.io"

    func react(to event: StoredEvent, in resource: GroupResource) {
        if resource == Self.crds {
            switch event.change {
            case .deleted: retire(event.object)
            case .added, .modified: if event.object.isBeingDeleted { empty(event.object) } else { serve(event.object) }
            }
        } else if event.change == .deleted {
            finish(resource)
        }
    }

    private func serve(_ crd: StoredObject) {
        let others = core.store.all(Self.crds).filter { $0.name != crd.name }.map(\.json)
        let json = CustomResources.established(crd.json, others: others, now: core.now)
        let storageVersion = (json[path: ["spec", "versions"]]?.array ?? []).first { $0["storage"]?.bool == true }
        core.registry.set(
            CustomResources.definitions(json), storageVersion: storageVersion?["name"]?.string ?? "", of: crd.name)
        if json != crd.json {
            // A conflict means a newer state, which comes here by itself.
            _ = try? core.store.put(Self.crds, json, expecting: .version(crd.resourceVersion))
        }
    }

    private static func resource(of crd: StoredObject) -> GroupResource {
        GroupResource(
            group: crd.json[path: ["spec", "group"]]?.string ?? "",
            plural: crd.json[path: ["spec", "names", "plural"]]?.string ?? "")
    }

    /// Deletes the instances of a CRD that is being deleted.
    private func empty(_ crd: StoredObject) {
        let resource = Self.resource(of: crd)
        if let definition = core.registry.stored(resource) {
            for object in core.store.all(resource) where !object.isBeingDeleted {
                _ = try? core.delete(object, definition, DeleteOptions())
            }
        }
        finish(resource)
    }

    private func finish(_ resource: GroupResource) {
        guard !resource.group.isEmpty, core.store.all(resource).isEmpty,
            let crd = core.store.get(Self.crds, ObjectKey(name: "\(resource.plural).\(resource.group)")),
            crd.isBeingDeleted
        else { return }
        let left = crd.finalizers.filter { $0 != Self.finalizer }
        var json = crd.json
        json[path: ["metadata", "finalizers"]] = left.isEmpty ? nil : .array(left.map(JSONValue.string))
        do {
            let stored =
                json == crd.json ? crd : try core.store.put(Self.crds, json, expecting: .version(crd.resourceVersion))
            guard left.isEmpty else { return }
            try core.store.remove(Self.crds, stored.key, version: stored.resourceVersion)
        } catch {
            // Changed meanwhile: the change brings it back here.
        }
    }

    private func retire(_ crd: StoredObject) {
        core.registry.remove(crd: crd.name)
        core.watches.end(Self.resource(of: crd))
    }
}
