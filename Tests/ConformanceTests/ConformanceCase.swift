import Foundation
import KubeAPI

/// One sentence about a Kubernetes API server, with the requests that show whether it is true.
///
/// Cases are written in YAML under `Cases`: see `Cases/README.md` for the words that a step may use.
struct ConformanceCase: Sendable {
    var name: String
    /// The file that it stands in.
    var topic: String
    /// Needs an embedded server of its own, because its steps disturb other cases.
    var isAlone: Bool
    var steps: [JSONValue]

    /// All cases, in the order of their files; those alone whose name holds `QM_CONFORMANCE_CASE` where that is set.
    static let all: [ConformanceCase] = {
        let wanted = ProcessInfo.processInfo.environment["QM_CONFORMANCE_CASE"] ?? ""
        return files.flatMap(read).filter { wanted.isEmpty || "\($0.topic): \($0.name)".contains(wanted) }
    }()

    private static var files: [String] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Cases").path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".yaml") }.sorted().map { "\(folder)/\($0)" }
    }

    private static func read(_ path: String) -> [ConformanceCase] {
        let topic = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
        do {
            let text = try String(contentsOfFile: path, encoding: .utf8)
            // The first document may hold fragments for aliases; the cases are lists.
            return try YAML.parse(text).flatMap { $0["cases"]?.array ?? [] }.map { try ConformanceCase($0, topic) }
        } catch {
            return [ConformanceCase(unreadable: path, "\(error)")]
        }
    }

    private init(_ json: JSONValue, _ topic: String) throws {
        guard let name = json["case"]?.string, let steps = json["steps"]?.array, !steps.isEmpty else {
            throw CaseError("a case needs `case` and `steps`: \(json.serializedString().prefix(200))")
        }
        self.name = name
        self.topic = topic
        self.steps = steps
        isAlone = json["alone"]?.bool ?? false
        let known: Set = ["case", "steps", "alone"]
        if let unknown = json.object?.keys.first(where: { !known.contains($0) }) {
            throw CaseError("case \"\(name)\": `\(unknown)` is no word of a case")
        }
    }

    /// A case that fails with the reason why its file cannot be read.
    private init(unreadable path: String, _ reason: String) {
        name = "the cases of \(path) can be read"
        topic = "files"
        isAlone = false
        steps = [["unreadable": .string(reason)]]
    }
}

/// What is wrong with a case itself, or with an answer.
struct CaseError: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}
