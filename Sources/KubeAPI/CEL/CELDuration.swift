/// Durations as expressions write them.
///
/// No initialiser of `Duration`: to look at those makes the compiler take C's `timespec` for one of another module, and files
/// that use its fields do not compile any more where the Swift runtime is linked in (Swift 6.3).
enum CELDuration {
    private static let units: [(name: String, nanoseconds: Double)] = [
        ("ns", 1), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9),
    ]

    /// Go's form: `1h30m`, `-1.5s`. `nil` where the text is something else, or more than 64 bits of nanoseconds.
    static func parse(_ text: String) -> Duration? {
        var rest = Substring(text)
        let isNegative = rest.first == "-"
        if isNegative || rest.first == "+" { rest = rest.dropFirst() }
        guard !rest.isEmpty else { return nil }
        if rest == "0" { return .zero }
        var sum = 0.0
        while !rest.isEmpty {
            let number = rest.prefix { $0 == "." || ("0"..."9").contains($0) }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { $0 != "." && !("0"..."9").contains($0) }
            rest = rest.dropFirst(unit.count)
            guard number != ".", let value = Double(number),
                let factor = units.first(where: { $0.name == unit })?.nanoseconds
            else { return nil }
            sum += value * factor
        }
        guard sum < 9.2e18 else { return nil }
        let whole = Int64(sum.rounded())
        return .nanoseconds(isNegative ? -whole : whole)
    }

    static func nanoseconds(_ duration: Duration) -> Int64 {
        duration.components.seconds * 1_000_000_000 + duration.components.attoseconds / 1_000_000_000
    }
}
