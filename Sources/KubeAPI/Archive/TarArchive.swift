/// Files in one, as `tar` reads them. Source: POSIX.1-2017, pax, "ustar Interchange Format".
package struct TarArchive: Sendable {
    private static let block = 512
    private static let nameLimit = 100
    private static let prefixLimit = 155

    private let time: Timestamp
    private var content: [UInt8] = []

    /// - Parameter time: of the files.
    package init(time: Timestamp) { self.time = time }

    /// Adds a file that only its owner may read.
    ///
    /// - Parameter path: relative, in ASCII; what is behind its last slash has at most 100 characters, what is before it 155.
    package mutating func add(_ path: String, _ bytes: [UInt8]) {
        content += header(path, size: bytes.count) + bytes
        content += [UInt8](repeating: 0, count: (Self.block - bytes.count % Self.block) % Self.block)
    }

    /// The archive with its end.
    package var bytes: [UInt8] { content + [UInt8](repeating: 0, count: 2 * Self.block) }

    private func header(_ path: String, size: Int) -> [UInt8] {
        let parts = path.split(separator: "/")
        let (name, prefix) = (parts.last.map(String.init) ?? "", parts.dropLast().joined(separator: "/"))
        precondition(name.utf8.count <= Self.nameLimit && prefix.utf8.count <= Self.prefixLimit, "\(path) is too long")
        var header = [UInt8](repeating: 0, count: Self.block)
        func put(_ text: String, at start: Int) {
            for (index, byte) in text.utf8.enumerated() { header[start + index] = byte }
        }
        put(name, at: 0)
        put("0000600", at: 100)
        put("0000000", at: 108)
        put("0000000", at: 116)
        put(Self.octal(size, digits: 11), at: 124)
        put(Self.octal(Int(time.secondsSinceEpoch), digits: 11), at: 136)
        // The sum counts its own field as spaces.
        put("        ", at: 148)
        put("0", at: 156)
        put("ustar\u{0}00", at: 257)
        put(prefix, at: 345)
        put(Self.octal(header.reduce(0) { $0 + Int($1) }, digits: 6) + "\u{0} ", at: 148)
        return header
    }

    private static func octal(_ number: Int, digits: Int) -> String {
        let text = String(number, radix: 8)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
