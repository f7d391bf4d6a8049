extension TransportConfiguration {
    /// The connection that a configuration names, with the certificates of the moment.
    ///
    /// - Throws: `TransportError` where the server's URL is none.
    init(_ configuration: ClientConfiguration, _ material: TLSMaterial = TLSMaterial()) throws(TransportError) {
        self.init(server: try ServerAddress(configuration.server))
        certificateAuthority = material.certificateAuthority
        clientIdentity = material.identity.map { ClientIdentity(certificate: $0.certificate, key: $0.key.value) }
        tlsServerName = configuration.tlsServerName
        skipsVerification = configuration.insecureSkipTLSVerify
        proxyURL = configuration.proxyURL
    }
}
