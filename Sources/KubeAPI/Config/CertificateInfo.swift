internal import COpenSSL

/// What a certificate says of itself.
package struct CertificateInfo: Sendable, Hashable {
    /// As in RFC 2253: `CN=admin,O=system:masters`.
    package var subject: String
    package var issuer: String
    package var notBefore: Timestamp
    package var notAfter: Timestamp

    /// The certificates of a PEM text, in its order; other PEM blocks are passed over.
    ///
    /// - Throws: `ConfigurationError` where a certificate is damaged.
    package static func read(_ pem: [UInt8]) throws(ConfigurationError) -> [CertificateInfo] {
        var certificates: [CertificateInfo] = []
        while true {
            var raw = qm_certificate()
            switch qm_certificate_read(pem, pem.count, certificates.count, &raw) {
            case 1: certificates.append(CertificateInfo(raw))
            case 0: return certificates
            default:
                throw ConfigurationError(
                    .invalid,
                    "certificate \(certificates.count + 1) of the PEM text is damaged; check where it was copied")
            }
        }
    }

    /// Whether the PEM key is the one of the PEM text's first certificate.
    package static func key(_ key: [UInt8], belongsTo certificate: [UInt8]) -> Bool {
        qm_certificate_has_key(certificate, certificate.count, key, key.count) == 1
    }

    /// Why nobody accepts the certificate at this time: "CN=admin expired on …"; `nil` while it is valid.
    package func problem(at time: Timestamp) -> String? {
        if time > notAfter { return "\(subject) expired on \(notAfter.rfc3339); renew it" }
        if time < notBefore { return "\(subject) is not valid before \(notBefore.rfc3339); check this machine's clock" }
        return nil
    }

    private init(_ raw: qm_certificate) {
        var raw = raw
        subject = Self.text(&raw.subject)
        issuer = Self.text(&raw.issuer)
        notBefore = Timestamp(secondsSinceEpoch: raw.not_before)
        notAfter = Timestamp(secondsSinceEpoch: raw.not_after)
    }

    private static func text<Buffer>(_ buffer: inout Buffer) -> String {
        withUnsafeBytes(of: &buffer) { bytes in String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
