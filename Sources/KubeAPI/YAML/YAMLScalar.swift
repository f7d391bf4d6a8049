/// What a scalar of YAML text means.
///
/// The rules are those of the YAML 1.1 reader behind kubectl, so that a manifest means the same here as there: `y`,
/// `on` and `No` are booleans, `010` is eight, `1_000` a thousand; a date, `1:30` and whatever else is unclear stays a
/// string. Source: sigs.k8s.io/yaml, goyaml.v2 `resolve.go`. For a reader that wants those of YAML 1.2 only the booleans differ.
enum YAMLScalar {
    static let tagPrefix = "tag:yaml.org,2002:"

    enum Failure: Error {
        /// A tag such as `!!int` on a text that is none.
        case mismatch(tag: String)
        /// Infinity and NaN exist in YAML and not in JSON.
        case notFinite
        case notBase64
    }

    /// - Parameter isPlain: without quotes; only such text can be anything else than a string, unless it has a tag.
    static func resolve(
        _ text: String, tag: String?, isPlain: Bool, _ booleans: YAML.Booleans
    ) throws(Failure) -> JSONValue {
        guard let tag, !tag.isEmpty else { return isPlain ? try plain(text, booleans) : .string(text) }
        // "!" and the tags of applications say nothing that JSON could hold.
        guard tag.hasPrefix(tagPrefix) else { return .string(text) }
        let name = String(tag.dropFirst(tagPrefix.count))
        switch name {
        case "str", "timestamp": return .string(text)
        case "binary":
            guard let bytes = Base64.decode(text), let decoded = String(validating: bytes, as: UTF8.self) else {
                throw .notBase64
            }
            return .string(decoded)
        case "null", "bool", "int", "float": return try tagged(text, as: name)
        default: return .string(text)
        }
    }

    private static func tagged(_ text: String, as name: String) throws(Failure) -> JSONValue {
        let value = try plain(text)
        switch (name, value) {
        case ("null", .null), ("bool", .bool), ("int", .integer), ("float", .integer), ("float", .number): return value
        default: throw .mismatch(tag: "!!\(name)")
        }
    }

    /// The meaning of text without quotes or tag.
    static func plain(_ text: String, _ booleans: YAML.Booleans = .kubectl) throws(Failure) -> JSONValue {
        guard let first = text.utf8.first else { return .null }
        switch first {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            guard let number = YAMLNumber(text) else { return .string(text) }
            guard number.isFinite else { throw .notFinite }
            return number.json
        default:
            guard let value = words[text] else { return .string(text) }
            return booleans == .core && coreStrings.contains(text) ? .string(text) : value
        }
    }

    private static let words: [String: JSONValue] = {
        var words: [String: JSONValue] = ["~": .null, "null": .null, "Null": .null, "NULL": .null]
        for word in ["true", "True", "TRUE"] + yes { words[word] = true }
        for word in ["false", "False", "FALSE"] + no { words[word] = false }
        return words
    }()
    private static let yes = ["y", "Y", "yes", "Yes", "YES", "on", "On", "ON"]
    private static let no = ["n", "N", "no", "No", "NO", "off", "Off", "OFF"]
    private static let coreStrings = Set(yes + no)
}

extension YAMLScalar {
    /// Whether a string must be quoted so that every reader of YAML 1.1 or 1.2 takes it as the string that it is.
    static func needsQuotes(_ text: String) -> Bool {
        guard let value = try? plain(text), case .string = value else { return true }
        // 1e400 is beyond a Double, so a string here, and infinite for others.
        return text == "=" || text == "<<" || looksLikeTimeOrBase60(text)
            || YAMLNumber.isDecimalFraction(Array(text.utf8))
    }

    /// `2001-01-01`, `1:30`: strings for kubectl and something else for other readers.
    private static func looksLikeTimeOrBase60(_ text: String) -> Bool {
        var bytes = Substring(text).utf8
        if bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+") { bytes = bytes.dropFirst() }
        let digits = bytes.prefix { $0.isDecimalDigit || $0 == UInt8(ascii: "_") }
        guard let first = digits.first, first.isDecimalDigit else { return false }
        let rest = bytes.dropFirst(digits.count)
        guard let separator = rest.first, separator == UInt8(ascii: ":") || separator == UInt8(ascii: "-") else {
            return false
        }
        return rest.dropFirst().first?.isDecimalDigit ?? false
    }
}

extension UInt8 {
    var isDecimalDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
