internal import CEvent
internal import Glibc
package import KubeAPI

/// A certificate authority in memory and what it signs: P-256 keys, for tests and development clusters.
package struct CertificateAuthority: Sendable {
    /// PEM texts.
    package struct Pair: Sendable {
        package var certificate: String
        package var privateKey: String
    }

    package let pair: Pair
    private let now: Timestamp

    /// Signs itself; it and what it signs are valid for ten years from an hour ago.
    package init(commonName: String = "kubernetes", now: Timestamp = .now()) throws(HTTPServerError) {
        self.now = now
        pair = try Self.make(Subject(commonName: commonName, isAuthority: true), issuer: nil, now: now)
    }

    /// - Parameter names: DNS names and IP addresses.
    package func server(commonName: String = "kube-apiserver", names: [String]) throws(HTTPServerError) -> Pair {
        let list = names.map { Self.isAddress($0) ? "IP:\($0)" : "DNS:\($0)" }.joined(separator: ",")
        return try Self.make(Subject(commonName: commonName, isServer: true, names: list), issuer: pair, now: now)
    }

    /// A certificate whose name is the user and whose organizations are the groups.
    ///
    /// - Parameter validity: Negative ones make a certificate that has run out.
    package func client(
        _ user: UserInfo, validity: Duration = .seconds(3650 * 86_400)
    ) throws(HTTPServerError) -> Pair {
        let subject = Subject(commonName: user.name, organizations: user.groups, validity: validity)
        return try Self.make(subject, issuer: pair, now: now)
    }

    private struct Subject {
        var commonName: String
        var organizations: [String] = []
        var isAuthority = false
        var isServer = false
        var names: String?
        var validity: Duration = .seconds(3650 * 86_400)
    }

    private static func isAddress(_ name: String) -> Bool {
        var bytes = in6_addr()
        return inet_pton(AF_INET, name, &bytes) == 1 || inet_pton(AF_INET6, name, &bytes) == 1
    }

    private static func make(_ subject: Subject, issuer: Pair?, now: Timestamp) throws(HTTPServerError) -> Pair {
        // C texts that live as long as the call.
        let texts =
            ([subject.commonName, subject.names, issuer?.certificate, issuer?.privateKey] + subject.organizations)
            .map { $0.map { strdup($0) } ?? nil }
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
        return Pair(certificate: String(cString: certificate), privateKey: String(cString: key))
    }
}
