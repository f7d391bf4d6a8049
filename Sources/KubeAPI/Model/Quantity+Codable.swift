extension Quantity: Codable {
    /// Reads the text form, or a number as YAML without quotes leaves it.
    package init(from decoder: any Decoder) throws {
        let json = try JSONValue(from: decoder)
        let text =
            switch json {
            case .string(let text): text
            case .integer, .number: json.serializedString()
            default: ""
            }
        guard let quantity = Quantity(text) else {
            throw JSONError(
                .value, "\(json) is not an amount as in 500m, 1.5 or 2Gi", path: decoder.codingPath.fieldPath)
        }
        self = quantity
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension Quantity: CustomStringConvertible {
    /// The shortest decimal form without an exponent: `500m`, `2147483648`, `1500`.
    package var description: String {
        let steps: [(unit: Int128, suffix: String)] = [(1_000_000_000, ""), (1_000_000, "m"), (1000, "u"), (1, "n")]
        for step in steps where nano % step.unit == 0 { return "\(nano / step.unit)\(step.suffix)" }
        return "\(nano)n"
    }
}
