internal import KubeAPI

/// Values for property tests: the same seed gives the same values.
struct JSONGenerator {
    var random: SplitMix64

    init(seed: UInt64) { random = SplitMix64(state: seed) }

    mutating func value(depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 12 : 8), using: &random) {
        case 0: return .null
        case 1: return .bool(.random(using: &random))
        case 2: return .integer(.random(in: .min ... .max, using: &random))
        case 3: return .integer(.random(in: -10...1000, using: &random))
        // Never whole: 1.0 comes back as 1.
        case 4: return .number(Double(Int.random(in: -1000...1000, using: &random)) + 0.5)
        case 5...7: return .string(text())
        case 8, 9:
            let count = Int.random(in: 0...4, using: &random)
            return .array((0..<count).map { _ in value(depth: depth - 1) })
        default:
            var fields = JSONObject()
            for _ in 0..<Int.random(in: 0...5, using: &random) { fields[text()] = value(depth: depth - 1) }
            return .object(fields)
        }
    }

    private static let pieces: [String] = [
        "a", "b", "name", " ", "  ", "\n", "\n\n", "\t", "\r", ":", ": ", " #", "#", "-", "- ", "?", "? ", "'", "\"",
        "\\",
        "{", "}", "[", "]", ",", "&", "*", "!", "|", ">", "%", "@", "`", "~", "=", "<<", "yes", "No", "null", "0", "1",
        "07",
        "0x1F", "1e3", ".5", "_", "2001-01-01", "1:30", "é", "😀", "\u{0}", "\u{7}", "\u{7F}", "\u{85}", "\u{A0}",
        "\u{2028}", "\u{FEFF}", "\u{FFFE}", "---", "...", "\u{1F}", "日本",
    ]

    mutating func text() -> String {
        let count = Int.random(in: 0...5, using: &random)
        return (0..<count).map { _ in Self.pieces.randomElement(using: &random) ?? "" }.joined()
    }
}

/// Source: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators".
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
