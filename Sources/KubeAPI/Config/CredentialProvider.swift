/// Gives the credentials of a configuration, and renews them.
///
/// Both calls are cheap while nothing has to be renewed: a client makes them before each request.
package protocol CredentialProvider: Sendable {
    /// The credential for the next request; `nil` where requests carry none.
    ///
    /// - Throws: `ConfigurationError` where there is none, `CancellationError`.
    func authorization() async throws -> Credential?

    /// The server has answered 401 to this credential. It is renewed before the next request, unless that has happened
    /// since; if `authorization` then gives another version, the request is worth repeating.
    func rejected(_ credential: Credential) async

    /// Certificates and key for new connections. What differs from the last answer wants new connections: files that
    /// have changed are seen within a minute.
    ///
    /// - Throws: `ConfigurationError` where they can't be read for the first time, `CancellationError`.
    func tlsMaterial() async throws -> TLSMaterial

    /// What is known to be wrong with the client's certificate, to be added to a TLS error or a 401:
    /// "client certificate CN=admin expired on 2026-01-31T09:05:00Z; …".
    func certificateProblem() async -> String?
}

/// - Parameters:
///   - now: wall-clock time.
///   - pluginDeadline: how long an exec plugin may take.
package func makeCredentialProvider(
    for configuration: ClientConfiguration, now: @escaping @Sendable () -> Timestamp = Timestamp.now,
    pluginDeadline: Duration = .seconds(60)
) -> any CredentialProvider {
    ConfiguredCredentials(configuration, now: now, pluginDeadline: pluginDeadline)
}
