internal import Glibc

/// What GNU tar has said while it archived a volume.
package struct TarMessages: Sendable, Hashable {
    /// Files that changed, shrank or went while they were read, without those that are expected to; each once.
    package var changed: [String] = []
    /// How often a file changed that was expected to.
    package var expectedChanges = 0
    /// Folders of which nothing is archived because they are other file systems.
    package var otherFileSystems: [String] = []
    /// Further warnings, as they are.
    package var others: [String] = []

    /// - Parameters:
    ///   - text: its standard error, with names as `--quoting-style=escape` writes them.
    ///   - expected: patterns of files that may change, relative to the volume.
    package init(parsing text: String, expected: [String]) {
        let patterns = expected.map(Self.anchored)
        for line in text.split(separator: "\n") {
            guard let message = line.firstRange(of: ": ").map({ line[$0.upperBound...] }) else { continue }
            if let name = Self.name(in: message, before: ": file is on a different filesystem; not dumped") {
                otherFileSystems.append(Self.shown(name))
            } else if let name = Self.changedName(in: message) {
                let isExpected = patterns.contains { Self.matches($0, Self.plain(name)) }
                if isExpected {
                    expectedChanges += 1
                } else if !changed.contains(Self.shown(name)) {
                    changed.append(Self.shown(name))
                }
            } else if !Self.harmless.contains(where: { message.hasSuffix($0) || message.hasPrefix($0) }) {
                others.append(String(message))
            }
        }
    }

    /// What is missing or uncertain in the archive; `nil` where nothing is.
    ///
    /// - Parameter hasDifferences: whether tar has ended with the status that says that files differed.
    package func omission(hasDifferences: Bool) -> String? {
        var parts: [String] = []
        if !otherFileSystems.isEmpty {
            parts.append("not archived, because they are other file systems: \(Self.list(otherFileSystems))")
        }
        if !changed.isEmpty { parts.append("files changed while they were read: \(Self.list(changed))") }
        if hasDifferences {
            if !others.isEmpty { parts.append("tar warned: \(Self.list(others))") }
            // A status without a message that was understood is no success.
            if changed.isEmpty, others.isEmpty, expectedChanges == 0 {
                parts.append("tar found differences and does not say where")
            }
        }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    private static let shownNames = 8
    private static let changes = [
        ": file changed as we read it", ": File removed before we read it",
        ": Directory renamed before its status could be extracted",
        ": contents changed",
    ]
    private static let harmless = [
        "socket ignored", "door ignored", "Exiting with failure status due to previous errors",
    ]

    private static func changedName(in message: Substring) -> Substring? {
        for change in changes {
            if let name = name(in: message, before: change) { return name }
        }
        // `NAME: File shrank by 5 bytes; padding with zeros`
        guard message.hasSuffix("; padding with zeros") else { return nil }
        return message.ranges(of: ": File shrank by ").last.map { message[..<$0.lowerBound] }
    }

    private static func name(in message: Substring, before words: String) -> Substring? {
        message.hasSuffix(words) ? message.dropLast(words.count) : nil
    }

    /// Relative to the volume.
    private static func shown(_ name: Substring) -> String {
        var name = name.hasPrefix("./") ? name.dropFirst(2) : name
        while name.hasSuffix("/") { name = name.dropLast() }
        return name.isEmpty ? "/" : String(name)
    }

    private static func list(_ names: [String]) -> String {
        let more = names.count - shownNames
        return names.prefix(shownNames).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
    }

    /// The form in which patterns and names are compared: as the patterns of `excludes` are.
    private static func anchored(_ pattern: String) -> String { "./" + pattern.drop { $0 == "/" } }

    private static func matches(_ pattern: String, _ name: String) -> Bool {
        // A folder that is named stands for what is in it; wildcards match slashes. Both as tar does with what it
        // leaves out.
        fnmatch(pattern, name, ignoringTail) == 0
    }

    /// `FNM_LEADING_DIR`, which the module of the C library does not show.
    private static let ignoringTail: Int32 = 1 << 3

    /// The name without the escapes of tar's messages.
    private static func plain(_ name: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(name.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let next = rest.first else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(3)
            if digits.count == 3, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }) {
                bytes.append(digits.reduce(0) { $0 << 3 | ($1 - UInt8(ascii: "0")) })
                rest = rest.dropFirst(3)
                continue
            }
            rest = rest.dropFirst()
            bytes.append(escapes[next] ?? next)
        }
        while bytes.count > 2, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let escapes: [UInt8: UInt8] = [
        UInt8(ascii: "n"): 10, UInt8(ascii: "t"): 9, UInt8(ascii: "r"): 13, UInt8(ascii: "a"): 7, UInt8(ascii: "b"): 8,
        UInt8(ascii: "f"): 12, UInt8(ascii: "v"): 11,
    ]
}
