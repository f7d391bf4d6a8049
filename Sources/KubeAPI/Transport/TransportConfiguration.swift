/// Where a `Transport` connects to, and how.
package struct TransportConfiguration: Sendable {
    /// A certificate with its chain, and its key, as PEM.
    package struct ClientIdentity: Sendable, Hashable {
        package var certificate: [UInt8]
        package var key: [UInt8]

        package init(certificate: [UInt8], key: [UInt8]) {
            self.certificate = certificate
            self.key = key
        }
    }

    package var server: ServerAddress
    /// PEM certificates that alone are trusted. `nil`: the system's.
    package var certificateAuthority: [UInt8]?
    package var clientIdentity: ClientIdentity?
    /// The name for SNI and for the check of the certificate, where it is not the URL's host.
    package var tlsServerName: String?
    /// Takes any certificate. Only for a user who asked for it.
    package var skipsVerification = false
    /// `http://`, `https://` or `socks5://`. `nil`: the environment's `HTTPS_PROXY` and `NO_PROXY`, never for loopback.
    /// Empty: none.
    package var proxyURL: String?

    package var connectTimeout: Duration = .seconds(10)
    /// The silence after which TCP probes the peer, and the time between its probes.
    package var keepAliveInterval: Duration = .seconds(15)
    /// How long sent bytes may stay without acknowledgement before the connection counts as dead.
    package var unacknowledgedLimit: Duration = .seconds(30)
    /// Matters for HTTP/1.1, where each stream takes a connection of its own; HTTP/2 needs one or two.
    package var maxConnections = 128
    /// How many `send` exchanges run at a time, others wait; streams do not count. kube-apiserver allows 100 HTTP/2
    /// streams on a connection: this many exchanges and the watches fit on one.
    package var maxConcurrentExchanges = 64
    /// The largest body that `send` takes, in bytes.
    package var responseLimit = 64 << 20

    package init(server: ServerAddress) {
        self.server = server
    }
}
