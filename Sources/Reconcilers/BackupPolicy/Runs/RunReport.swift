internal import KubeAPI

/// The line that a container of a backup leaves on its termination log.
package struct RunReport: Sendable, Hashable, Codable {
    package var version: Int
    package var result: BackupPolicy.Target.Result
    package var message: String
    package var durationSeconds: Int64?
    /// Why it failed, in one word: `SecretMissing`, `VerificationFailed`.
    package var reason: String?
    package var artifact: String?
    package var sizeBytes: Int64?
    package var count: Int64?
    package var oldest: String?
    /// `read` or `stat`, where the artifact was looked at again.
    package var verified: String?
    package var pruned: String?
    package var suspicion: String?
    /// The sources that a check has found to be sound, and those that it has not.
    package var checked: [String]?
    package var unsound: [String]?

    /// Reads the last line that is a report; `nil` where there is none: the container ended before it could write.
    package init?(terminationMessage text: String) {
        // The kubelet keeps 4,096 bytes of a container.
        for line in text.utf8.suffix(4096).split(separator: UInt8(ascii: "\n")).reversed() {
            guard let json = try? JSONValue.parse(Array(line)),
                let report = try? JSONValueDecoder().decode(RunReport.self, from: json)
            else { continue }
            self = report
            bound()
            return
        }
        return nil
    }

    /// Keeps of each field what a status can hold: names of files and databases, which anybody may have chosen, get into
    /// a report, and a status that the API server refuses would stay as green as it was.
    private mutating func bound() {
        func word(_ text: String?) -> String? {
            text.flatMap { text in
                let isWord = text.utf8.allSatisfy { byte in
                    let character = Character(Unicode.Scalar(byte))
                    return byte < 128 && (character.isLetter || character.isNumber || "._-".contains(character))
                }
                return isWord && (1...64).contains(text.utf8.count) ? text : nil
            }
        }
        func number(_ value: Int64?) -> Int64? { value.flatMap { (0...Self.largestNumber).contains($0) ? $0 : nil } }
        message = message.cut(to: 2048)
        suspicion = suspicion?.cut(to: 1024)
        (reason, artifact, oldest) = (word(reason), word(artifact), word(oldest))
        (durationSeconds, sizeBytes, count) = (number(durationSeconds), number(sizeBytes), number(count))
        verified = verified.flatMap { ["read", "stat"].contains($0) ? $0 : nil }
        pruned = pruned.flatMap { ["Done", "Refused", "Failed"].contains($0) ? $0 : nil }
    }

    /// What every reader of JSON tells exactly; 256 of them can be added.
    private static let largestNumber: Int64 = 1 << 53
}
