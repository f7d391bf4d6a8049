internal import BackupModel
internal import Glibc

/// What the pod's template says, as environment variables. Nothing of it is secret.
enum Settings {
    static func text(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        return text.isEmpty ? nil : text
    }

    static func required(_ name: String) throws(AgentFailure) -> String {
        guard let text = text(name) else { throw AgentFailure("the environment has no \(name)") }
        return text
    }

    /// `nil` where it is not set.
    ///
    /// - Throws: where it is no number.
    static func number(_ name: String) throws(AgentFailure) -> Int64? {
        guard let text = text(name) else { return nil }
        guard let number = Int64(text) else { throw AgentFailure("\(name) is \"\(text)\" and must be a number") }
        return number
    }

    static func flag(_ name: String) -> Bool { text(name) == "true" }

    /// One entry a line.
    static func list(_ name: String) -> [String] {
        (text(name) ?? "").split(separator: "\n").map(String.init)
    }

    static var staging: String { text("QM_STAGING") ?? "/staging" }
    static var artifactFolder: String { "\(staging)/artifact" }
    /// What the containers of a pod tell one another.
    static var runFolder: String { "\(staging)/run" }
}
