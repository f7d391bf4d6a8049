internal import BackupModel
internal import Glibc

/// The Secret that is mounted for this container, and what keeps it out of everything that is printed.
enum Secrets {
    static var folder: String { Settings.text("QM_CREDENTIALS") ?? "/credentials" }

    /// Names of hosts and users are no secrets, and messages are poorer without them.
    private static let shown: Set<String> = [
        "username", "known_hosts", "ca.crt", "AWS_REGION", "AWS_DEFAULT_REGION",
    ]

    /// The bytes of a key; `nil` where the Secret has none of the name.
    static func bytes(_ key: String) -> [UInt8]? { Files.read("\(folder)/\(key)") }

    /// The value of a key as a line of text: line ends at its end, which editors and `echo` leave there, are no part of it.
    static func text(_ key: String) -> String? {
        guard var bytes = bytes(key) else { return nil }
        while let last = bytes.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { bytes.removeLast() }
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }

    /// - Throws: where the Secret or the key is missing: it is mounted as an optional one, so that this can be said.
    static func required(_ key: String) throws(AgentFailure) -> String {
        guard let text = text(key) else {
            throw AgentFailure(
                "Secret \(Settings.text("QM_SECRET") ?? "") is missing or has no key \(key)", .secretMissing)
        }
        return text
    }

    static var keys: [String] { Files.names(in: folder).filter { !$0.hasPrefix(".") } }

    /// The text without what the Secret holds, longest first.
    static func hide(_ text: String) -> String {
        var hidden = text
        for secret in values where hidden.contains(secret) { hidden = hidden.replacing(secret, with: "***") }
        return hidden
    }

    private static let values: [String] = {
        var values: Set<String> = []
        for key in keys where !shown.contains(key) {
            guard let bytes = bytes(key), bytes.count <= 64 << 10 else { continue }
            for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
                // `name = value`, as in a file of rclone.
                let value = line.split(separator: "=", maxSplits: 1).last.map { $0.drop { $0 == " " } } ?? line
                for text in [String(line), String(value)] where text.utf8.count >= 4 { values.insert(text) }
            }
        }
        return values.sorted { $0.utf8.count > $1.utf8.count }
    }()
}
