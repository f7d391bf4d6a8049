import Synchronization

@testable import KubeAPI

extension KubeClient {
    /// A client of a loopback server, without a rate limit and without pauses between tries.
    static func fixture(
        _ server: LoopbackServer, credentials: any CredentialProvider = FixtureCredentials(),
        _ change: (inout ClientOptions) -> Void = { _ in }
    ) throws -> KubeClient {
        var options = ClientOptions()
        options.qps = 0
        options.retries.initialBackoff = .zero
        options.random = { 0 }
        change(&options)
        return try KubeClient(
            configuration: ClientConfiguration(server: server.url), credentials: credentials, options: options)
    }
}

/// Hands out tokens `t1`, `t2`, …: the next one after each refusal, until they run out.
final class FixtureCredentials: CredentialProvider {
    private struct State {
        var version = 1
        var rejected: [Int] = []
        var material = TLSMaterial()
    }

    private let state = Mutex(State())
    private let last: Int

    /// - Parameter tokens: how many there are; 0 for requests without any.
    init(tokens: Int = 0) { last = tokens }

    var rejectedVersions: [Int] { state.withLock { $0.rejected } }

    func authorization() -> Credential? {
        guard last > 0 else { return nil }
        return state.withLock { Credential(header: Redacted("Bearer t\($0.version)"), version: $0.version) }
    }

    func rejected(_ credential: Credential) {
        state.withLock { state in
            state.rejected.append(credential.version)
            if credential.version == state.version { state.version = min(last, state.version + 1) }
        }
    }

    func tlsMaterial() -> TLSMaterial { state.withLock { $0.material } }
    func certificateProblem() -> String? { nil }
}

/// Remembers what a client tells its observer.
final class RecordingObserver: ClientObserver {
    private let state = Mutex((records: [RequestRecord](), warnings: [String]()))

    var records: [RequestRecord] { state.withLock { $0.records } }
    var warnings: [String] { state.withLock { $0.warnings } }

    func requestFinished(_ record: RequestRecord) { state.withLock { $0.records.append(record) } }
    func serverWarned(_ message: String, request: String) {
        state.withLock { $0.warnings.append("\(request): \(message)") }
    }
}

extension APIError {
    /// The error that a call ends with; `nil` where it succeeds or throws something else.
    static func thrown(by body: () async throws -> some Any) async -> APIError? {
        do {
            _ = try await body()
            return nil
        } catch {
            return error as? APIError
        }
    }
}

extension DynamicObject {
    static func configMap(_ name: String, namespace: String = "shop", data: JSONValue = [:]) -> DynamicObject {
        let fields: JSONObject = [
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": ["name": .string(name), "namespace": .string(namespace)], "data": data,
        ]
        return DynamicObject(fields)
    }
}
