internal import KubeAPI

package enum RunResult: String, Sendable, Hashable, Codable {
    case succeeded = "Succeeded"
    /// What was stored is whole in itself, and is not all that it should be.
    case partial = "Partial"
    case failed = "Failed"

    /// Of a container: what a run came to stands in it as well as in the report.
    package var exitStatus: Int32 {
        switch self {
        case .succeeded: 0
        case .failed: 1
        case .partial: Self.partialStatus
        }
    }

    /// Of a container that stored what is incomplete: trying again would find the same.
    package static let partialStatus: Int32 = 3
}

/// What a container of a backup says of itself: one line of JSON on its termination log.
///
/// The kubelet keeps 12 KiB for all containers of a pod, and cuts each to its share of them. A line of ours is short enough
/// for twelve containers, and its result comes first.
package struct RunReport: Sendable, Hashable {
    package var result: RunResult
    package var message: String
    /// Why it failed, in one word: `SecretMissing`, `VerificationFailed`.
    package var reason: String?
    package var durationSeconds: Int64?
    /// A stamp.
    package var artifact: String?
    package var sizeBytes: Int64?
    /// How many artifacts of the source are stored at the end of the run.
    package var count: Int64?
    /// How many of them the run has deleted.
    package var deleted: Int64?
    package var oldest: String?
    /// The newest one stored that nothing is wrong with.
    package var complete: String?
    /// `read` or `stat`, where the artifact was looked at again.
    package var verified: String?
    /// `Done`, `Refused` or `Failed`.
    package var pruned: String?
    package var suspicion: String?
    /// What was found that is no reason to fail and has to be looked into.
    package var finding: String?
    /// The sources that a check has found to be sound, and those that it has not.
    package var checked: [String]?
    package var unsound: [String]?
    /// Of eight: which part of a repository's data a check has read.
    package var part: Int64?

    package init(_ result: RunResult, _ message: String = "") {
        self.result = result
        self.message = message
    }
}

extension RunReport {
    /// A twelfth of what the kubelet keeps of a pod, with some room.
    package static let byteLimit = 960

    /// The line, without its end. Texts are cut where it would be too long; the result and the numbers are never.
    package var line: String {
        var texts: [WritableKeyPath<RunReport, String?>] = [\.suspicion, \.finding]
        var report = self
        report.message = report.message.cut(toBytes: 480)
        while true {
            let line = report.json.serializedString()
            guard line.utf8.count > Self.byteLimit else { return line }
            if let text = texts.popLast() {
                report[keyPath: text] = report[keyPath: text]?.cut(toBytes: 96)
            } else if report.message.utf8.count > 96 {
                report.message = report.message.cut(toBytes: 96)
            } else if report.checked != nil {
                // Their number is bounded by the number of sources: the operator knows those that are not named as unsound.
                report.checked = nil
            } else {
                report.unsound = report.unsound.map { Array($0.prefix(16)) }
                return report.json.serializedString()
            }
        }
    }

    private var json: JSONValue {
        var fields: [(String, JSONValue)] = [("result", .string(result.rawValue)), ("version", 1)]
        func add(_ name: String, _ text: String?) { text.map { fields.append((name, .string($0))) } }
        func add(_ name: String, _ number: Int64?) { number.map { fields.append((name, .integer($0))) } }
        func add(_ name: String, _ list: [String]?) {
            list.map { fields.append((name, .array($0.map(JSONValue.string)))) }
        }
        add("message", message)
        add("reason", reason)
        add("durationSeconds", durationSeconds)
        add("artifact", artifact)
        add("sizeBytes", sizeBytes)
        add("count", count)
        add("deleted", deleted)
        add("oldest", oldest)
        add("complete", complete)
        add("verified", verified)
        add("pruned", pruned)
        add("suspicion", suspicion)
        add("finding", finding)
        add("checked", checked)
        add("unsound", unsound)
        add("part", part)
        return .object(JSONObject(fields))
    }
}

extension RunReport {
    /// Reads the last line that is a report; `nil` where there is none: the container ended before it could write, or what it
    /// wrote was cut. Neither is known to be good.
    package init?(terminationMessage text: String) {
        // The kubelet keeps 4,096 bytes of a container.
        for line in text.utf8.suffix(4096).split(separator: UInt8(ascii: "\n")).reversed() {
            guard let json = try? JSONValue.parse(Array(line)), json["version"]?.integer == 1,
                let result = json["result"]?.string.flatMap(RunResult.init)
            else { continue }
            self.init(result, json["message"]?.string ?? "", json)
            return
        }
        return nil
    }

    /// Keeps of each field what a status can hold: names of files and databases, which anybody may have chosen, get into
    /// a report, and a status that the API server refuses would stay as green as it was.
    private init(_ result: RunResult, _ message: String, _ json: JSONValue) {
        func word(_ name: String) -> String? {
            json[name]?.string.flatMap { text in
                let isWord = text.utf8.allSatisfy { byte in
                    let character = Character(Unicode.Scalar(byte))
                    return byte < 128 && (character.isLetter || character.isNumber || "._-".contains(character))
                }
                return isWord && (1...64).contains(text.utf8.count) ? text : nil
            }
        }
        func text(_ name: String) -> String? { json[name]?.string?.cut(toBytes: 1024) }
        func number(_ name: String) -> Int64? {
            json[name]?.integer.flatMap { (0...Self.largestNumber).contains($0) ? $0 : nil }
        }
        func choice(_ name: String, of choices: [String]) -> String? {
            json[name]?.string.flatMap { choices.contains($0) ? $0 : nil }
        }
        func names(_ name: String) -> [String]? {
            json[name]?.array.map { $0.compactMap(\.string).filter { $0.utf8.count <= 64 } }
        }
        self.init(result, message.cut(toBytes: 2048))
        (reason, artifact) = (word("reason"), word("artifact"))
        (oldest, complete) = (word("oldest"), word("complete"))
        (durationSeconds, sizeBytes) = (number("durationSeconds"), number("sizeBytes"))
        (count, deleted, part) = (number("count"), number("deleted"), number("part"))
        verified = choice("verified", of: ["read", "stat"])
        pruned = choice("pruned", of: ["Done", "Refused", "Failed"])
        (suspicion, finding) = (text("suspicion"), text("finding"))
        (checked, unsound) = (names("checked"), names("unsound"))
    }

    /// What every reader of JSON tells exactly; 256 of them can be added.
    private static let largestNumber: Int64 = 1 << 53
}
