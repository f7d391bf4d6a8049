/// Why an expression is none, or has no value.
package struct CELError: Error, Sendable, Hashable {
    package enum Kind: Sendable {
        /// The text is no expression, or one whose types do not fit.
        case compilation
        /// A function of Kubernetes that this interpreter does not have.
        case unsupported
        /// There is no value: a missing key, a division by zero. `&&` and `||` pass over it where the other side decides.
        case evaluation
        /// The value costs more than is allowed. Ends the evaluation.
        case cost
    }

    package var kind: Kind
    package var message: String
    /// Where in the expression, in bytes of its UTF-8; `nil` for what only an evaluation shows.
    package var position: Int?

    init(_ kind: Kind, _ message: String, at position: Int? = nil) {
        self.kind = kind
        self.message = message
        self.position = position
    }

    static let noSuchOverload = CELError(.evaluation, "no such overload")
    static let overflow = CELError(.evaluation, "integer overflow")
    static let overBudget = CELError(.cost, "operation cancelled: actual cost limit exceeded")

    static func noSuchKey(_ key: String) -> CELError { CELError(.evaluation, "no such key: \(key)") }

    /// The error with the line that it is in, as Kubernetes shows it.
    package func description(in source: String) -> String {
        guard let position else { return message }
        let bytes = Array(source.utf8)
        let newline = UInt8(ascii: "\n")
        let lineStart = bytes[..<position].lastIndex(of: newline).map { $0 + 1 } ?? 0
        let lineEnd = bytes[position...].firstIndex(of: newline) ?? bytes.count
        let line = bytes[..<lineStart].count { $0 == newline } + 1
        let text = String(decoding: bytes[lineStart..<lineEnd], as: UTF8.self)
        let before = String(decoding: bytes[lineStart..<position], as: UTF8.self).unicodeScalars
        let dots = before.map { $0.utf8.count > 1 ? "．" : "." }.joined()
        let place = "<input>:\(line):\(before.count + 1)"
        return "ERROR: \(place): \(message)\n | \(text.replacing("\t", with: " "))\n | \(dots)^"
    }
}
