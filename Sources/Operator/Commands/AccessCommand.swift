internal import CommandLineInterface
internal import KubeAPI
internal import Reconcilers

/// `quartermaster access kubeconfig`: what a pipeline needs to deploy into one environment.
struct AccessCommand: Command {
    static let name = "access"
    static let summary = "Write a kubeconfig by which a pipeline deploys into one environment"
    static let usage = "kubeconfig ENVIRONMENT --to FILE [--duration DURATION] [--server URL]"
    static let flags =
        [
            Flag("to", "FILE", help: "where to write it; readable by its owner only, and replaced if it exists"),
            Flag(
                "duration", "DURATION", default: "24h",
                help: "how long it is valid, at least 10m; the API server may give less"),
            Flag("server", "URL", help: "by which the pipeline reaches the API server; else that of your kubeconfig"),
        ] + ClusterFlags.connection

    private let cluster: ClusterFlags
    private let environment: String
    private let path: String
    private let duration: Duration
    private let server: String?

    init(_ arguments: Arguments) throws(UsageError) {
        let words = arguments.positional
        guard words.first == "kubeconfig", words.count > 1 else {
            throw UsageError("name an AppEnvironment: access kubeconfig ENVIRONMENT --to FILE")
        }
        guard words.count == 2 else { throw UsageError("\"\(words[2])\" is one argument too many") }
        guard let path = arguments.string("to") else {
            throw UsageError("say where to write the kubeconfig: --to FILE. It holds a token, so it is not printed")
        }
        duration = try arguments.duration("duration")
        guard duration >= .seconds(600) else {
            throw UsageError("flag --duration: the API server gives no token for less than 10m")
        }
        server = arguments.string("server")
        guard server?.hasPrefix("https://") != false else {
            throw UsageError("flag --server: write it as https://HOST:PORT")
        }
        cluster = try ClusterFlags(arguments)
        (environment, self.path) = (words[1], path)
    }

    func run() async throws -> CommandStatus {
        try await cluster.withClient { client in
            let account = try await Self.deployer(of: environment, client)
            let kubeconfig = try await ServiceAccountKubeconfig(
                for: account, lasting: duration, named: environment, server: server, asking: client)
            try PrivateFile.write(kubeconfig.text.utf8, to: path)
            let end = kubeconfig.expiry.map { " until \($0.rfc3339)" } ?? ""
            let address = server ?? client.configuration.server
            print("\(path): ServiceAccount \(account) at \(address), valid\(end)")
            if Self.isLocal(address) {
                print("No pipeline on another machine reaches that address: --server URL gives the one it uses")
            }
            return .fine
        }
    }

    /// K3s writes such an address into its kubeconfig.
    private static func isLocal(_ address: String) -> Bool {
        ["https://127.", "https://localhost", "https://[::1]", "https://0.0.0.0"].contains { address.hasPrefix($0) }
    }

    /// - Throws: `Refusal` where the environment has none.
    static func deployer(of name: String, _ client: KubeClient) async throws -> ObjectKey {
        guard let object = try await client.find(AppEnvironment.resourceType, ObjectKey(name: name)) else {
            throw Refusal("there is no AppEnvironment \(name); quartermaster status appenv lists all")
        }
        let environment = try AppEnvironment(defaulting: object)
        guard environment.spec.access.deployer else {
            throw Refusal("AppEnvironment \(name) has no deployer; set spec.access.deployer to true")
        }
        let account = ObjectKey(namespace: environment.namespaceName, name: "deployer")
        guard try await client.find(.serviceAccount, account) != nil else {
            throw Refusal("ServiceAccount \(account) is not there yet; quartermaster status appenv/\(name) says why")
        }
        return account
    }

    /// Why there is nobody to write a kubeconfig for.
    struct Refusal: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description }
    }
}
