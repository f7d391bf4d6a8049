/// An amount as Kubernetes writes it: `500m`, `1.5Gi`, `2e3`. Equal by meaning: `1000m` is `1`.
///
/// Source: Kubernetes API reference, Quantity. Held in billionths (Kubernetes' finest suffix), rounded up as there.
package struct Quantity: Sendable, Hashable, Comparable {
    /// Billionths of the unit. 128 bits hold every amount that Kubernetes accepts (below 2^63 units).
    package let nano: Int128

    package init(nano: Int128) { self.nano = nano }

    /// `nil` where the text is no quantity.
    package init?(_ text: String) {
        var rest = Substring(text)
        let isNegative = rest.first == "-"
        if rest.first == "-" || rest.first == "+" { rest = rest.dropFirst() }
        let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let (mantissa, decimals) = Self.mantissa(digits),
            let (multiplier, exponent) = Self.scale(rest.dropFirst(digits.count))
        else { return nil }
        let power = 9 + exponent - decimals
        guard let value = Self.scaled(mantissa, by: multiplier, power: power) else { return nil }
        nano = isNegative ? -value : value
    }

    package static func < (left: Quantity, right: Quantity) -> Bool { left.nano < right.nano }
    package static func + (left: Quantity, right: Quantity) -> Quantity { Quantity(nano: left.nano + right.nano) }

    private static func mantissa(_ digits: Substring) -> (value: Int128, decimals: Int)? {
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard !digits.isEmpty, parts.count <= 2, parts.contains(where: { !$0.isEmpty }) else { return nil }
        var value: Int128 = 0
        // 30 digits are more than any amount needs and still fit.
        guard digits.count <= 31 else { return nil }
        for digit in parts.joined() {
            guard let number = digit.wholeNumberValue else { return nil }
            value = value * 10 + Int128(number)
        }
        return (value, parts.count == 2 ? parts[1].count : 0)
    }

    private static func scale(_ suffix: Substring) -> (multiplier: Int128, exponent: Int)? {
        switch suffix {
        case "": return (1, 0)
        case "n": return (1, -9)
        case "u": return (1, -6)
        case "m": return (1, -3)
        case "k": return (1, 3)
        case "M": return (1, 6)
        case "G": return (1, 9)
        case "T": return (1, 12)
        case "P": return (1, 15)
        case "E": return (1, 18)
        case "Ki": return (1 << 10, 0)
        case "Mi": return (1 << 20, 0)
        case "Gi": return (1 << 30, 0)
        case "Ti": return (1 << 40, 0)
        case "Pi": return (1 << 50, 0)
        case "Ei": return (1 << 60, 0)
        default:
            guard suffix.first == "e" || suffix.first == "E", let exponent = Int(suffix.dropFirst()),
                abs(exponent) <= 18
            else { return nil }
            return (1, exponent)
        }
    }

    private static func scaled(_ mantissa: Int128, by multiplier: Int128, power: Int) -> Int128? {
        var (value, overflow) = mantissa.multipliedReportingOverflow(by: multiplier)
        guard !overflow else { return nil }
        for _ in 0..<max(0, power) {
            (value, overflow) = value.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
        }
        var divisor: Int128 = 1
        for _ in 0..<max(0, -power) { divisor *= 10 }
        // Rounded up, as Kubernetes does with what is finer than a billionth.
        return value / divisor + (value % divisor > 0 ? 1 : 0)
    }
}
