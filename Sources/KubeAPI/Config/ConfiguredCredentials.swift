/// The credentials that a `ClientConfiguration` names.
final class ConfiguredCredentials: CredentialProvider {
    private enum Source {
        case fixed(Credential?)
        case tokenFile(TokenFile)
        case plugin(ExecCredentials)
    }

    private let source: Source
    private let files: TLSFiles
    private let now: @Sendable () -> Timestamp

    init(_ configuration: ClientConfiguration, now: @escaping @Sendable () -> Timestamp, pluginDeadline: Duration) {
        self.now = now
        files = TLSFiles(configuration, now: now)
        source =
            switch configuration.authentication {
            case .none: .fixed(nil)
            case .token(let token): .fixed(.bearer(token, version: 1))
            case .basic(let username, let password): .fixed(.basic(username, password))
            case .tokenFile(let path, let fallback): .tokenFile(TokenFile(path: path, fallback: fallback, now: now))
            case .exec(let plugin): .plugin(ExecCredentials(plugin, now: now, deadline: pluginDeadline))
            }
    }

    func authorization() async throws -> Credential? {
        switch source {
        case .fixed(let credential): credential
        case .tokenFile(let file): try file.credential()
        case .plugin(let plugin): try await plugin.current().credential
        }
    }

    func rejected(_ credential: Credential) async {
        switch source {
        case .fixed: break
        case .tokenFile(let file): file.rejected(credential)
        case .plugin(let plugin): await plugin.rejected(credential)
        }
    }

    func tlsMaterial() async throws -> TLSMaterial {
        var material = try files.material()
        if case .plugin(let plugin) = source, let identity = try await plugin.current().identity {
            material.identity = identity
        }
        return material
    }

    func certificateProblem() async -> String? {
        guard let identity = try? await tlsMaterial().identity,
            let certificate = try? CertificateInfo.read(identity.certificate).first
        else { return nil }
        return certificate.problem(at: now()).map { "client certificate \($0)" }
    }
}
