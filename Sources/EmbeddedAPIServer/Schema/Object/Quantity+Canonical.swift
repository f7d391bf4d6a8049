import KubeAPI

extension Quantity {
    /// The form in which the server stores an amount: `1000m` becomes `1`, `1024Mi` becomes `1Gi`, `0.5` becomes
    /// `500m`. `nil` where the text is no quantity.
    ///
    /// Source: k8s.io/apimachinery, api/resource, Quantity.CanonicalizeBytes.
    static func canonical(_ text: String) -> String? {
        guard let quantity = Quantity(text) else { return nil }
        let nano = quantity.nano
        let unit: Int128 = 1_000_000_000
        if text.hasSuffix("i"), abs(nano) >= 1024 * unit || nano == 0 { return binary(nano) }
        if let exponent = text.firstIndex(where: { $0 == "e" || $0 == "E" }), exponent != text.indices.last {
            return decimal(nano, suffixes: exponents)
        }
        return decimal(nano, suffixes: decimals)
    }

    private static let decimals: [String] = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"]
    private static let exponents: [String] = ["e-9", "e-6", "e-3", "", "e3", "e6", "e9", "e12", "e15", "e18"]
    private static let binaries: [String] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]

    private static func binary(_ nano: Int128) -> String {
        let unit: Int128 = 1_000_000_000
        // What is finer than one is rounded up, as there.
        var value = nano / unit + (nano % unit > 0 ? 1 : 0)
        var index = 0
        while value != 0, value % 1024 == 0, index < binaries.count - 1 {
            value /= 1024
            index += 1
        }
        return "\(value)\(binaries[index])"
    }

    private static func decimal(_ nano: Int128, suffixes: [String]) -> String {
        guard nano != 0 else { return "0" }
        var value = nano
        var index = 0
        while value % 1000 == 0, index < suffixes.count - 1 {
            value /= 1000
            index += 1
        }
        return "\(value)\(suffixes[index])"
    }
}
