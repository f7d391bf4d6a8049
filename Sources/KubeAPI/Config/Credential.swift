/// The value of an `Authorization` header.
package struct Credential: Sendable, Hashable {
    /// `Bearer …` or `Basic …`.
    package var header: Redacted<String>
    /// Grows with each new credential of a provider.
    package var version: Int

    package init(header: Redacted<String>, version: Int) {
        self.header = header
        self.version = version
    }

    static func bearer(_ token: Redacted<String>, version: Int) -> Credential {
        Credential(header: Redacted("Bearer \(token.value)"), version: version)
    }

    static func basic(_ username: String, _ password: Redacted<String>) -> Credential {
        Credential(
            header: Redacted("Basic \(Base64.encode(Array("\(username):\(password.value)".utf8)))"), version: 1)
    }
}

/// What a TLS connection is set up with, as PEM.
package struct TLSMaterial: Sendable, Hashable {
    package struct Identity: Sendable, Hashable {
        /// With its chain.
        package var certificate: [UInt8]
        package var key: Redacted<[UInt8]>

        package init(certificate: [UInt8], key: Redacted<[UInt8]>) {
            self.certificate = certificate
            self.key = key
        }
    }

    /// `nil`: the system's authorities.
    package var certificateAuthority: [UInt8]?
    package var identity: Identity?

    package init(certificateAuthority: [UInt8]? = nil, identity: Identity? = nil) {
        self.certificateAuthority = certificateAuthority
        self.identity = identity
    }
}
