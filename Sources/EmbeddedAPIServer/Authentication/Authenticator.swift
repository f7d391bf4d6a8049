internal import KubeAPI
internal import Synchronization

/// Tells who sends a request: by client certificate, by bearer token, or nobody.
final class Authenticator: Sendable {
    private struct Token: Sendable {
        var user: UserInfo
        var expiry: Timestamp?
    }

    private let tokens: Mutex<[String: Token]>

    init(tokens: [String: UserInfo]) {
        self.tokens = Mutex(tokens.mapValues { Token(user: $0, expiry: nil) })
    }

    /// Accepts a token from now on.
    func add(_ token: String, for user: UserInfo, expiry: Timestamp? = nil) {
        tokens.withLock { $0[token] = Token(user: user, expiry: expiry) }
    }

    func revoke(_ token: String) {
        tokens.withLock { _ = $0.removeValue(forKey: token) }
    }

    /// - Throws: `APIFailure` 401 for a certificate or a token that is not good.
    func user(of request: HTTPServerRequest, now: Timestamp) throws -> UserInfo {
        switch request.peer {
        case .verified(let name, let organizations):
            return UserInfo(name: name, groups: organizations).authenticated
        case .untrusted: throw APIFailure.unauthorized
        case .anonymous: break
        }
        guard let header = request.header("Authorization") else { return .anonymous }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer", let user = user(token: String(parts[1]), now: now)
        else { throw APIFailure.unauthorized }
        return user.authenticated
    }

    func user(token: String, now: Timestamp) -> UserInfo? {
        guard let found = tokens.withLock({ $0[token] }) else { return nil }
        if let expiry = found.expiry, expiry <= now { return nil }
        return found.user
    }
}
