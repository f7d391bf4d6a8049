import EmbeddedAPIServer
import Foundation
import KubeAPI
import Reconcilers
import Support

/// `quartermaster run` as a process of its own, against an embedded API server, for the length of a test.
final class OperatorProgram: @unchecked Sendable {
    // Unchecked: `Process` is used by one test; what it prints goes to a file.
    private let process = Process()
    private let log: URL
    private let folder: URL

    /// The programs stand beside the tests.
    static let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("quartermaster")

    /// - Parameters:
    ///   - user: that the server is to see; each process needs another one where the audit tells them apart.
    ///   - environment: the process's own.
    init(
        on server: EmbeddedAPIServer, as user: String = "operator", _ arguments: [String] = [],
        environment: [String: String] = [:]
    ) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("operator-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        let kubeconfig = folder.appendingPathComponent("kubeconfig")
        try server.kubeconfig(for: UserInfo(name: user, groups: ["system:masters"]))
            .write(to: kubeconfig, atomically: true, encoding: .utf8)
        log = folder.appendingPathComponent("log")
        _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        let output = try FileHandle(forWritingTo: log)
        process.executableURL = Self.program
        process.environment = environment
        process.arguments =
            [
                "run", "--metrics-bind-address=127.0.0.1:0",
                "--health-probe-bind-address=127.0.0.1:0", "--leader-election-retry-period=200ms",
            ] + (arguments.contains { $0.hasPrefix("--metrics-secure") } ? [] : ["--metrics-secure=false"])
            + (arguments.contains { $0.hasPrefix("--kubeconfig") } ? [] : ["--kubeconfig=\(kubeconfig.path)"])
            + arguments
        process.standardOutput = output
        process.standardError = output
        try process.run()
    }

    /// Runs programs with a server, and leaves nothing of either behind.
    static func run(
        _ options: EmbeddedAPIServerOptions = .init(),
        _ body: (EmbeddedAPIServer, KubeClient) async throws -> Void
    ) async throws {
        let server = try EmbeddedAPIServer(options: options)
        try server.start()
        var clientOptions = ClientOptions()
        clientOptions.qps = 0
        let client = try KubeClient(configuration: server.clientConfiguration(), options: clientOptions)
        var failure: (any Error)?
        do {
            try await client.applyDefinitions()
            try await body(server, client)
        } catch {
            failure = error
        }
        await client.shutdown()
        await server.stop()
        if let failure { throw failure }
    }

    var output: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

    /// The log's lines that are JSON.
    var records: [JSONValue] { lines.compactMap { try? JSONValue.parse($0) } }

    var lines: [String] { output.split(separator: "\n").map(String.init) }

    func terminate() { process.terminate() }

    /// Ends the process and removes its files, whatever the test has come to.
    func end() {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Waits for the end of the process.
    func status() async throws -> Int32 {
        try await eventually("the operator has ended") { !self.process.isRunning }
        return process.terminationStatus
    }

    /// Asks one of its endpoints, as soon as it is served.
    ///
    /// - Parameter endpoint: `metrics` or `health`.
    func get(_ path: String, of endpoint: String) async throws -> HTTPResponse {
        let transport = try await Transport(
            configuration: TransportConfiguration(server: ServerAddress("http://\(address(of: endpoint))")))
        do {
            let response = try await transport.send(HTTPRequest(path: path, timeout: .seconds(20)))
            await transport.shutdown()
            return response
        } catch {
            await transport.shutdown()
            throw error
        }
    }

    /// Where one of its endpoints is, as soon as it is served: `127.0.0.1:8080`.
    func address(of endpoint: String) async throws -> String {
        var address: String?
        try await eventually("\(endpoint) is served") {
            address = self.records.first { $0["endpoint"]?.string == endpoint }?["address"]?.string
            if address == nil, !self.process.isRunning { throw ConditionTimeout(description: self.output) }
            return address != nil
        }
        return address ?? ""
    }

    func waitUntilReady() async throws {
        try await eventually("the operator is ready") { try await self.get("/readyz", of: "health").status == 200 }
    }
}

extension HTTPResponse {
    var text: String { String(decoding: body, as: UTF8.self) }
}

extension KubeClient {
    /// Applies `crds/` and waits until they are served.
    fileprivate func applyDefinitions() async throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("crds")
        for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) where file.hasSuffix(".yaml") {
            let text = try Data(contentsOf: folder.appendingPathComponent(file))
            for document in try YAML.parse(Array(text)) {
                let definition = try DynamicObject(document)
                guard definition.kind == "CustomResourceDefinition" else { continue }
                _ = try await patch(.customResourceDefinition, definition.key, .apply(definition.json, force: true))
                try await eventually("\(definition.name) is served") {
                    let conditions = try await self.get(.customResourceDefinition, definition.key)[
                        path: "status", "conditions"]
                    return conditions?.array?.contains {
                        $0["type"]?.string == "Established" && $0["status"]?.string == "True"
                    } == true
                }
            }
        }
    }
}

extension OperatorProgram {
    /// Makes a pool that matches no node.
    static func makePool(_ client: KubeClient) async throws {
        let pool = try YAML.parseDocument(
            Array(
                """
                apiVersion: quartermaster.dev/v1alpha1
                kind: RegionalWorkerPool
                metadata: {name: pool, namespace: default}
                spec:
                  regions: [{name: a, nodeSelector: {matchLabels: {zone: a}}}]
                  template: {spec: {containers: [{name: worker, image: worker}]}}
                """.utf8))
        _ = try await client.create(DynamicObject(pool), as: RegionalWorkerPool.resourceType)
    }
}
