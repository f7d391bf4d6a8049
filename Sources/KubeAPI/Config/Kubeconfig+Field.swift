extension Kubeconfig {
    /// A place in a kubeconfig, for messages.
    struct Field {
        var file: String
        var path: String

        subscript(name: String) -> Field { Field(file: file, path: "\(path).\(name)") }

        func error(_ code: ConfigurationError.Code, _ message: String) -> ConfigurationError {
            ConfigurationError(code, "\(file): \(path): \(message)")
        }

        /// The inline text (base64) wins over the file, as in client-go.
        func pem(data: String?, file path: String?, name: String) throws(ConfigurationError) -> PEMSource? {
            guard let data = data.nonEmpty else { return path.nonEmpty.map(PEMSource.file) }
            guard let bytes = Base64.decode(data), !bytes.isEmpty else {
                throw self["\(name)-data"].error(
                    .invalid, "is not base64; write the PEM file's text through base64 -w0")
            }
            return .inline(bytes)
        }

        /// The URL is named in no message: it may hold a password.
        func check(url: String, schemes: [String], allowsCredentials: Bool) throws(ConfigurationError) {
            guard let separator = url.firstRange(of: "://") else {
                throw error(.invalid, "has no scheme; write \(schemes.map { "\($0)://" }.joined(separator: ", or "))")
            }
            guard schemes.contains(url[..<separator.lowerBound].lowercased()) else {
                throw error(.invalid, "has another scheme than \(schemes.joined(separator: ", "))")
            }
            let authority = url[separator.upperBound...].prefix { !"/?#".contains($0) }
            if authority.contains("@"), !allowsCredentials {
                throw error(.refused, "holds credentials; move them to the user's entry")
            }
            let host = authority.split(separator: "@").last ?? ""
            guard !host.isEmpty, !host.hasPrefix(":"), !host.contains(where: \.isWhitespace) else {
                throw error(.invalid, "names no host")
            }
        }
    }
}
