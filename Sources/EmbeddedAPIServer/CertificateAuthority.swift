package import KubeAPI

/// A certificate authority in memory and what it signs: P-256 keys, for tests and development clusters.
package struct CertificateAuthority: Sendable {
    package let pair: IssuedCertificate
    private let now: Timestamp

    /// Signs itself; it and what it signs are valid for ten years from an hour ago.
    package init(commonName: String = "kubernetes", now: Timestamp = .now()) throws(HTTPServerError) {
        self.now = now
        pair = try IssuedCertificate(.init(commonName: commonName, isAuthority: true), now: now)
    }

    /// - Parameter names: DNS names and IP addresses.
    package func server(commonName: String = "kube-apiserver", names: [String]) throws(HTTPServerError)
        -> IssuedCertificate
    {
        try IssuedCertificate(.init(commonName: commonName, isServer: true, names: names), issuer: pair, now: now)
    }

    /// A certificate whose name is the user and whose organizations are the groups.
    ///
    /// - Parameter validity: Negative ones make a certificate that has run out.
    package func client(
        _ user: UserInfo, validity: Duration = .seconds(3650 * 86_400)
    ) throws(HTTPServerError) -> IssuedCertificate {
        try IssuedCertificate(
            .init(commonName: user.name, organizations: user.groups, validity: validity), issuer: pair, now: now)
    }
}
