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
        for line in text.split(separator: "\n").reversed() {
            guard let json = try? JSONValue.parse(String(line)),
                let report = try? JSONValueDecoder().decode(RunReport.self, from: json)
            else { continue }
            self = report
            return
        }
        return nil
    }
}
