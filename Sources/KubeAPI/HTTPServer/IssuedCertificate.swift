internal import CEvent
internal import Glibc

/// A P-256 key and its certificate, as PEM texts.
package struct IssuedCertificate: Sendable {
    /// What a certificate says.
    package struct Subject: Sendable {
        package var commonName: String
        package var organizations: [String]
        package var isAuthority: Bool
        package var isServer: Bool
        /// DNS names and IP addresses.
        package var names: [String]
        /// A negative one makes a certificate that has run out.
        package var validity: Duration

        package init(
            commonName: String, organizations: [String] = [], isAuthority: Bool = false, isServer: Bool = false,
            names: [String] = [], validity: Duration = .seconds(3650 * 86_400)
        ) {
            self.commonName = commonName
            self.organizations = organizations
            self.isAuthority = isAuthority
            self.isServer = isServer
            self.names = names
            self.validity = validity
        }

        /// As OpenSSL's configuration has it.
        fileprivate var alternativeNames: String? {
            names.isEmpty ? nil : names.map { Self.isAddress($0) ? "IP:\($0)" : "DNS:\($0)" }.joined(separator: ",")
        }

        private static func isAddress(_ name: String) -> Bool {
            var bytes = in6_addr()
            return inet_pton(AF_INET, name, &bytes) == 1 || inet_pton(AF_INET6, name, &bytes) == 1
        }
    }

    package let certificate: String
    package let privateKey: String

    /// Makes a new key. The certificate is valid from an hour ago.
    ///
    /// - Parameter issuer: the authority that signs; `nil`: it signs itself.
    package init(_ subject: Subject, issuer: IssuedCertificate? = nil, now: Timestamp) throws(HTTPServerError) {
        // C texts that live as long as the call.
        let texts =
            ([subject.commonName, subject.alternativeNames, issuer?.certificate, issuer?.privateKey]
            + subject.organizations).map { $0.map { strdup($0) } ?? nil }
        defer { for text in texts { free(text) } }
        let organizations = texts.dropFirst(4).map { UnsafePointer($0) }
        var certificate: UnsafeMutablePointer<CChar>?
        var key: UnsafeMutablePointer<CChar>?
        var error: UnsafePointer<CChar>?
        let code = organizations.withUnsafeBufferPointer { organizations in
            var request = qm_certificate_request(
                common_name: texts[0], organizations: organizations.baseAddress,
                organization_count: Int32(organizations.count), subject_alt_names: texts[1],
                is_authority: subject.isAuthority ? 1 : 0, is_server: subject.isServer ? 1 : 0,
                not_before: min(now, now + subject.validity).secondsSinceEpoch - 3600,
                not_after: (now + subject.validity).secondsSinceEpoch,
                issuer_certificate: texts[2], issuer_key: texts[3])
            return qm_certificate_create(&request, &certificate, &key, &error)
        }
        guard code == 0, let certificate, let key else {
            let reason = error.map { String(cString: $0) } ?? "unknown error"
            throw HTTPServerError("no certificate for \(subject.commonName): \(reason)")
        }
        defer {
            free(certificate)
            free(key)
        }
        self.certificate = String(cString: certificate)
        self.privateKey = String(cString: key)
    }
}
