import EmbeddedAPIServer
import Glibc
import KubeAPI
import Support
import Synchronization

/// A cluster to test informers on: the embedded one, or that of `QM_TEST_KUBECONFIG`.
struct ClusterFixture {
    enum Kind: Sendable, CaseIterable {
        case embedded, real

        /// The real one only where one is named.
        static var available: [Kind] { ClusterFixture.kubeconfig == nil ? [.embedded] : [.embedded, .real] }
    }

    let client: KubeClient
    /// Of this test alone, and gone after it.
    let namespace: String
    /// `nil` for the real cluster.
    let server: EmbeddedAPIServer?

    private static var kubeconfig: String? { getenv("QM_TEST_KUBECONFIG").map { String(cString: $0) } }

    static func run(_ kind: Kind = .embedded, _ body: (ClusterFixture) async throws -> Void) async throws {
        var server: EmbeddedAPIServer?
        let configuration: ClientConfiguration
        switch kind {
        case .embedded:
            let embedded = try EmbeddedAPIServer()
            try embedded.start()
            server = embedded
            configuration = try embedded.clientConfiguration()
        case .real:
            configuration = try ClientConfiguration.load(kubeconfig: kubeconfig, environment: [:])
        }
        var options = ClientOptions()
        options.qps = 0
        let client = try KubeClient(configuration: configuration, options: options)
        let namespace = "informer-\(UInt32.random(in: .min ... .max))"
        _ = try await client.create(
            DynamicObject(["metadata": ["name": .string(namespace)]] as JSONObject), as: .namespace)
        let fixture = ClusterFixture(client: client, namespace: namespace, server: server)
        do {
            try await body(fixture)
        } catch {
            await fixture.end()
            throw error
        }
        await fixture.end()
    }

    private func end() async {
        if server == nil { try? await client.delete(.namespace, ObjectKey(name: namespace)) }
        await client.shutdown()
        await server?.stop()
    }

    func configMap(_ name: String, _ value: String) -> DynamicObject {
        DynamicObject(
            [
                "metadata": [
                    "name": .string(name), "namespace": .string(namespace), "labels": ["value": .string(value)],
                ]
            ] as JSONObject)
    }

    func key(_ name: String) -> ObjectKey { ObjectKey(namespace: namespace, name: name) }

    /// Writes the object, whether it exists or not.
    @discardableResult
    func put(_ name: String, _ value: String) async throws -> DynamicObject {
        var object = configMap(name, value)
        object["apiVersion"] = "v1"
        object["kind"] = "ConfigMap"
        return try await client.patch(.configMap, key(name), .apply(object.json, force: true))
    }

    /// An informer of the namespace that does not wait long for anything.
    func informer(_ type: ResourceType = .configMap, pageLimit: Int? = nil) -> Informer {
        var options = InformerOptions()
        options.policy.firstDelay = .milliseconds(20)
        options.policy.longestDelay = .milliseconds(200)
        options.policy.absenceDelay = .milliseconds(20)
        options.policy.usesWatchList = pageLimit == nil
        options.policy.pageLimit = pageLimit ?? 500
        return Informer(
            Selection(type, namespace: type.isNamespaced ? namespace : nil), source: client,
            indexers: [.label("value")],
            options: options)
    }
}

/// What a handler knows from its events alone, and whether they made sense one after the other.
final class Mirror: Sendable {
    private struct State {
        var objects: [ObjectKey: CachedObject] = [:]
        var contradictions: [String] = []
    }

    private let state = Mutex(State())

    func take(_ event: InformerEvent) {
        state.withLock { state in
            let known = state.objects[event.key]
            switch event {
            case .added(let object, _):
                if let known { state.contradictions.append("added \(object), known as \(known)") }
                state.objects[event.key] = object
            case .updated(let old, let new):
                if known?.resourceVersion != old.resourceVersion || old.uid != new.uid {
                    state.contradictions.append("updated \(old) to \(new), known as \(known?.description ?? "-")")
                }
                state.objects[event.key] = new
            case .deleted(let object):
                if known?.uid != object.uid { state.contradictions.append("deleted \(object), unknown") }
                state.objects[event.key] = nil
            }
        }
    }

    var contradictions: [String] { state.withLock { $0.contradictions } }

    var versions: [ObjectKey: String] { state.withLock { $0.objects.mapValues(\.resourceVersion) } }
}
