internal import KubeAPI
internal import Synchronization

/// The namespaces that are being deleted.
///
/// What is in them goes in any order, the owners of children too. Whoever made the children anew would only be refused, and
/// would be refused again for each of them.
struct EndingNamespaces: Sendable {
    private let namespaces: Informer

    init(_ environment: ReconcilerEnvironment) {
        namespaces = environment.informers.informer(Selection(.namespace))
    }

    func contain(_ namespace: String) -> Bool {
        namespaces.store.get(ObjectKey(name: namespace)).map(Self.isEnding) ?? false
    }

    /// What there is to say of an object of ours in such a namespace; `nil` where its namespace stays.
    func finding(on object: DynamicObject) -> Finding? {
        guard contain(object.namespace) else { return nil }
        return Finding(
            .terminating,
            "Namespace \(object.namespace) is being deleted, and this with it: nothing is written any more", .wait)
    }

    /// Wakes the owners in a namespace whose deletion begins, so that they say so.
    func wake(_ controller: Controller, owners: Informer) {
        controller.watches(namespaces) { event in
            guard case .updated(let old, let new) = event, !Self.isEnding(old), Self.isEnding(new) else { return [] }
            return owners.store.keys().filter { $0.namespace == event.key.name }
        }
    }

    private static func isEnding(_ namespace: CachedObject) -> Bool {
        namespace.isBeingDeleted || namespace.value(at: "status", "phase")?.string == "Terminating"
    }
}

/// Namespaces of which the server has said in the course of one pass that they are being deleted: the cache learns of it later.
final class RefusedNamespaces: Sendable {
    private let names = Mutex<Set<String>>([])

    func insert(_ namespace: String) { names.withLock { _ = $0.insert(namespace) } }

    func contain(_ namespace: String) -> Bool { names.withLock { $0.contains(namespace) } }
}
