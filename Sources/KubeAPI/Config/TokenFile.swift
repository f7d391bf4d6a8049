internal import Synchronization

/// A token that somebody else keeps fresh in a file, as the kubelet does.
final class TokenFile: Sendable {
    private struct State {
        var token: Redacted<String>?
        var version = 0
        /// `nil`: the file is read before the next use.
        var lastRead: Timestamp?
    }

    /// Tokens of pods are renewed long before they end; client-go reads at the same pace.
    static let interval: Duration = .seconds(60)

    private let path: String
    private let now: @Sendable () -> Timestamp
    private let state: Mutex<State>

    init(path: String, fallback: Redacted<String>?, now: @escaping @Sendable () -> Timestamp) {
        self.path = path
        self.now = now
        state = Mutex(State(token: fallback, version: fallback == nil ? 0 : 1))
    }

    /// - Throws: `ConfigurationError` where the file can't be read and never could: an old token may still be good.
    func credential() throws(ConfigurationError) -> Credential {
        let time = now()
        // A clock that was set back is a reason to read, too.
        let isDue = state.withLock { state in
            state.lastRead.map { (time - $0) >= Self.interval || time < $0 } ?? true
        }
        var failure: ConfigurationError?
        var fresh: Redacted<String>?
        if isDue {
            do { fresh = try read() } catch { failure = error }
        }
        let credential = state.withLock { state -> Credential? in
            if isDue { state.lastRead = time }
            if let fresh, fresh != state.token {
                state.token = fresh
                state.version += 1
            }
            if state.token == nil { state.lastRead = nil }
            return state.token.map { .bearer($0, version: state.version) }
        }
        guard let credential else {
            throw failure ?? ConfigurationError(.unreadable, "\(path): holds no token; check what writes it")
        }
        return credential
    }

    func rejected(_ credential: Credential) {
        state.withLock { state in
            // Somebody else's request may have fetched a newer token by now; that one is not in doubt.
            if credential.version == state.version { state.lastRead = nil }
        }
    }

    private func read() throws(ConfigurationError) -> Redacted<String> {
        let value = String(decoding: try FileContents.read(path), as: UTF8.self).trimmed
        guard !value.isEmpty else {
            throw ConfigurationError(.invalid, "\(path): holds no token; check what writes it")
        }
        guard value.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw ConfigurationError(
                .invalid, "\(path): holds a character that no token has; it must hold the token only")
        }
        return Redacted(value)
    }
}
