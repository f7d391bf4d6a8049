internal import KubeAPI
internal import Synchronization

/// What was taken out by its place, so that it can be taken out where somebody repeats it: an event has the command that can't be started, a
/// log the variable that is wrong.
final class RedactionNotes: Sendable {
    private struct State {
        var taken: Set<String> = []
        var kept: Set<String> = []
    }

    /// In scalars, since a single character may have hundreds. Shorter ones are too common, and longer ones nobody repeats.
    private static let lengths = 8...256
    /// What one expression looks for: it has to fit the memory that RE2 gives to one.
    private static let together = 50
    private static let separators: Set<Character> = ["=", "\"", "'", ",", ";", "(", ")", "[", "]", "{", "}"]

    private let state = Mutex(State())

    /// - Parameter name: of the field or variable that held it.
    func take(_ value: String, named name: String) {
        var words = value.split { $0.isWhitespace || Self.separators.contains($0) }.map(String.init)
            .filter { $0.contains(where: \.isNumber) && $0.contains(where: \.isLetter) }
        if SecretWords.isSecret(name) { words.append(value) }
        let fitting = words.filter { Self.lengths.contains($0.unicodeScalars.count) }
        guard !fitting.isEmpty else { return }
        state.withLock { $0.taken.formUnion(fitting) }
    }

    /// Notes what stays as it is: names of regions and hosts, say, which variables repeat.
    func keep(_ value: String) { state.withLock { _ = $0.kept.insert(value) } }

    /// Takes out of a text what was taken out elsewhere.
    var scrub: @Sendable (String) -> String {
        let secrets = state.withLock { $0.taken.subtracting($0.kept) }
        // The longest first: one may be the beginning of another.
        let literals = secrets.sorted { ($1.count, $0) < ($0.count, $1) }.map(Self.literal)
        let patterns = stride(from: 0, to: literals.count, by: Self.together).map { start in
            Self.expression(literals[start..<min(start + Self.together, literals.count)].joined(separator: "|"))
        }
        return { text in patterns.reduce(text) { $1.replacing(in: $0) { _ in TextRedaction.mark } } }
    }

    private static func expression(_ pattern: String) -> RegularExpression {
        do {
            return try RegularExpression(pattern)
        } catch {
            fatalError("an expression of literals is none: \(error.reason)")
        }
    }

    /// By scalars: what an expression gives a meaning to may be the base of a character that is not ASCII, such as a keycap.
    private static func literal(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { literal, scalar in
            if scalar.isASCII, !scalar.properties.isAlphabetic, scalar.properties.numericType == nil {
                literal.append("\\")
            }
            literal.unicodeScalars.append(scalar)
            // YAML and JSON double it, once or more often.
            if scalar == "\\" { literal.append("+") }
        }
    }
}
