/// Which API server to talk to, and as whom.
package struct ClientConfiguration: Sendable, Hashable {
    /// `https://host:port/base`.
    package var server: String
    /// The namespace of the context; `default` where it names none.
    package var namespace: String = "default"
    /// The only certificates that are trusted; `nil` for the system's. Read it by `CredentialProvider.tlsMaterial`,
    /// which sees a rotation.
    package var certificateAuthority: PEMSource?
    /// The name that the server's certificate is checked against, where it is not the URL's host.
    package var tlsServerName: String?
    /// The server's certificate is not checked at all: only ever set where the user asked for it twice.
    package var insecureSkipTLSVerify = false
    /// `http://`, `https://` or `socks5://`; may hold credentials, so it is not for messages.
    package var proxyURL: String?
    package var clientCertificate: CertificatePair?
    package var authentication: AuthenticationSource = .none
    package var impersonation: Impersonation?
    /// The context of the kubeconfig; `nil` inside a cluster.
    package var contextName: String?
    /// Where the configuration comes from, for messages: a file, or `in-cluster`.
    package var origin: String

    package init(server: String, origin: String = "code") {
        self.server = server
        self.origin = origin
    }
}

extension ClientConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String {
        let context = contextName.map { ", context \($0)" } ?? ""
        return "\(server) (\(origin)\(context))"
    }

    package var debugDescription: String { description }

    /// Without the proxy's URL, which may hold a password.
    package var customMirror: Mirror {
        Mirror(
            self,
            children: [
                "server": server, "namespace": namespace, "origin": origin,
                "certificateAuthority": certificateAuthority as Any, "tlsServerName": tlsServerName as Any,
                "insecureSkipTLSVerify": insecureSkipTLSVerify, "hasProxy": proxyURL != nil,
                "clientCertificate": clientCertificate as Any, "authentication": authentication,
                "impersonation": impersonation as Any, "contextName": contextName as Any,
            ])
    }
}
