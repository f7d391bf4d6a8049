internal import CommandLineInterface
internal import Glibc
internal import KubeAPI

/// `devcluster chaos`.
struct ChaosCommand: Command {
    static let name = "chaos"
    static let summary = "Run the operator through random faults, and prove that it always ends in the same state"
    static let usage = "[flags]"
    static let flags = [
        Flag("seed", "N", help: "determines all that happens; a random one without, which is printed"),
        Flag("rounds", "N", default: "5", help: "how many rounds; each has the next seed, and can be run alone by it"),
        Flag(
            "faults", "NAMES", default: ChaosFault.usual.map(\.rawValue).joined(separator: ","),
            help: "what may happen, separated by commas, of: "
                + ChaosFault.allCases.map(\.rawValue).joined(separator: ", ")),
        Flag("faults-per-round", "N", default: "8", help: "how many faults a roll-out meets"),
        Flag("replicas", "N", default: "2", help: "of the operator"),
        Flag("lease-duration", "TIME", default: "6s", help: "of the operator's leader election, in whole seconds"),
        Flag("limit", "TIME", default: "2m", help: "how long all may take to converge once the faults are over"),
        Flag("operator", "FILE", default: ".build/debug/quartermaster", help: "the program that is tried"),
        Flag("crds", "PATH", default: "crds", help: "the definitions that are applied first"),
        Flag("kubeconfig", "FILE", help: "a real cluster without nodes instead of the embedded API server"),
        Flag("audit-log", "FILE", help: "with --kubeconfig: the API server's audit log, leases with their bodies"),
        Flag("restart-command", "COMMAND", help: "with --kubeconfig: kills the API server and starts it again"),
    ]

    private let seed: UInt64
    private let rounds: Int
    private let settings: ChaosPlan.Settings
    private let limit: Duration
    private let program: String
    private let definitions: String
    private let kubeconfig: String?
    private let auditLog: String?
    private let restartCommand: String?

    init(_ arguments: Arguments) throws(UsageError) {
        if let extra = arguments.positional.first { throw UsageError("\"\(extra)\" is one argument too many") }
        seed =
            arguments.string("seed") == nil
            ? UInt64.random(in: 1...999_999) : UInt64(try arguments.integer("seed", in: 0...Int.max))
        rounds = try arguments.integer("rounds", in: 1...100_000)
        var settings = ChaosPlan.Settings()
        settings.faults = try Self.faults(arguments.string("faults") ?? "")
        settings.faultsPerRound = try arguments.integer("faults-per-round", in: 0...10_000)
        settings.replicas = try arguments.integer("replicas", in: 2...20)
        settings.leaseDuration = try arguments.duration("lease-duration")
        guard settings.leaseDuration >= .seconds(2), settings.leaseDuration.components.attoseconds == 0 else {
            throw UsageError("flag --lease-duration: whole seconds, at least 2s")
        }
        self.settings = settings
        limit = try arguments.duration("limit")
        program = FileSystem.absolute(arguments.string("operator") ?? "")
        definitions = arguments.string("crds") ?? ""
        kubeconfig = arguments.string("kubeconfig")
        auditLog = arguments.string("audit-log")
        restartCommand = arguments.string("restart-command")
        guard kubeconfig == nil || auditLog != nil else {
            throw UsageError("flag --audit-log: with --kubeconfig it is needed, to see who wrote what")
        }
    }

    private static func faults(_ text: String) throws(UsageError) -> [ChaosFault] {
        var faults: [ChaosFault] = []
        for name in text.split(separator: ",").map(String.init) {
            guard let fault = ChaosFault(rawValue: name) else {
                throw UsageError("flag --faults: \"\(name)\" is no fault; see --help")
            }
            faults.append(fault)
        }
        if faults.isEmpty { throw UsageError("flag --faults: name at least one") }
        return faults
    }

    func run() async throws -> CommandStatus {
        var external: ChaosServer.External?
        if let kubeconfig, let auditLog {
            external = ChaosServer.External(
                configuration: try ClientConfiguration.load(kubeconfig: kubeconfig, environment: [:]),
                auditLog: auditLog, restartCommand: restartCommand)
        }
        let folder = try FileSystem.makeTemporaryFolder("quartermaster-chaos")
        let setup = ChaosRound.Setup(
            program: program, definitions: try Manifests(paths: [definitions]), settings: settings, limit: limit,
            external: external, folder: folder)
        say("chaos: seed \(seed), \(rounds) rounds")
        let running = Task { try await campaign(setup) }
        let signals = Task {
            for await _ in ProcessSignals.termination() { running.cancel() }
        }
        defer { signals.cancel() }
        try await running.value
        // Logs of what went well are of no use, and the kubeconfigs hold keys.
        FileSystem.removeFolder(folder)
        say("chaos: \(rounds) rounds from seed \(seed): always the same state, never a write out of turn")
        return .fine
    }

    private func campaign(_ setup: ChaosRound.Setup) async throws {
        for round in 0..<rounds {
            let seed = seed + UInt64(round)
            say("round \(round + 1) of \(rounds): --seed \(seed) --rounds 1")
            do {
                try await ChaosRound(seed: seed, setup: setup).run()
            } catch {
                throw WaitFailure(
                    description: "round \(round + 1) failed: \(error)\nTo replay it: make chaos SEED=\(seed) ROUNDS=1; "
                        + "the logs are in \(setup.folder)")
            }
        }
    }
}
