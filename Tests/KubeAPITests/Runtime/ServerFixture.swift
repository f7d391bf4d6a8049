import EmbeddedAPIServer
import Glibc
import KubeAPI
import Support
import Synchronization
import Testing

/// Where a test of the runtime runs: always on the embedded server, and on a real one where the environment names one.
enum ServerKind: String, CaseIterable, CustomTestStringConvertible {
    case embedded, real

    static let kubeconfig = getenv("QM_TEST_KUBECONFIG").map { String(cString: $0) }
    static var available: [ServerKind] { kubeconfig == nil ? [.embedded] : [.embedded, .real] }

    var testDescription: String { rawValue }
}

/// A server with a namespace of the test's own.
struct ServerFixture {
    let client: KubeClient
    let requests: RecordedAPI
    let namespace: String

    static func run(_ kind: ServerKind, _ body: (ServerFixture) async throws -> Void) async throws {
        let server = kind == .embedded ? try EmbeddedAPIServer() : nil
        try server?.start()
        let configuration =
            try server?.clientConfiguration()
            ?? ClientConfiguration.load(kubeconfig: ServerKind.kubeconfig, environment: [:])
        var options = ClientOptions()
        options.qps = 0
        let client = try KubeClient(configuration: configuration, options: options)
        let fixture = ServerFixture(
            client: client, requests: RecordedAPI(client), namespace: "runtime-\(UInt32.random(in: .min ... .max))")
        let space = Namespace(metadata: ObjectMeta(name: fixture.namespace))
        _ = try await client.create(space.dynamicObject(), as: .namespace)
        let result = await Result { try await body(fixture) }
        if kind == .real { try await client.delete(.namespace, ObjectKey(name: fixture.namespace)) }
        await client.shutdown()
        await server?.stop()
        try result.get()
    }

    func key(_ name: String) -> ObjectKey { ObjectKey(namespace: namespace, name: name) }

    /// An object from YAML, in the test's namespace and with our label.
    func object(_ yaml: String) throws -> DynamicObject {
        var object = try DynamicObject(YAML.parseDocument(Array(yaml.utf8)))
        object[path: "metadata", "namespace"] = .string(namespace)
        object[path: "metadata", "labels", "app.kubernetes.io/managed-by"] = "quartermaster"
        return object
    }

    /// Runs informers of these types while `body` does.
    func withInformers(
        of types: [ResourceType], _ body: (InformerObjects) async throws -> Void
    ) async throws {
        let informers = InformerSet(source: client)
        for type in types { _ = informers.informer(Selection(type, namespace: namespace)) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await informers.run() }
            try await informers.waitUntilSynced()
            defer { group.cancelAll() }
            try await body(InformerObjects(informers))
        }
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}

/// Passes requests on and remembers them.
final class RecordedAPI: ObjectAPI {
    private let client: KubeClient
    private let recorded = Recorder<String>()

    init(_ client: KubeClient) { self.client = client }

    var all: [String] { recorded.all }

    func get(_ type: ResourceType, _ key: ObjectKey) async throws -> DynamicObject {
        recorded.append("GET \(type.kind) \(key.name)")
        return try await client.get(type, key)
    }

    func create(_ object: DynamicObject, as type: ResourceType, options: WriteOptions) async throws -> DynamicObject {
        recorded.append("POST \(type.kind) \(object.name)")
        return try await client.create(object, as: type, options: options)
    }

    func update(
        _ object: DynamicObject, as type: ResourceType, subresource: String?, options: WriteOptions
    ) async throws -> DynamicObject {
        recorded.append("PUT \(type.kind) \(object.name)")
        return try await client.update(object, as: type, subresource: subresource, options: options)
    }

    func patch(
        _ type: ResourceType, _ key: ObjectKey, _ patch: Patch, subresource: String?, options: WriteOptions
    ) async throws -> DynamicObject {
        recorded.append("PATCH \(type.kind) \(key.name)")
        return try await client.patch(type, key, patch, subresource: subresource, options: options)
    }

    func delete(_ type: ResourceType, _ key: ObjectKey, options: DeleteOptions) async throws {
        recorded.append("DELETE \(type.kind) \(key.name)")
        try await client.delete(type, key, options: options)
    }
}
