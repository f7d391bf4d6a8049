/// PEM text that was given in full, or as a file that is read again when it changes.
package enum PEMSource: Sendable, Hashable {
    case inline(Redacted<[UInt8]>)
    case file(String)

    package static func inline(_ bytes: [UInt8]) -> PEMSource { .inline(Redacted(bytes)) }

    /// - Throws: `ConfigurationError` that names the file.
    package func read() throws(ConfigurationError) -> [UInt8] {
        switch self {
        case .inline(let bytes): bytes.value
        case .file(let path): try FileContents.read(path)
        }
    }
}

extension PEMSource: CustomStringConvertible {
    package var description: String {
        switch self {
        case .inline: "inline PEM"
        case .file(let path): path
        }
    }
}

/// A client's certificate with its chain, and its key.
package struct CertificatePair: Sendable, Hashable {
    package var certificate: PEMSource
    package var key: PEMSource

    package init(certificate: PEMSource, key: PEMSource) {
        self.certificate = certificate
        self.key = key
    }
}
