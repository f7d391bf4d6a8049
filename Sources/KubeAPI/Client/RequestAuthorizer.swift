/// Gives each request its credentials.
package protocol RequestAuthorizer: Sendable {
    /// What the next request is to carry; `nil` where the connection alone identifies the client.
    func authorization() async throws -> RequestCredential?

    /// The server answered 401 to this one: drop it, unless there is a newer one already.
    func rejected(_ credential: RequestCredential) async
}

/// The value of an `Authorization` header and which edition of it this is. It never appears in descriptions.
package struct RequestCredential: Sendable, Hashable, CustomStringConvertible {
    package var headerValue: String
    package var version: UInt64

    package init(headerValue: String, version: UInt64) {
        self.headerValue = headerValue
        self.version = version
    }

    package var description: String { "credential \(version)" }
}

/// For servers that need none, or take the client's certificate.
package struct NoAuthorization: RequestAuthorizer {
    package init() {}

    package func authorization() -> RequestCredential? { nil }
    package func rejected(_ credential: RequestCredential) {}
}
