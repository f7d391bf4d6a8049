/// The credentials of an exec plugin: asked for once, kept until they expire or are refused.
actor ExecCredentials {
    struct Issued: Sendable {
        var token: Redacted<String>?
        var identity: TLSMaterial.Identity?
        var expiry: Timestamp?
        var obtained: Timestamp
        var version: Int

        var credential: Credential? { token.map { .bearer($0, version: version) } }
    }

    private typealias Answer = Result<Issued, any Error>

    /// A plugin is not run again sooner, whatever it says or however it fails: many requests may ask at once.
    static let minimumPause: Duration = .seconds(5)
    /// Renewed this long before the end, so that no request is under way with what has just expired.
    static let leeway: Duration = .seconds(10)

    private let run: ExecPluginRun
    private let now: @Sendable () -> Timestamp
    private var issued: Issued?
    private var isRejected = false
    private var lastFailure: (error: ConfigurationError, time: Timestamp)?
    private var isRunning = false
    private var waiting: [CheckedContinuation<Answer, Never>] = []
    private var version = 0

    init(_ plugin: ExecPlugin, now: @escaping @Sendable () -> Timestamp, deadline: Duration) {
        run = ExecPluginRun(plugin: plugin, deadline: deadline)
        self.now = now
    }

    /// - Throws: `ConfigurationError` with code `.plugin`, `CancellationError`.
    func current() async throws -> Issued {
        while true {
            if let issued, isFresh(issued) { return issued }
            if let lastFailure, isRecent(lastFailure.time) { throw lastFailure.error }
            guard isRunning else { return try await renew() }
            let answer = await withCheckedContinuation { waiting.append($0) }
            // The task that ran the plugin may have been cancelled; that is no reason for this one to fail.
            if case .failure(let error) = answer, error is CancellationError {
                try Task.checkCancellation()
                continue
            }
            return try answer.get()
        }
    }

    func rejected(_ credential: Credential) {
        guard let issued, issued.version == credential.version, !isRecent(issued.obtained) else { return }
        isRejected = true
    }

    private func renew() async throws -> Issued {
        isRunning = true
        let answer: Answer
        do {
            answer = .success(remember(try await run.credential()))
        } catch {
            if let error = error as? ConfigurationError { lastFailure = (error, now()) }
            answer = .failure(error)
        }
        isRunning = false
        let waiters = waiting
        waiting = []
        for waiter in waiters { waiter.resume(returning: answer) }
        return try answer.get()
    }

    private func remember(_ answer: ExecPluginRun.Answer) -> Issued {
        version += 1
        isRejected = false
        lastFailure = nil
        let issued = Issued(
            token: answer.token, identity: answer.identity, expiry: answer.expiry, obtained: now(), version: version)
        self.issued = issued
        return issued
    }

    private func isFresh(_ issued: Issued) -> Bool {
        if isRejected { return false }
        guard let expiry = issued.expiry else { return true }
        return now() + Self.leeway < expiry || isRecent(issued.obtained)
    }

    private func isRecent(_ time: Timestamp) -> Bool {
        let present = now()
        return present >= time && present - time < Self.minimumPause
    }
}
