import EmbeddedAPIServer
import Glibc
import Support
import Testing

@testable import KubeAPI

private enum RealServer {
    static let kubeconfig = getenv("QM_TEST_KUBECONFIG").map { String(cString: $0) }
}

/// Checks against a cluster that the environment names: HTTP/2, real errors, real discovery.
@Suite("Client on a real server", .enabled(if: RealServer.kubeconfig != nil), .timeLimit(.minutes(3)))
struct RealServerTests {
    private func makeClient(_ change: (inout ClientOptions) -> Void = { _ in }) throws -> KubeClient {
        let configuration = try ClientConfiguration.load(
            kubeconfig: RealServer.kubeconfig, environment: [:])
        var options = ClientOptions()
        options.qps = 0
        options.userAgent = ClientOptions.userAgent(version: "test")
        change(&options)
        return try KubeClient(configuration: configuration, options: options)
    }

    private let namespace = "default"

    @Test("300 requests beside nine watches share one connection")
    func multiplexing() async throws {
        let client = try makeClient()
        _ = try await client.serverVersion()
        let types: [ResourceType] = [
            .node, .namespace, .pod, .service, .configMap, .serviceAccount, .deployment, .job, .cronJob,
        ]
        let sinks = types.map { _ in RecordingSink() }
        for (type, sink) in zip(types, sinks) {
            _ = try await client.watch(type, options: WatchOptions(sendInitialEvents: true), into: sink)
        }
        try await withThrowingTaskGroup(of: Int.self) { group in
            for index in 0..<300 {
                group.addTask {
                    try await client.list(index.isMultiple(of: 2) ? .namespace : .configMap).items.count
                }
            }
            for try await count in group { #expect(count > 0) }
        }
        for sink in sinks {
            try await eventually("the initial events of a watch") { sink.current.text.contains("initial-events-end") }
        }
        #expect(sinks.allSatisfy { !$0.isOver && $0.current.status == 200 })
        #expect(client.transport.openedConnections == 1)
        await client.shutdown()
    }

    @Test("An object goes through all verbs, and errors carry the server's reasons")
    func verbs() async throws {
        let client = try makeClient()
        let key = ObjectKey(namespace: namespace, name: "client-test-\(UInt32.random(in: 0 ... .max))")
        let object = DynamicObject.configMap(key.name, namespace: namespace, data: ["a": "1"])
        let dry = try await client.create(object, as: .configMap, options: WriteOptions(dryRun: true))
        #expect(!dry.uid.isEmpty)
        #expect(await APIError.thrown { try await client.get(.configMap, key) }?.isNotFound == true)
        let created = try await client.create(object, as: .configMap)
        #expect(await APIError.thrown { try await client.create(object, as: .configMap) }?.isAlreadyExists == true)

        _ = try await client.patch(.configMap, key, .merge(["data": ["b": "2"]]))
        _ = try await client.patch(.configMap, key, .json([["op": "add", "path": "/data/c", "value": "3"]]))
        _ = try await client.patch(.configMap, key, .strategicMerge(["data": ["a": nil]]))
        #expect(try await client.get(.configMap, key)["data"] == ["b": "2", "c": "3"])
        #expect(await APIError.thrown { try await client.update(created, as: .configMap) }?.isConflict == true)

        var desired = object
        desired["data"] = ["b": "9"]
        let options = WriteOptions(fieldManager: "other")
        let conflict = await APIError.thrown {
            try await client.patch(.configMap, key, .apply(desired.json, force: false), options: options)
        }
        #expect(conflict?.isConflict == true)
        #expect(conflict?.causes.map(\.reason) == ["FieldManagerConflict"])
        let applied = try await client.patch(.configMap, key, .apply(desired.json, force: true), options: options)
        #expect(applied["data"] == ["b": "9", "c": "3"])

        let wrong = await APIError.thrown {
            try await client.delete(.configMap, key, options: DeleteOptions(uid: "no-such-uid"))
        }
        #expect(wrong?.isConflict == true)
        try await client.delete(
            .configMap, key, options: DeleteOptions(uid: applied.uid, resourceVersion: applied.resourceVersion))
        #expect(await APIError.thrown { try await client.delete(.configMap, key) }?.isNotFound == true)
        await client.shutdown()
    }

    @Test("An unknown field gives a warning, or an error where it is asked for")
    func fieldValidation() async throws {
        let observer = RecordingObserver()
        let client = try makeClient { $0.observer = observer }
        var object = DynamicObject.configMap("client-test-warn", namespace: namespace)
        object["datta"] = ["a": "1"]
        let dryRun = WriteOptions(dryRun: true)
        _ = try await client.create(object, as: .configMap, options: dryRun)
        #expect(observer.warnings == [#"POST configmaps default/client-test-warn: unknown field "datta""#])
        let strict = WriteOptions(dryRun: true, fieldValidation: .strict)
        let error = await APIError.thrown { try await client.create(object, as: .configMap, options: strict) }
        #expect(error?.code == 400)
        await client.shutdown()
    }

    @Test("Discovery finds kinds, lists come in pages")
    func discovery() async throws {
        let client = try makeClient()
        #expect(try await client.serverVersion().major == 1)
        #expect(try await client.resourceType(apiVersion: "apps/v1", kind: "Deployment") == .deployment)
        #expect(try await client.resourceType(apiVersion: "v1", kind: "Node") == .node)
        #expect(try await client.resourceType(apiVersion: "none.example.org/v1", kind: "X") == nil)
        #expect(try await client.groups().contains { $0.name == "apps" })
        let roles = ResourceType(
            group: "rbac.authorization.k8s.io", version: "v1", kind: "ClusterRole", plural: "clusterroles",
            isNamespaced: false)
        let whole = try await client.list(roles)
        let paged = try await client.listAll(roles, pageSize: 7)
        #expect(paged.items.map(\.name) == whole.items.map(\.name))
        #expect(paged.items.allSatisfy { $0.kind == "ClusterRole" })
        await client.shutdown()
    }

    @Test("A dead HTTP/2 connection is given up with the request that was given up on it")
    func deadConnection() async throws {
        var configuration = try ClientConfiguration.load(kubeconfig: RealServer.kubeconfig, environment: [:])
        let address = try ServerAddress(configuration.server)
        let proxy = try FaultProxy(to: UInt16(address.port))
        configuration.server = "https://127.0.0.1:\(proxy.port)"
        let client = try KubeClient(configuration: configuration)
        _ = try await client.serverVersion()
        proxy.set(.swallow)
        // As leader election gives up: by cancelling.
        let request = Task { try await client.serverVersion() }
        try await Task.sleep(for: .milliseconds(1500))
        request.cancel()
        await #expect(throws: CancellationError.self) { try await request.value }
        proxy.heal(resets: false)
        _ = try await client.serverVersion()
        await client.shutdown()
        await proxy.stop()
    }

    @Test("Certificates that come later are taken for later requests")
    func rotation() async throws {
        let configuration = try ClientConfiguration.load(
            kubeconfig: RealServer.kubeconfig, environment: [:])
        let credentials = makeCredentialProvider(for: configuration)
        let material = try await credentials.tlsMaterial()
        var connection = try TransportConfiguration(configuration)
        connection.certificateAuthority = Array(Self.foreignAuthority.utf8)
        let transport = try Transport(configuration: connection)
        let error = await #expect(throws: TransportError.self) {
            try await transport.send(HTTPRequest(path: "/version"))
        }
        #expect(error?.code == .tls)
        #expect(error?.message.hasSuffix("it is not signed by the configured certificate authority") == true)
        transport.update(try TransportConfiguration(configuration, material))
        #expect(try await transport.send(HTTPRequest(path: "/readyz")).status < 500)
        // A connection that was made with the right authority is not used on behalf of a wrong one.
        transport.update(connection)
        await #expect(throws: TransportError.self) { try await transport.send(HTTPRequest(path: "/version")) }
        await transport.shutdown()
    }

    /// Of a key that was thrown away.
    private static let foreignAuthority = """
        -----BEGIN CERTIFICATE-----
        MIIBeTCCAR+gAwIBAgIUeQLKfMQbKR3kyiVXwdvJ67kLoaQwCgYIKoZIzj0EAwIw
        ETEPMA0GA1UEAwwGbm9ib2R5MCAXDTI2MTEyMTA5MTMxMloYDzIxMjYxMDI4MDkx
        MzEyWjARMQ8wDQYDVQQDDAZub2JvZHkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
        AAThnXvloiOrEbR6ht1JpS+mis1c5nj++XWqmVVCzHvHdh1GvUAHLbmhw8zj9UlV
        7MzFB+g4K+iS+mHgySphPRYoo1MwUTAdBgNVHQ4EFgQUYoTeU3B8R1y5409LhjZ+
        0BcwfNEwHwYDVR0jBBgwFoAUYoTeU3B8R1y5409LhjZ+0BcwfNEwDwYDVR0TAQH/
        BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEA1bK4ZpAzYE2Df2W0amb7mal+wX+7
        RECqfDdgS2WWS10CIFe1hJg4g0v4cDWeScoVRSl4W5S4DZ7jjjdFfwQyi7LP
        -----END CERTIFICATE-----
        """
}
