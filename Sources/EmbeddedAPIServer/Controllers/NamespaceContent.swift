internal import KubeAPI

/// Empties namespaces that are being deleted, and furnishes new ones.
struct NamespaceContent: Sendable {
    let core: APICore

    private static let immortal: Set<String> = ["default", "kube-system", "kube-public"]
    private static let finalizer = "kubernetes"
    private static let namespaces = GroupResource(.namespace)
    private static let serviceAccounts = GroupResource(.serviceAccount)
    private static let configMaps = GroupResource(.configMap)
    private static let rootCertificates = "kube-root-ca.crt"

    /// Whether nothing of a namespace is left but itself.
    static func isFinalized(_ namespace: JSONValue) -> Bool {
        namespace[path: ["spec", "finalizers"]]?.array?.isEmpty ?? true
    }

    /// Why a namespace must not be deleted.
    static func refusal(_ object: StoredObject, _ resource: GroupResource) -> APIFailure? {
        guard resource == namespaces, immortal.contains(object.name) else { return nil }
        return .forbidden(.namespace, object.name, "this namespace may not be deleted")
    }

    func react(to event: StoredEvent, in resource: GroupResource) {
        if resource == Self.namespaces {
            guard event.change != .deleted else { return }
            if event.object.isBeingDeleted { empty(event.object.name) } else { furnish(event.object.name) }
            return
        }
        guard event.change == .deleted, !event.object.namespace.isEmpty else { return }
        let name = event.object.namespace
        guard let namespace = core.store.get(Self.namespaces, ObjectKey(name: name)) else { return }
        if namespace.isBeingDeleted { finish(name) } else if Self.isFurniture(event.object, resource) { furnish(name) }
    }

    private static func isFurniture(_ object: StoredObject, _ resource: GroupResource) -> Bool {
        resource == serviceAccounts && object.name == "default"
            || resource == configMaps && object.name == rootCertificates
    }

    /// What a real cluster's controllers put into every namespace.
    private func furnish(_ namespace: String) {
        add(Self.serviceAccounts, ["apiVersion": "v1", "kind": "ServiceAccount"], "default", namespace)
        guard let authority = core.certificateAuthority else { return }
        let json: JSONValue = [
            "apiVersion": "v1", "kind": "ConfigMap", "data": ["ca.crt": .string(authority)],
            "metadata": [
                "annotations": [
                    "kubernetes.io/description": .string(
                        "Contains a CA bundle that can be used to verify the kube-apiserver when using internal "
                            + "endpoints such as the internal service IP or kubernetes.default.svc. No other usage is "
                            + "guaranteed across distributions of Kubernetes clusters.")
                ]
            ],
        ]
        add(Self.configMaps, json, Self.rootCertificates, namespace)
    }

    private func add(_ resource: GroupResource, _ content: JSONValue, _ name: String, _ namespace: String) {
        guard core.store.get(resource, ObjectKey(namespace: namespace, name: name)) == nil else { return }
        var json = content
        let identity: [(String, String)] = [
            ("name", name), ("namespace", namespace), ("uid", core.random.uuid()),
            ("creationTimestamp", core.now.rfc3339),
        ]
        for (field, value) in identity { json[path: ["metadata", field]] = .string(value) }
        _ = try? core.store.put(resource, json, expecting: .absent)
    }

    private func empty(_ namespace: String) {
        for resource in core.store.resources(in: namespace) {
            guard let definition = core.registry.stored(resource) else { continue }
            for object in core.store.all(resource, namespace: namespace) where !object.isBeingDeleted {
                var options = DeleteOptions()
                options.propagationPolicy = .background
                _ = try? core.delete(object, definition, options)
            }
        }
        finish(namespace)
    }

    /// Says what a namespace waits for.
    private func report(_ namespace: StoredObject) {
        let content = core.store.resources(in: namespace.name).map { resource in
            (resource: resource, objects: core.store.all(resource, namespace: namespace.name))
        }
        var json = namespace.json
        json[path: ["status", "conditions"]] = NamespaceConditions(content: content, now: core.now)
            .merged(into: json[path: ["status", "conditions"]]?.array ?? [])
        guard json != namespace.json else { return }
        // A conflict means a change, which brings the namespace back here.
        _ = try? core.store.put(Self.namespaces, json, expecting: .version(namespace.resourceVersion))
    }

    /// Lets the namespace go once it is empty.
    private func finish(_ name: String) {
        guard let namespace = core.store.get(Self.namespaces, ObjectKey(name: name)), namespace.isBeingDeleted
        else { return }
        guard core.store.resources(in: name).isEmpty else { return report(namespace) }
        var json = namespace.json
        let left = (json[path: ["spec", "finalizers"]]?.array ?? []).filter { $0.string != Self.finalizer }
        json[path: ["spec", "finalizers"]] = left.isEmpty ? nil : .array(left)
        do {
            let stored =
                json == namespace.json
                ? namespace
                : try core.store.put(Self.namespaces, json, expecting: .version(namespace.resourceVersion))
            guard left.isEmpty, stored.finalizers.isEmpty else { return }
            try core.store.remove(Self.namespaces, stored.key, version: stored.resourceVersion)
        } catch {
            // Changed meanwhile: the change brings it back here.
        }
    }
}
