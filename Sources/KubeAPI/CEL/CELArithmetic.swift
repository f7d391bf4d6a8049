/// Operators on two values. Source: CEL specification, "Arithmetic" and "Comparisons".
enum CELArithmetic {
    static func compare(_ symbol: CELOperator, _ left: CELValue, _ right: CELValue) throws(CELError) -> Bool {
        guard let order = left.compare(right) else { throw .noSuchOverload }
        return switch symbol {
        case .less: order < 0
        case .lessOrEqual: order <= 0
        case .greater: order > 0
        default: order >= 0
        }
    }

    static func result(_ symbol: CELOperator, _ left: CELValue, _ right: CELValue) throws(CELError) -> CELValue {
        switch (left, right) {
        case (.int(let left), .int(let right)): return .int(try whole(symbol, left, right))
        case (.uint(let left), .uint(let right)): return .uint(try whole(symbol, left, right))
        case (.double(let left), .double(let right)):
            switch symbol {
            case .add: return .double(left + right)
            case .subtract: return .double(left - right)
            case .multiply: return .double(left * right)
            case .divide: return .double(left / right)
            default: throw .noSuchOverload
            }
        default: return try symbol == .add ? sum(left, right) : difference(symbol, left, right)
        }
    }

    private static func whole<Number: FixedWidthInteger>(
        _ symbol: CELOperator, _ left: Number, _ right: Number
    ) throws(CELError) -> Number {
        let (value, overflow): (Number, Bool)
        switch symbol {
        case .add: (value, overflow) = left.addingReportingOverflow(right)
        case .subtract: (value, overflow) = left.subtractingReportingOverflow(right)
        case .multiply: (value, overflow) = left.multipliedReportingOverflow(by: right)
        case .divide:
            guard right != 0 else { throw CELError(.evaluation, "division by zero") }
            (value, overflow) = left.dividedReportingOverflow(by: right)
        default:
            guard right != 0 else { throw CELError(.evaluation, "modulus by zero") }
            (value, overflow) = left.remainderReportingOverflow(dividingBy: right)
        }
        guard !overflow else { throw .overflow }
        return value
    }

    private static func sum(_ left: CELValue, _ right: CELValue) throws(CELError) -> CELValue {
        switch (left, right) {
        case (.string(let left), .string(let right)): return .string(left + right)
        case (.bytes(let left), .bytes(let right)): return .bytes(left + right)
        case (.duration(let left), .duration(let right)): return .duration(try CELConversion.bounded(left + right))
        case (.timestamp(let time), .duration(let duration)), (.duration(let duration), .timestamp(let time)):
            return .timestamp(try CELConversion.bounded(time + duration))
        default:
            guard let first = left.elements, let second = right.elements else { throw .noSuchOverload }
            return .list(first + second)
        }
    }

    private static func difference(
        _ symbol: CELOperator, _ left: CELValue, _ right: CELValue
    ) throws(CELError) -> CELValue {
        guard symbol == .subtract else { throw .noSuchOverload }
        switch (left, right) {
        case (.duration(let left), .duration(let right)): return .duration(try CELConversion.bounded(left - right))
        case (.timestamp(let left), .timestamp(let right)): return .duration(try CELConversion.bounded(left - right))
        case (.timestamp(let time), .duration(let duration)):
            return .timestamp(try CELConversion.bounded(time + (.zero - duration)))
        default: throw .noSuchOverload
        }
    }
}
