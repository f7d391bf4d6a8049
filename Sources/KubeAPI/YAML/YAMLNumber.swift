/// A number in the spellings of YAML 1.1: `12`, `010`, `0o10`, `0x1F`, `0b11`, `1_000`, `1.5e3`, `.inf`.
enum YAMLNumber {
    case integer(Int64)
    case double(Double)

    /// `nil` where the text is no number.
    init?(_ text: String) {
        if let special = Self.special[text] {
            self = .double(special)
            return
        }
        var digits = Array(text.utf8)
        if digits.first == UInt8(ascii: ".") {
            // Here an underscore must stand between digits; in all other numbers it may stand anywhere.
            guard Self.separatesDigits(digits) else { return nil }
        }
        digits.removeAll { $0 == UInt8(ascii: "_") }
        if let integer = Self.wholeNumber(digits) {
            self = integer
        } else if Self.isDecimalFraction(digits), let value = Double(String(decoding: digits, as: UTF8.self)),
            value.isFinite
        {
            self = .double(value)
        } else {
            return nil
        }
    }

    var isFinite: Bool {
        switch self {
        case .integer: true
        case .double(let value): value.isFinite
        }
    }

    /// On its way through kubectl a number becomes JSON text, where `1.0` and `1e3` are the whole numbers they equal.
    var json: JSONValue {
        switch self {
        case .integer(let value): .integer(value)
        case .double(let value): Int64(exactly: value).map(JSONValue.integer) ?? .number(value)
        }
    }

    private static let special: [String: Double] = {
        var special: [String: Double] = [".nan": .nan, ".NaN": .nan, ".NAN": .nan]
        for name in [".inf", ".Inf", ".INF"] {
            special[name] = .infinity
            special["+\(name)"] = .infinity
            special["-\(name)"] = -.infinity
        }
        return special
    }()

    private static func separatesDigits(_ text: [UInt8]) -> Bool {
        text.indices.allSatisfy { index in
            guard text[index] == UInt8(ascii: "_") else { return true }
            return index > 0 && index + 1 < text.count && text[index - 1].isDecimalDigit
                && text[index + 1].isDecimalDigit
        }
    }

    private static func wholeNumber(_ text: [UInt8]) -> YAMLNumber? {
        var digits = text[...]
        let sign = digits.first == UInt8(ascii: "-") || digits.first == UInt8(ascii: "+") ? digits.removeFirst() : nil
        var radix = 10
        if digits.count > 1, digits.first == UInt8(ascii: "0") {
            switch digits[digits.startIndex + 1] | 0x20 {
            case UInt8(ascii: "x"): radix = 16
            case UInt8(ascii: "o"): radix = 8
            case UInt8(ascii: "b"): radix = 2
            default:
                radix = 8
                digits = digits.prefix(1) + digits
            }
            digits = digits.dropFirst(2)
        }
        // Swift's own initialisers would take a second sign.
        guard let first = digits.first, first != UInt8(ascii: "-"), first != UInt8(ascii: "+"),
            let magnitude = UInt64(String(decoding: digits, as: UTF8.self), radix: radix)
        else { return nil }
        if sign == UInt8(ascii: "-") {
            if magnitude == Int64.min.magnitude { return .integer(.min) }
            // Below 64 bits only a fraction's precision is left: the caller reads it as one.
            return Int64(exactly: magnitude).map { .integer(-$0) }
        }
        return Int64(exactly: magnitude).map(YAMLNumber.integer) ?? .double(Double(magnitude))
    }

    /// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
    static func isDecimalFraction(_ text: [UInt8]) -> Bool {
        var rest = text[...]
        func skipDigits() -> Int {
            let count = rest.prefix(while: \.isDecimalDigit).count
            rest = rest.dropFirst(count)
            return count
        }
        func skip(_ characters: String) -> Bool {
            guard let first = rest.first, characters.utf8.contains(first) else { return false }
            rest = rest.dropFirst()
            return true
        }
        _ = skip("+-")
        let whole = skipDigits()
        let fraction = skip(".") ? skipDigits() : 0
        guard whole + fraction > 0 else { return false }
        if skip("eE") {
            _ = skip("+-")
            if skipDigits() == 0 { return false }
        }
        return rest.isEmpty
    }
}
