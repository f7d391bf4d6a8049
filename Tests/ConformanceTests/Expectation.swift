import Foundation
import KubeAPI

/// What an answer must look like, as far as the case says.
///
/// An object is compared in the fields that the pattern names, an array element by element, anything else by value.
/// Words: `$any` (is there), `$none` (is not there), `~ text` (a regular expression that the whole text matches), and
/// objects with one of `$is` (exactly), `$contains` (each of these patterns meets an element), `$count`, `$names`
/// (of the objects of a list, in order), `$not`.
enum Expectation {
    /// - Returns: What is wrong, as lines that begin with a path; nothing where all is right.
    static func differences(_ pattern: JSONValue, _ value: JSONValue?, at path: String = "") -> [String] {
        let place = path.isEmpty ? "." : path
        switch pattern {
        case "$any": return value == nil ? ["\(place) is missing"] : []
        case "$none": return value.map { ["\(place) is \(brief($0)), wanted nothing there"] } ?? []
        case .string(let text) where text.hasPrefix("~ "):
            guard let found = value?.string, matches(found, String(text.dropFirst(2))) else {
                return ["\(place) is \(brief(value)), wanted a text like \(text.dropFirst(2))"]
            }
            return []
        case .object(let fields):
            if let (word, argument) = fields.first, fields.count == 1, word.hasPrefix("$") {
                return differences(word: word, argument, value, at: place)
            }
            guard let object = value?.object else { return ["\(place) is \(brief(value)), wanted an object"] }
            return fields.flatMap { differences($0.value, object[$0.key], at: "\(path).\($0.key)") }
        case .array(let elements):
            guard let found = value?.array, found.count == elements.count else {
                return ["\(place) is \(brief(value)), wanted \(elements.count) elements"]
            }
            return zip(elements, found).enumerated().flatMap {
                differences($0.element.0, $0.element.1, at: "\(path)[\($0.offset)]")
            }
        default: return pattern == value ? [] : ["\(place) is \(brief(value)), wanted \(brief(pattern))"]
        }
    }

    private static func differences(
        word: String, _ argument: JSONValue, _ value: JSONValue?, at place: String
    ) -> [String] {
        let elements = value?.array ?? []
        func fails(_ isWrong: Bool, _ wanted: String) -> [String] {
            isWrong ? ["\(place) is \(brief(value)), wanted \(wanted)"] : []
        }
        switch word {
        case "$is": return fails(argument != value, "exactly \(brief(argument))")
        case "$contains":
            let missing = (argument.array ?? []).filter { pattern in
                !elements.contains { differences(pattern, $0).isEmpty }
            }
            return fails(!missing.isEmpty, "an element like \(missing.map { brief($0) }.joined(separator: " and "))")
        case "$count": return fails(Int64(elements.count) != argument.integer, "\(argument) elements")
        case "$names":
            let names = elements.map { $0[path: ["metadata", "name"]] ?? $0["name"] ?? .null }
            return fails(.array(names) != argument, "the names \(argument), found \(JSONValue.array(names))")
        case "$not": return fails(differences(argument, value).isEmpty, "anything but \(brief(argument))")
        default: return ["\(word) is no word of a pattern"]
        }
    }

    private static func matches(_ text: String, _ expression: String) -> Bool {
        let range = NSRange(text.startIndex..., in: text)
        let options: NSRegularExpression.Options = [.dotMatchesLineSeparators]
        guard let expression = try? NSRegularExpression(pattern: "^(?:\(expression))$", options: options) else {
            return false
        }
        return expression.firstMatch(in: text, range: range) != nil
    }

    private static func brief(_ value: JSONValue?) -> String {
        guard let text = value?.serializedString() else { return "missing" }
        return text.count > 600 ? "\(text.prefix(600))…" : text
    }
}
