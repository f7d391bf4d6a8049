/// A request as a handler sees it, its body read.
package struct HTTPServerRequest: Sendable {
    /// Who is at the other end, by the client certificate.
    package enum Peer: Sendable, Hashable {
        case anonymous
        case verified(commonName: String, organizations: [String])
        /// A certificate that our authority did not sign, or that has run out.
        case untrusted
    }

    package var method: String
    /// As sent, still percent-encoded, without the query.
    package var path: String
    /// Decoded, in the order of the request.
    package var query: [(name: String, value: String)]
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    package var peer: Peer

    package init(
        method: String, target: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        peer: Peer = .anonymous
    ) {
        self.method = method
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = parts.first.map(String.init) ?? ""
        query = parts.count > 1 ? Self.query(parts[1]) : []
        self.headers = headers
        self.body = body
        self.peer = peer
    }

    /// The first header of that name, in any case.
    package func header(_ name: String) -> String? {
        let name = name.lowercased()
        return headers.first { $0.name.lowercased() == name }?.value
    }

    /// The first query parameter of that name.
    package func parameter(_ name: String) -> String? { query.first { $0.name == name }?.value }

    /// The path's segments, decoded; empty ones are passed over.
    package var segments: [String] { path.split(separator: "/").map { String($0).percentDecoded() } }

    private static func query(_ text: Substring) -> [(name: String, value: String)] {
        text.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0]).percentDecoded(plusIsSpace: true)
            return (name, parts.count > 1 ? String(parts[1]).percentDecoded(plusIsSpace: true) : "")
        }
    }
}

extension String {
    /// The counterpart of `percentEncoded`; a broken escape stays as it stands.
    func percentDecoded(plusIsSpace: Bool = false) -> String {
        guard utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else { return self }
        let source = Array(utf8)
        var bytes: [UInt8] = []
        var index = 0
        while index < source.count {
            let byte = source[index]
            index += 1
            if byte == UInt8(ascii: "+"), plusIsSpace {
                bytes.append(UInt8(ascii: " "))
            } else if byte == UInt8(ascii: "%"), index + 1 < source.count,
                let value = UInt8(String(decoding: source[index..<index + 2], as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                index += 2
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
