/// The files of an artifact with their SHA-256, as `SHA256SUMS` holds them: the form of `sha256sum`.
package struct Checksums: Sendable, Hashable {
    package struct Entry: Sendable, Hashable {
        /// Relative to the artifact's folder.
        package var file: String
        /// 64 hexadecimal digits in lower case.
        package var digest: String

        package init(file: String, digest: String) {
            self.file = file
            self.digest = digest
        }
    }

    package static let fileName = "SHA256SUMS"
    package var entries: [Entry]

    package init(_ entries: [Entry]) { self.entries = entries }

    /// - Throws: `RunFailure` where a line is not of the form, or names a file outside of the artifact.
    package init(parsing text: String) throws(RunFailure) {
        entries = []
        for line in text.split(separator: "\n") {
            let digest = line.prefix(64)
            let file = String(line.dropFirst(66))
            guard digest.count == 64, digest.allSatisfy({ $0.isHexDigit && !$0.isUppercase }), line.count > 66,
                line.dropFirst(64).hasPrefix("  "), Self.isInside(file)
            else { throw RunFailure("\(Self.fileName) has a line that is no checksum: \(line.prefix(80))") }
            entries.append(Entry(file: file, digest: String(digest)))
        }
        guard !entries.isEmpty else { throw RunFailure("\(Self.fileName) names no file") }
    }

    package var text: String { entries.map { "\($0.digest)  \($0.file)\n" }.joined() }

    private static func isInside(_ file: String) -> Bool {
        file.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
            !$0.isEmpty && $0 != "." && $0 != ".."
        }
    }
}
