/// One evaluation of a compiled expression.
///
/// What a step costs follows cel-go, so that what Kubernetes allows is allowed here as well, to within small differences.
/// Source: cel-go, `interpreter/runtimecost.go`.
struct CELEvaluation {
    private(set) var budget: Int
    private var slots: [CELValue]

    init(_ values: [CELValue], slotCount: Int, budget: Int) {
        slots = values + [CELValue](repeating: .null, count: slotCount - values.count)
        self.budget = budget
    }

    mutating func charge(_ cost: Int) throws(CELError) {
        budget -= cost
        guard budget >= 0 else { throw .overBudget }
    }

    /// To go through a text once.
    mutating func charge(traversing size: Int) throws(CELError) { try charge((size + 9) / 10) }

    mutating func value(of node: CELNode) throws(CELError) -> CELValue {
        switch node {
        case .constant(let value): return value
        case .variable(let slot):
            try charge(1)
            return slots[slot]
        case .field(let operand, let name, let schema): return try field(operand, name, schema)
        case .select(let operand, let name): return try select(operand, name)
        case .optionalSelect(let operand, let name): return try optionalSelect(operand, name)
        case .has(let operand, let name): return try has(operand, name)
        case .index(let operand, let index, let isOptional): return try element(operand, index, isOptional)
        case .not(let operand): return .bool(try !truth(of: operand))
        case .negate(let operand): return try negated(operand)
        case .all(let terms): return .bool(try decide(terms, by: false))
        case .any(let terms): return .bool(try decide(terms, by: true))
        case .conditional(let condition, let yes, let no):
            return try truth(of: condition) ? value(of: yes) : value(of: no)
        case .binary(let symbol, let left, let right): return try binary(symbol, left, right)
        case .list(let elements): return try list(elements)
        case .map(let entries): return try map(entries)
        case .matches(let operand, let expression): return try matches(operand, expression)
        case .call(let function, let arguments): return try call(function, arguments)
        case .comprehension(let comprehension): return try run(comprehension)
        case .mapOptional(let operand, let slot, let body, let isFlat):
            return try mapOptional(operand, slot, body, isFlat)
        }
    }

    private mutating func truth(of node: CELNode) throws(CELError) -> Bool {
        guard case .bool(let truth) = try value(of: node) else { throw .noSuchOverload }
        return truth
    }

    /// `&&` and `||`: one term decides, whatever is wrong with another.
    private mutating func decide(_ terms: [CELNode], by decisive: Bool) throws(CELError) -> Bool {
        var failure: CELError?
        for term in terms {
            do {
                if try truth(of: term) == decisive { return decisive }
            } catch  where error.kind == .cost {
                throw error
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return !decisive
    }
}

// Fields and elements.
extension CELEvaluation {
    private mutating func field(
        _ operand: CELNode, _ name: String, _ schema: CELSchema
    ) throws(CELError) -> CELValue {
        guard case .object(let fields, _) = try value(of: operand) else { throw .noSuchOverload }
        try charge(1)
        guard let json = fields[name] else { throw .noSuchKey(name) }
        return CELValue(json, schema)
    }

    private mutating func select(_ operand: CELNode, _ name: String) throws(CELError) -> CELValue {
        let container = try value(of: operand)
        try charge(1)
        guard container.isMap else { throw .noSuchOverload }
        guard let value = container.field(name) else { throw .noSuchKey(name) }
        return value
    }

    private mutating func optionalSelect(_ operand: CELNode, _ name: String) throws(CELError) -> CELValue {
        var container = try value(of: operand)
        try charge(1)
        if case .optional(let inner) = container {
            guard let inner else { return .optional(nil) }
            container = inner
        }
        guard container.isMap else { throw .noSuchOverload }
        return .optional(container.field(name))
    }

    private mutating func has(_ operand: CELNode, _ name: String) throws(CELError) -> CELValue {
        var container = try value(of: operand)
        if case .optional(let inner) = container {
            guard let inner else { return .bool(false) }
            container = inner
        }
        guard container.isMap else { throw .noSuchOverload }
        return .bool(container.field(name) != nil)
    }

    private mutating func element(
        _ operand: CELNode, _ index: CELNode, _ isOptional: Bool
    ) throws(CELError) -> CELValue {
        var container = try value(of: operand)
        let key = try value(of: index)
        try charge(1)
        if case .optional(let inner) = container {
            guard let inner else { return .optional(nil) }
            container = inner
        }
        let found = try Self.element(of: container, at: key)
        if isOptional { return .optional(found) }
        guard let found else { throw Self.missing(key, in: container) }
        return found
    }

    private static func element(of container: CELValue, at key: CELValue) throws(CELError) -> CELValue? {
        if container.isMap { return container[key] }
        let position: Int? =
            switch key {
            case .int(let index): Int(index)
            case .uint(let index): Int(exactly: index)
            case .double(let index): Int(exactly: index)
            default: throw .noSuchOverload
            }
        switch container {
        case .list(let elements): return position.flatMap { elements.indices.contains($0) ? elements[$0] : nil }
        case .array(let elements, let schema):
            return position.flatMap { elements.indices.contains($0) ? elements[$0] : nil }
                .map { CELValue($0, schema.values ?? .any) }
        default: throw .noSuchOverload
        }
    }

    private static func missing(_ key: CELValue, in container: CELValue) -> CELError {
        let name = (try? CELConversion.string(key)) ?? key.typeName
        return container.isMap ? .noSuchKey(name) : CELError(.evaluation, "index out of bounds: \(name)")
    }

    private mutating func mapOptional(
        _ operand: CELNode, _ slot: Int, _ body: CELNode, _ isFlat: Bool
    ) throws(CELError) -> CELValue {
        guard case .optional(let inner) = try value(of: operand) else { throw .noSuchOverload }
        guard let inner else { return .optional(nil) }
        slots[slot] = inner
        let result = try value(of: body)
        guard isFlat else { return .optional(result) }
        guard case .optional = result else { throw .noSuchOverload }
        return result
    }
}

// Literals, operators and calls.
extension CELEvaluation {
    private mutating func list(_ elements: [(value: CELNode, isOptional: Bool)]) throws(CELError) -> CELValue {
        try charge(10)
        var values: [CELValue] = []
        for element in elements {
            let value = try value(of: element.value)
            if !element.isOptional {
                values.append(value)
            } else if case .optional(let inner) = value {
                if let inner { values.append(inner) }
            } else {
                throw .noSuchOverload
            }
        }
        return .list(values)
    }

    private mutating func map(
        _ entries: [(key: CELNode, value: CELNode, isOptional: Bool)]
    ) throws(CELError) -> CELValue {
        try charge(30)
        var values: [CELValue.Entry] = []
        for entry in entries {
            let key = try value(of: entry.key)
            var value = try value(of: entry.value)
            switch key {
            case .int, .uint, .bool, .string: break
            default: throw CELError(.evaluation, "unsupported key type: \(key.typeName)")
            }
            if entry.isOptional {
                guard case .optional(let inner) = value else { throw .noSuchOverload }
                guard let inner else { continue }
                value = inner
            }
            guard !values.contains(where: { $0.key.equals(key) }) else {
                throw CELError(.evaluation, "Failed with repeated key")
            }
            values.append(.init(key: key, value: value))
        }
        return .map(values)
    }

    private mutating func negated(_ operand: CELNode) throws(CELError) -> CELValue {
        let value = try value(of: operand)
        try charge(1)
        switch value {
        case .int(let number):
            guard number != .min else { throw .overflow }
            return .int(-number)
        case .double(let number): return .double(-number)
        case .duration(let duration): return .duration(.zero - duration)
        default: throw .noSuchOverload
        }
    }

    private mutating func binary(
        _ symbol: CELOperator, _ left: CELNode, _ right: CELNode
    ) throws(CELError) -> CELValue {
        let first = try value(of: left)
        let second = try value(of: right)
        switch symbol {
        case .equal, .notEqual:
            try charge(comparing: first, second)
            return .bool(first.equals(second) == (symbol == .equal))
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            try charge(comparing: first, second)
            return .bool(try CELArithmetic.compare(symbol, first, second))
        case .isIn: return .bool(try contains(second, first))
        case .add, .subtract, .multiply, .divide, .remainder:
            switch first {
            case .string, .bytes: try charge(traversing: first.size + second.size)
            // A new list is made, which an interpreter of Kubernetes' puts off.
            case .list, .array: try charge(1 + (first.size + second.size) / 10)
            default: try charge(1)
            }
            return try CELArithmetic.result(symbol, first, second)
        }
    }

    /// What there is to compare may lie deep.
    private mutating func charge(comparing left: CELValue, _ right: CELValue) throws(CELError) {
        try charge(traversing: min(left.size, right.size))
    }

    private mutating func contains(_ container: CELValue, _ value: CELValue) throws(CELError) -> Bool {
        if container.isMap {
            try charge(1)
            return container[value] != nil
        }
        guard let elements = container.elements else { throw .noSuchOverload }
        try charge(elements.count)
        return elements.contains { $0.equals(value) }
    }

    private mutating func matches(_ operand: CELNode, _ expression: RegularExpression) throws(CELError) -> CELValue {
        guard case .string(let text) = try value(of: operand) else { throw .noSuchOverload }
        try charge(matching: text, expression.pattern)
        return .bool(expression.isFound(in: text))
    }

    mutating func charge(matching text: String, _ pattern: String) throws(CELError) {
        try charge((text.utf8.count + 10) / 10 * ((pattern.utf8.count + 3) / 4))
    }

    private mutating func call(_ function: CELFunction, _ nodes: [CELNode]) throws(CELError) -> CELValue {
        var arguments: [CELValue] = []
        arguments.reserveCapacity(nodes.count)
        for node in nodes { arguments.append(try value(of: node)) }
        return try call(function, arguments)
    }
}

// Macros.
extension CELEvaluation {
    private mutating func run(_ comprehension: CELComprehension) throws(CELError) -> CELValue {
        guard let range = try value(of: comprehension.range).range else { throw .noSuchOverload }
        switch comprehension.kind {
        case .all: return .bool(try decide(range, comprehension, by: false))
        case .exists: return .bool(try decide(range, comprehension, by: true))
        case .existsOne:
            var count = 0
            for element in range where try isTrue(comprehension.body, for: element, comprehension.slot) { count += 1 }
            return .bool(count == 1)
        case .filter:
            var kept: [CELValue] = []
            for element in range where try isTrue(comprehension.body, for: element, comprehension.slot) {
                try charge(12)
                kept.append(element)
            }
            return .list(kept)
        case .map: return try mapped(range, comprehension)
        }
    }

    private mutating func mapped(_ range: [CELValue], _ comprehension: CELComprehension) throws(CELError) -> CELValue {
        var results: [CELValue] = []
        for element in range {
            if let condition = comprehension.condition {
                guard try isTrue(condition, for: element, comprehension.slot) else { continue }
            }
            slots[comprehension.slot] = element
            try charge(12)
            results.append(try value(of: comprehension.body))
        }
        return .list(results)
    }

    private mutating func isTrue(_ body: CELNode, for element: CELValue, _ slot: Int) throws(CELError) -> Bool {
        try charge(1)
        slots[slot] = element
        return try truth(of: body)
    }

    /// `all` and `exists`: one element decides, whatever is wrong with another.
    private mutating func decide(
        _ range: [CELValue], _ comprehension: CELComprehension, by decisive: Bool
    ) throws(CELError) -> Bool {
        var failure: CELError?
        for element in range {
            try charge(3)
            slots[comprehension.slot] = element
            do {
                if try truth(of: comprehension.body) == decisive { return decisive }
            } catch  where error.kind == .cost {
                throw error
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return !decisive
    }
}
