import EmbeddedAPIServer
import Foundation
import Support

@testable import KubeAPI

/// The servers that every case is put to.
enum Backend: String, Sendable, CaseIterable {
    case embedded, real

    /// The real one only where `QM_TEST_KUBECONFIG` names one.
    static let available: [Backend] = kubeconfig == nil ? [.embedded] : [.embedded, .real]

    static let kubeconfig = ProcessInfo.processInfo.environment["QM_TEST_KUBECONFIG"]
}

/// Connections to one server: as administrator, and without credentials.
struct Endpoint: Sendable {
    let administrator: Transport
    let nobody: Transport
    /// `nil` for the real one.
    let server: EmbeddedAPIServer?
    /// Of the administrator, where he has no certificate.
    let headers: [(String, String)]

    /// The embedded server that the cases share, and the real one.
    static let sharedEmbedded = Task { try await embedded() }
    static let real = Task {
        try await Endpoint(ClientConfiguration.load(kubeconfig: Backend.kubeconfig, environment: [:]))
    }

    static func embedded() async throws -> Endpoint {
        let server = try EmbeddedAPIServer(options: .init(authorization: .rbac))
        try server.start()
        return try await Endpoint(server.clientConfiguration(), server: server)
    }

    private init(_ configuration: ClientConfiguration, server: EmbeddedAPIServer? = nil) async throws {
        let provider = makeCredentialProvider(for: configuration)
        let material = try await provider.tlsMaterial()
        let connection = try TransportConfiguration(configuration, material)
        administrator = try Transport(configuration: connection)
        var bare = connection
        bare.clientIdentity = nil
        nobody = try Transport(configuration: bare)
        headers = try await provider.authorization().map { [("Authorization", $0.header.value)] } ?? []
        self.server = server
    }

    func close() async {
        await administrator.shutdown()
        await nobody.shutdown()
        await server?.stop()
    }
}

/// Lets a few cases run at a time: a hundred at once would only wait for each other.
actor CaseGate {
    static let shared = CaseGate(limit: 6)

    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(limit: Int) { free = limit }

    func pass<Result: Sendable>(_ body: @Sendable () async throws -> Result) async rethrows -> Result {
        if free > 0 { free -= 1 } else { await withCheckedContinuation { waiting.append($0) } }
        defer {
            if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
        }
        return try await body()
    }
}
