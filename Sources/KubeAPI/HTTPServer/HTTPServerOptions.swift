/// Where a server listens and what it lets in.
package struct HTTPServerOptions: Sendable {
    /// An address, not a name.
    package var host: String
    /// 0 takes a free port.
    package var port: UInt16
    package var tls: HTTPServerTLS?
    /// Beyond it a request gets 413.
    package var maximumBodyBytes: Int
    /// A connection without a request is closed after this time. Streams are left alone.
    package var idleTimeout: Duration

    package init(
        host: String = "127.0.0.1", port: UInt16 = 0, tls: HTTPServerTLS? = nil,
        maximumBodyBytes: Int = 3 << 20, idleTimeout: Duration = .seconds(120)
    ) {
        self.host = host
        self.port = port
        self.tls = tls
        self.maximumBodyBytes = maximumBodyBytes
        self.idleTimeout = idleTimeout
    }
}

/// PEM texts of a server's TLS.
package struct HTTPServerTLS: Sendable {
    package var certificateChain: [UInt8]
    package var privateKey: [UInt8]
    /// With it clients are asked for a certificate; they may have none.
    package var clientAuthority: [UInt8]?

    package init(certificateChain: [UInt8], privateKey: [UInt8], clientAuthority: [UInt8]? = nil) {
        self.certificateChain = certificateChain
        self.privateKey = privateKey
        self.clientAuthority = clientAuthority
    }
}
