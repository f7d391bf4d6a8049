internal import Synchronization

/// The certificates and the key of a configuration; files are read again when they may have changed.
final class TLSFiles: Sendable {
    private struct State {
        var material: TLSMaterial?
        var lastRead: Timestamp?
    }

    static let interval: Duration = .seconds(60)

    private let authority: PEMSource?
    private let pair: CertificatePair?
    private let origin: String
    private let now: @Sendable () -> Timestamp
    private let state = Mutex(State())

    init(_ configuration: ClientConfiguration, now: @escaping @Sendable () -> Timestamp) {
        authority = configuration.certificateAuthority
        pair = configuration.clientCertificate
        origin = configuration.origin
        self.now = now
    }

    /// - Throws: `ConfigurationError` where the files were never good. A rotation writes one file after the other: until
    ///   certificate and key belong together again, the earlier ones stay.
    func material() throws(ConfigurationError) -> TLSMaterial {
        let time = now()
        let current = state.withLock { state -> TLSMaterial? in
            guard let lastRead = state.lastRead, time >= lastRead, time - lastRead < Self.interval else { return nil }
            return state.material
        }
        if let current { return current }
        let result = Result { () throws(ConfigurationError) in try read() }
        let material = state.withLock { state -> TLSMaterial? in
            if case .success(let fresh) = result { state.material = fresh }
            if state.material != nil { state.lastRead = time }
            return state.material
        }
        if let material { return material }
        return try result.get()
    }

    private func read() throws(ConfigurationError) -> TLSMaterial {
        var material = TLSMaterial()
        if let authority {
            let bytes = try authority.read()
            _ = try certificates(in: bytes, of: authority, named: "certificate-authority")
            material.certificateAuthority = bytes
        }
        if let pair {
            let certificate = try pair.certificate.read()
            let key = Redacted(try pair.key.read())
            _ = try certificates(in: certificate, of: pair.certificate, named: "client-certificate")
            guard CertificateInfo.key(key.value, belongsTo: certificate) else {
                throw ConfigurationError(
                    .invalid,
                    "\(place(pair.key, "client-key")): is no PEM key, or not that of the client certificate; "
                        + "take both from the same source")
            }
            material.identity = TLSMaterial.Identity(certificate: certificate, key: key)
        }
        return material
    }

    private func certificates(
        in bytes: [UInt8], of source: PEMSource, named name: String
    ) throws(ConfigurationError) -> [CertificateInfo] {
        guard let certificates = try? CertificateInfo.read(bytes), !certificates.isEmpty else {
            throw ConfigurationError(.invalid, "\(place(source, name)): holds no PEM certificate; check the file")
        }
        return certificates
    }

    private func place(_ source: PEMSource, _ name: String) -> String {
        switch source {
        case .inline: "\(origin): \(name)-data"
        case .file(let path): path
        }
    }
}
