internal import CommandLineInterface
internal import EmbeddedAPIServer
internal import Glibc
internal import KubeAPI
internal import Simulation

/// `devcluster start`.
struct StartCommand: Command {
    static let name = "start"
    static let summary = "Start a cluster in this process: API server, nodes and workload controllers"
    static let usage = "[flags]"
    static let flags = [
        Flag("port", "PORT", default: "0", help: "the API server's port on 127.0.0.1; 0 takes a free one"),
        Flag(
            "kubeconfig", "FILE", default: "devcluster.kubeconfig",
            help: "where to write the administrator's kubeconfig, once all is up; removed at the end"),
        SimulationFlags.regions,
        SimulationFlags.nodesPerRegion,
        SimulationFlags.systemNodes(default: 1),
        Flag(
            "apply", "PATH", short: "f", isRepeatable: true,
            help: "manifests to apply at start: a file, or a folder of files; may be given again"),
        SimulationFlags.controllers(default: .all),
        Flag(
            "audit-log", "FILE",
            help: "where to add a line for each write: who, what, when; bodies for leases only"),
        Flag("log-level", "LEVEL", default: "info", help: "debug also tells what the simulation tries again"),
    ]

    private let port: UInt16
    private let kubeconfig: String
    private let manifests: [String]
    private let options: SimulationOptions
    private let auditLog: String?
    private let level: Logger.Level

    init(_ arguments: Arguments) throws(UsageError) {
        if let extra = arguments.positional.first { throw UsageError("\"\(extra)\" is one argument too many") }
        port = UInt16(try arguments.integer("port", in: 0...65535))
        guard let kubeconfig = arguments.string("kubeconfig") else {
            throw UsageError("flag --kubeconfig: name the file that kubectl is to use")
        }
        self.kubeconfig = FileSystem.absolute(kubeconfig)
        manifests = arguments.list("apply")
        options = try SimulationFlags.options(arguments)
        auditLog = arguments.string("audit-log")
        let name = try arguments.choice("log-level", of: Logger.Level.allCases.map { "\($0)" })
        level = Logger.Level(name: name) ?? .info
    }

    func run() async throws -> CommandStatus {
        // Read before anything is started: a typing error in a file is told at once.
        let manifests = try Manifests(paths: manifests)
        let audit = try auditLog.map { path in
            let file = try FileSystem.Appender(path)
            return AuditLog(resourcesWithBodies: ["leases"]) { file.add($0.json.serializedString()) }
        }
        let server = try EmbeddedAPIServer(
            options: EmbeddedAPIServerOptions(port: port, usesTLS: true, authorization: .rbac, audit: audit))
        try server.start()
        let writer = LogWriter(format: .automatic(), service: "devcluster")
        let log = Logger(to: writer, minimum: level)
        let client = try KubeClient.unlimited(server.clientConfiguration(), fieldManager: "devcluster")
        let simulation = try KubeClient.unlimited(server.clientConfiguration(), fieldManager: "simulation")
        var lifecycle = ProcessLifecycle(logger: log)
        lifecycle.add("simulation") { [options] in
            try await Simulation(client: simulation, options: options, log: log).run()
        }
        lifecycle.add("cluster") {
            try await announce(server, client, manifests)
            // Nothing more to do; the part lives as long as the process.
            while true { try await Task.sleep(for: .seconds(3600)) }
        }
        let ending = await lifecycle.run(signals: ProcessSignals.termination())
        FileSystem.remove(kubeconfig)
        await client.shutdown()
        await simulation.shutdown()
        await server.stop()
        writer.flush()
        return .ended(ending.exitCode)
    }

    /// Applies the manifests, waits for the nodes, and tells how to use the cluster.
    private func announce(_ server: EmbeddedAPIServer, _ client: KubeClient, _ manifests: Manifests) async throws {
        let applied = try await client.apply(manifests)
        let names = options.regions.isEmpty ? "no regions" : options.regions.joined(separator: ", ")
        let isPlayed = options.controllers.contains(.nodes)
        let count = isPlayed ? options.regions.count * options.nodesPerRegion : 0
        let systemNodes = isPlayed ? options.systemNodes : 0
        try await poll("all nodes are Ready") {
            let nodes = try await client.list(.node).items
            let ready = nodes.count { $0.isReady }
            return ready >= count + systemNodes ? nil : "\(ready) of \(count + systemNodes) are"
        }
        try PrivateFile.write(try server.kubeconfig().utf8, to: kubeconfig)
        say("devcluster \(BuildInfo.version) at \(server.url)")
        say("  nodes    \(count) in \(names)\(systemNodes > 0 ? ", \(systemNodes) outside of them" : "")")
        for object in applied { say("  applied  \(object)") }
        say("Ctrl-C ends it. To use it:")
        say("export KUBECONFIG=\(kubeconfig)")
    }
}

extension DynamicObject {
    /// Has a condition of this type that is true.
    func isTrue(_ condition: String) -> Bool {
        (self[path: "status", "conditions"]?.array ?? []).contains {
            $0["type"]?.string == condition && $0["status"]?.string == "True"
        }
    }

    var isReady: Bool { isTrue("Ready") }
}
