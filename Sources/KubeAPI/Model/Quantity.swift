/// An amount as Kubernetes writes it: `500m`, `1.5Gi`, `2e3`. Equal by meaning: `1000m` is `1`.
///
/// Source: Kubernetes API reference, Quantity. Held in billionths (Kubernetes' finest suffix); what is finer is rounded
/// away from zero, as there. Amounts beyond 10^29 units stop there.
package struct Quantity: Sendable, Hashable, Comparable {
    /// Billionths of the unit.
    package let nano: Int128

    package init(nano: Int128) { self.nano = nano }

    /// `nil` where the text is no quantity.
    package init?(_ text: String) {
        guard let parts = QuantityText(text) else { return nil }
        nano = parts.isNegative ? -parts.magnitude : parts.magnitude
    }

    package static func < (left: Quantity, right: Quantity) -> Bool { left.nano < right.nano }

    package static func + (left: Quantity, right: Quantity) -> Quantity {
        let (sum, overflow) = left.nano.addingReportingOverflow(right.nano)
        guard overflow else { return Quantity(nano: sum) }
        return Quantity(nano: left.nano < 0 ? -.maximumNano : .maximumNano)
    }
}

extension Int128 {
    fileprivate static let maximumNano: Int128 = 100_000_000_000_000_000_000_000_000_000_000_000_000
}

/// The parts of a quantity's text.
private struct QuantityText {
    var isNegative: Bool
    /// In billionths.
    var magnitude: Int128

    init?(_ text: String) {
        var rest = Substring(text).utf8
        isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        let whole = rest.prefix(while: \.isDecimalDigit)
        rest = rest.dropFirst(whole.count)
        var fraction = rest.prefix(0)
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            fraction = rest.prefix(while: \.isDecimalDigit)
            rest = rest.dropFirst(fraction.count)
        }
        guard whole.count + fraction.count > 0, let scale = Self.scale(String(Substring(rest))) else { return nil }
        let power = 9 + scale.exponent - fraction.count
        magnitude = Self.magnitude(Array(whole) + Array(fraction), power, scale.multiplier)
        // As in Kubernetes, and only for these suffixes: 8Ei is one less than 2^63.
        if scale.multiplier > 1 { magnitude = min(magnitude, Int128(Int64.max) * 1_000_000_000) }
    }

    /// Binary suffixes multiply, decimal ones shift the point.
    private static func scale(_ suffix: String) -> (multiplier: Int128, exponent: Int)? {
        if let shift = ["Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60][suffix] { return (1 << shift, 0) }
        let decimal = ["": 0, "n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18]
        if let exponent = decimal[suffix] { return (1, exponent) }
        guard suffix.first == "e" || suffix.first == "E", let exponent = Int32(suffix.dropFirst()) else { return nil }
        return (1, Int(exponent))
    }

    /// `digits` × 10^`power` × `multiplier`, rounded up, at most the maximum.
    private static func magnitude(_ digits: [UInt8], _ power: Int, _ multiplier: Int128) -> Int128 {
        let significant = digits.drop { $0 == UInt8(ascii: "0") }
        guard !significant.isEmpty else { return 0 }
        // So many digits fit 128 bits with the largest multiplier, and without one; what is behind them only rounds.
        let taken = significant.prefix(multiplier > 1 ? 19 : 37)
        let isInexact = significant.dropFirst(taken.count).contains { $0 != UInt8(ascii: "0") }
        let mantissa = taken.reduce(Int128(0)) { $0 * 10 + Int128($1 - UInt8(ascii: "0")) }
        return shifted(mantissa * multiplier, by: power + significant.count - taken.count, isInexact)
    }

    private static func shifted(_ value: Int128, by power: Int, _ isInexact: Bool) -> Int128 {
        var value = value
        var hasRest = isInexact
        var power = power
        while power > 0 {
            guard value < Int128.maximumNano / 10 else { return .maximumNano }
            value *= 10
            power -= 1
        }
        while power < 0, value > 0 {
            hasRest = hasRest || value % 10 != 0
            value /= 10
            power += 1
        }
        return min(value + (hasRest ? 1 : 0), .maximumNano)
    }
}
