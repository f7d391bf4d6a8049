internal import KubeAPI

/// Amounts as a user wrote them: the text stays as it is.
enum Amount {
    static func quantity(_ value: JSONValue?) -> Quantity? {
        switch value {
        case .string(let text): Quantity(text)
        case .integer, .number: value.flatMap { Quantity($0.serializedString()) }
        default: nil
        }
    }

    static func lesser(_ amount: JSONValue, _ other: JSONValue?) -> JSONValue {
        guard let other, let left = quantity(amount), let right = quantity(other), right < left else { return amount }
        return other
    }

    static func greater(_ amount: JSONValue, _ other: JSONValue?) -> JSONValue {
        guard let other, let left = quantity(amount), let right = quantity(other), left < right else { return amount }
        return other
    }

    static func map(_ amounts: [String: JSONValue]) -> JSONValue {
        .object(JSONObject(amounts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }))
    }
}

extension Amount {
    /// An amount for people: processors in thousandths, bytes in mebibytes or gibibytes, both rounded up.
    static func text(_ quantity: Quantity, of resource: String) -> String {
        let unit: Int128 = 1_000_000_000
        func roundedUp(_ value: Int128, to step: Int128) -> Int128 { (value + step - 1) / step }
        if resource.hasSuffix("cpu") {
            return Quantity(nano: roundedUp(quantity.nano, to: unit / 1000) * (unit / 1000)).description
        }
        guard resource.hasSuffix("memory") || resource.hasSuffix("storage") else { return quantity.description }
        let mebibytes = roundedUp(quantity.nano, to: unit << 20)
        return mebibytes % 1024 == 0 ? "\(mebibytes / 1024)Gi" : "\(mebibytes)Mi"
    }
}
