/// What a check of `quartermaster doctor` found.
struct Diagnosis: Sendable, Hashable, Encodable, CustomStringConvertible {
    private enum CodingKeys: String, CodingKey {
        case verdict, subject
        case text = "message"
    }

    enum Verdict: String, Sendable, Encodable {
        case fine = "ok"
        /// Worth knowing; the operator works.
        case notice = "note"
        /// The operator cannot do its work.
        case trouble = "FAIL"
    }

    var verdict: Verdict
    /// What was looked at: `rights`, `CRD regionalworkerpools.quartermaster.dev`.
    var subject: String
    /// What was found and, where something is wrong, what to do.
    var text: String

    init(_ verdict: Verdict, _ subject: String, _ text: String) {
        self.verdict = verdict
        self.subject = subject
        self.text = text
    }

    var description: String {
        let padding = String(repeating: " ", count: 4 - verdict.rawValue.count)
        return "\(verdict.rawValue)\(padding)  \(subject): \(text)"
    }
}
