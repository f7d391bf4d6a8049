extension CELEvaluation {
    /// Calls a function with as many arguments as it takes, what it is called on being the first.
    mutating func call(_ function: CELFunction, _ arguments: [CELValue]) throws(CELError) -> CELValue {
        switch function {
        case .size: return try size(of: arguments[0])
        case .int, .uint, .double, .string, .bool, .bytes, .type, .dyn, .duration, .timestamp:
            return try convert(arguments[0], by: function)
        case .getHours, .getMinutes, .getSeconds, .getMilliseconds: return try part(function, of: arguments[0])
        case .hasValue, .value, .orValue, .or: return try unwrap(function, arguments)
        case .optionalOf: return .optional(arguments[0])
        case .optionalOfNonZeroValue: return .optional(arguments[0].isZero ? nil : arguments[0])
        case .optionalNone: return .optional(nil)
        case .quantity, .isQuantity, .compareTo, .isGreaterThan, .isLessThan, .add, .sub, .sign, .isInteger, .asInteger,
            .asApproximateFloat:
            return try quantity(function, arguments)
        case .min, .max, .sum, .isSorted, .join, .setsContains, .setsEquivalent, .setsIntersects:
            return try list(function, arguments)
        case .indexOf, .lastIndexOf:
            guard case .string = arguments[0] else { return try list(function, arguments) }
            return try text(function, arguments)
        case .matches, .find, .findAll: return try search(function, arguments)
        case .startsWith, .endsWith, .contains, .lowerAscii, .upperAscii, .trim, .charAt, .split, .replace, .substring,
            .format, .isIP, .isCIDR:
            return try text(function, arguments)
        }
    }

    private mutating func size(of value: CELValue) throws(CELError) -> CELValue {
        try charge(1)
        switch value {
        case .string(let text): return .int(Int64(text.unicodeScalars.count))
        case .bytes, .list, .array, .map, .object: return .int(Int64(value.size))
        default: throw .noSuchOverload
        }
    }

    private mutating func convert(_ value: CELValue, by function: CELFunction) throws(CELError) -> CELValue {
        try charge(1)
        switch function {
        case .int: return .int(try CELConversion.int(value))
        case .uint: return .uint(try CELConversion.uint(value))
        case .double: return .double(try CELConversion.double(value))
        case .string: return .string(try CELConversion.string(value))
        case .bool: return .bool(try CELConversion.bool(value))
        case .bytes: return .bytes(try CELConversion.bytes(value))
        case .duration: return .duration(try CELConversion.duration(value))
        case .timestamp: return .timestamp(try CELConversion.timestamp(value))
        case .type: return .type(value.typeName)
        default: return value
        }
    }

    private mutating func part(_ function: CELFunction, of value: CELValue) throws(CELError) -> CELValue {
        try charge(1)
        guard case .duration(let duration) = value else { throw .noSuchOverload }
        let unit: Int64 =
            switch function {
            case .getHours: 3_600_000_000_000
            case .getMinutes: 60_000_000_000
            case .getSeconds: 1_000_000_000
            default: 1_000_000
            }
        return .int(CELDuration.nanoseconds(duration) / unit)
    }

    private mutating func unwrap(_ function: CELFunction, _ arguments: [CELValue]) throws(CELError) -> CELValue {
        try charge(1)
        guard case .optional(let inner) = arguments[0] else { throw .noSuchOverload }
        switch function {
        case .hasValue: return .bool(inner != nil)
        case .orValue: return inner ?? arguments[1]
        case .or: return inner == nil ? arguments[1] : arguments[0]
        default:
            guard let inner else { throw CELError(.evaluation, "optional.none() dereference") }
            return inner
        }
    }
}

extension CELValue {
    /// Whether it is what a value of its type begins with.
    fileprivate var isZero: Bool {
        switch self {
        case .null: true
        case .bool(let value): !value
        case .int(let value): value == 0
        case .uint(let value): value == 0
        case .double(let value): value == 0
        case .duration(let value): value == .zero
        case .string, .bytes, .list, .map, .array, .object: size == 0
        default: false
        }
    }
}

// Lists.
extension CELEvaluation {
    fileprivate mutating func list(_ function: CELFunction, _ arguments: [CELValue]) throws(CELError) -> CELValue {
        guard let elements = arguments[0].elements else { throw .noSuchOverload }
        switch function {
        case .join: return try joined(elements, arguments)
        case .setsContains, .setsEquivalent, .setsIntersects: return try sets(function, elements, arguments[1])
        case .indexOf, .lastIndexOf:
            guard arguments.count == 2 else { throw .noSuchOverload }
            try charge(elements.count)
            let isSought = { (element: CELValue) in element.equals(arguments[1]) }
            let index =
                function == .indexOf ? elements.firstIndex(where: isSought) : elements.lastIndex(where: isSought)
            return .int(Int64(index ?? -1))
        case .isSorted:
            try charge(elements.count)
            for (left, right) in zip(elements, elements.dropFirst()) {
                guard try CELArithmetic.compare(.lessOrEqual, left, right) else { return .bool(false) }
            }
            return .bool(true)
        default: return try reduced(function, elements)
        }
    }

    private mutating func reduced(_ function: CELFunction, _ elements: [CELValue]) throws(CELError) -> CELValue {
        try charge(elements.count)
        guard var result = elements.first else {
            guard function == .sum else { throw CELError(.evaluation, "\(function.rawValue) called on empty list") }
            return .int(0)
        }
        for element in elements.dropFirst() {
            switch function {
            case .sum: result = try CELArithmetic.result(.add, result, element)
            case .min: if try CELArithmetic.compare(.less, element, result) { result = element }
            default: if try CELArithmetic.compare(.greater, element, result) { result = element }
            }
        }
        return result
    }

    private mutating func joined(_ elements: [CELValue], _ arguments: [CELValue]) throws(CELError) -> CELValue {
        var separator = ""
        if arguments.count == 2 {
            guard case .string(let text) = arguments[1] else { throw .noSuchOverload }
            separator = text
        }
        var texts: [String] = []
        for element in elements {
            guard case .string(let text) = element else { throw .noSuchOverload }
            try charge(traversing: 2 * (text.utf8.count + separator.utf8.count))
            texts.append(text)
        }
        return .string(texts.joined(separator: separator))
    }

    private mutating func sets(
        _ function: CELFunction, _ first: [CELValue], _ other: CELValue
    ) throws(CELError) -> CELValue {
        guard let second = other.elements else { throw .noSuchOverload }
        try charge(1 + first.count * second.count)
        func isIn(_ list: [CELValue], _ value: CELValue) -> Bool { list.contains { $0.equals(value) } }
        return switch function {
        case .setsContains: .bool(second.allSatisfy { isIn(first, $0) })
        case .setsIntersects: .bool(second.contains { isIn(first, $0) })
        default: .bool(second.allSatisfy { isIn(first, $0) } && first.allSatisfy { isIn(second, $0) })
        }
    }
}

// Amounts.
extension CELEvaluation {
    fileprivate mutating func quantity(
        _ function: CELFunction, _ arguments: [CELValue]
    ) throws(CELError) -> CELValue {
        try charge(traversing: arguments[0].size)
        switch (function, arguments[0]) {
        case (.isQuantity, .string(let text)): return .bool(Quantity(text) != nil)
        case (.quantity, .string(let text)):
            guard let quantity = Quantity(text) else {
                throw CELError(.evaluation, "quantities must match the regular expression '\(Self.quantityPattern)'")
            }
            return .quantity(quantity)
        case (_, .quantity(let quantity)): return try quantityPart(function, quantity, arguments)
        default: throw .noSuchOverload
        }
    }

    private static let quantityPattern = "^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$"

    private func quantityPart(
        _ function: CELFunction, _ quantity: Quantity, _ arguments: [CELValue]
    ) throws(CELError) -> CELValue {
        let billion: Int128 = 1_000_000_000
        switch function {
        case .sign: return .int(Int64(quantity.nano.signum()))
        case .isInteger: return .bool(quantity.nano % billion == 0 && Int64(exactly: quantity.nano / billion) != nil)
        case .asInteger:
            guard quantity.nano % billion == 0, let whole = Int64(exactly: quantity.nano / billion) else {
                throw CELError(.evaluation, "cannot convert value to integer")
            }
            return .int(whole)
        case .asApproximateFloat: return .double(Double(quantity.nano) / 1e9)
        default: break
        }
        guard arguments.count == 2 else { throw .noSuchOverload }
        let other: Quantity
        switch (function, arguments[1]) {
        case (_, .quantity(let amount)): other = amount
        case (.add, .int(let number)), (.sub, .int(let number)): other = Quantity(nano: Int128(number) * billion)
        default: throw .noSuchOverload
        }
        return switch function {
        case .isGreaterThan: .bool(quantity > other)
        case .isLessThan: .bool(quantity < other)
        case .add: .quantity(quantity + other)
        case .sub: .quantity(quantity + Quantity(nano: -other.nano))
        default: .int(quantity < other ? -1 : quantity == other ? 0 : 1)
        }
    }
}
