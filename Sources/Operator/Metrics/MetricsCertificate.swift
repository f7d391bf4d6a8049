internal import CommandLineInterface
internal import KubeAPI

/// The certificate of `/metrics`: given as files, which somebody else renews, or the operator's own, which signs itself.
struct MetricsCertificate: Sendable {
    enum Source: Sendable, Hashable {
        case files(certificate: String, key: String)
        case own

        /// - Returns: `nil` where the metrics are to be plain.
        init?(_ arguments: Arguments) throws(UsageError) {
            let isSecure = try arguments.bool("metrics-secure")
            switch (arguments.string("metrics-cert-file"), arguments.string("metrics-key-file")) {
            case (let certificate?, let key?): self = .files(certificate: certificate, key: key)
            case (nil, nil): self = .own
            default: throw UsageError("flags --metrics-cert-file and --metrics-key-file want one another")
            }
            guard isSecure || self == .own else {
                throw UsageError("flag --metrics-cert-file: --metrics-secure=false uses no certificate")
            }
            if !isSecure { return nil }
        }
    }

    /// Prometheus does not check who signed it, so it need not outlive the process; one that did would be renewed by nobody.
    static let validity: Duration = .seconds(90 * 86_400)
    /// Files are looked at as often as a kubelet brings new ones.
    static let interval: Duration = .seconds(60)

    let source: Source
    /// A DNS name that the own certificate is for.
    let name: String
    var time = TimeSource()
    var wallClock: @Sendable () -> Timestamp = Timestamp.now

    /// - Throws: `ConfigurationError` where files can't be read, `HTTPServerError` where none can be made.
    func current() throws -> HTTPServerTLS {
        switch source {
        case .files(let certificate, let key):
            return try HTTPServerTLS(
                certificateChain: FileContents.read(certificate), privateKey: FileContents.read(key))
        case .own:
            let made = try IssuedCertificate(
                .init(commonName: name, isServer: true, names: [name, "localhost"], validity: Self.validity),
                now: wallClock())
            return HTTPServerTLS(
                certificateChain: Array(made.certificate.utf8), privateKey: Array(made.privateKey.utf8))
        }
    }

    /// Keeps a server's certificate fresh until the task is cancelled. One that can't be read is told once, and the former stays.
    ///
    /// - Parameter first: what the server was started with.
    /// - Throws: `CancellationError`.
    func renew(_ server: HTTPServer, first: HTTPServerTLS, logger: Logger) async throws {
        var (shown, problem) = (first, "")
        while true {
            try await time.sleep(for: source == .own ? Self.validity / 2 : Self.interval)
            do {
                let next = try current()
                if next.certificateChain != shown.certificateChain || next.privateKey != shown.privateKey {
                    try server.replaceTLS(next)
                    shown = next
                    logger.info("the certificate of the metrics was renewed")
                }
                problem = ""
            } catch {
                if "\(error)" != problem {
                    logger.warning("the certificate of the metrics stays as it was", ["problem": .string("\(error)")])
                }
                problem = "\(error)"
            }
        }
    }
}
