/// Gives the names of an expression their meaning, and finds what cannot have a value.
///
/// Types are followed as far as schemas and literals tell them; what is not known is decided by the evaluation.
struct CELBinder {
    private struct Variable {
        var name: String
        var slot: Int
        var type: CELType
    }

    private var variables: [Variable]
    private(set) var slotCount: Int
    private(set) var usedVariables: Set<String> = []

    private static let types: Set = [
        "bool", "int", "uint", "double", "string", "bytes", "list", "map", "null_type", "type",
    ]

    /// - Parameter variables: those that the expression may name, in the order of their values.
    init(variables: [(name: String, type: CELType)]) {
        self.variables = variables.enumerated().map { Variable(name: $1.name, slot: $0, type: $1.type) }
        slotCount = variables.count
    }

    mutating func bind(_ syntax: CELSyntax) throws(CELError) -> (node: CELNode, type: CELType) {
        let position = syntax.position
        switch syntax.form {
        case .literal(let value): return (.constant(value), Self.type(of: value))
        case .name(let name): return try variable(name, at: position)
        case .select(let operand, let name, let isOptional):
            return try select(operand, name, isOptional: isOptional, at: position)
        case .index(let operand, let index, let isOptional):
            return try element(of: operand, index, isOptional: isOptional, at: position)
        case .call(let name, let target, let arguments):
            return try call(name, on: target, arguments, at: position)
        case .list(let elements): return try list(elements)
        case .map(let entries): return try map(entries)
        case .all(let terms): return (.all(try truths(terms)), .bool)
        case .any(let terms): return (.any(try truths(terms)), .bool)
        case .not(let operand):
            let (node, type) = try bind(operand)
            guard type.agrees(with: .bool) else { throw Self.noOverload("!_", [type], at: position) }
            return (.not(node), .bool)
        case .negate(let operand):
            let (node, type) = try bind(operand)
            return (.negate(node), type)
        case .conditional(let condition, let yes, let no):
            return try conditional(condition, yes, no, at: position)
        case .binary(let symbol, let left, let right): return try binary(symbol, left, right, at: position)
        }
    }

    private static func type(of literal: CELValue) -> CELType {
        switch literal {
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .string: .string
        case .bytes: .bytes
        default: .dynamic
        }
    }

    private static func undeclared(_ name: String, at position: Int) -> CELError {
        guard !CELFunction.unsupported.contains(name), !name.hasPrefix("format.") else {
            return CELError(.unsupported, "'\(name)' is not known to this interpreter of CEL", at: position)
        }
        return CELError(.compilation, "undeclared reference to '\(name)' (in container '')", at: position)
    }

    private static func noOverload(
        _ name: String, _ types: [CELType], isMethod: Bool = false, at position: Int
    ) -> CELError {
        let rest = (isMethod ? types.dropFirst() : types[...]).map(\.name).joined(separator: ", ")
        let signature = isMethod ? "\(types[0].name).(\(rest))" : "(\(rest))"
        return CELError(
            .compilation, "found no matching overload for '\(name)' applied to '\(signature)'", at: position)
    }

    private mutating func variable(_ name: String, at position: Int) throws(CELError) -> (CELNode, CELType) {
        if let variable = variables.last(where: { $0.name == name }) {
            usedVariables.insert(name)
            return (.variable(variable.slot), variable.type)
        }
        guard Self.types.contains(name) else { throw Self.undeclared(name, at: position) }
        return (.constant(.type(name)), .type)
    }

    private mutating func truths(_ terms: [CELSyntax]) throws(CELError) -> [CELNode] {
        var nodes: [CELNode] = []
        for term in terms {
            let (node, type) = try bind(term)
            guard type.agrees(with: .bool) else { throw Self.notBool(type, at: term.position) }
            nodes.append(node)
        }
        return nodes
    }

    private mutating func conditional(
        _ condition: CELSyntax, _ yes: CELSyntax, _ no: CELSyntax, at position: Int
    ) throws(CELError) -> (CELNode, CELType) {
        let (test, testType) = try bind(condition)
        let (first, firstType) = try bind(yes)
        let (second, secondType) = try bind(no)
        guard testType.agrees(with: .bool), firstType.agrees(with: secondType) else {
            throw Self.noOverload("_?_:_", [testType, firstType, secondType], at: position)
        }
        return (.conditional(test, first, second), firstType.joined(secondType))
    }

    private mutating func list(
        _ elements: [(value: CELSyntax, isOptional: Bool)]
    ) throws(CELError) -> (CELNode, CELType) {
        var nodes: [(value: CELNode, isOptional: Bool)] = []
        var constants: [CELValue] = []
        var elementType: CELType?
        for element in elements {
            var (node, type) = try bind(element.value)
            if element.isOptional, case .optional(let value) = type { type = value }
            nodes.append((node, element.isOptional))
            if case .constant(let value) = node, !element.isOptional { constants.append(value) }
            elementType = elementType.map { $0.joined(type) } ?? type
        }
        let type = CELType.list(elementType ?? .dynamic)
        return (constants.count == elements.count ? .constant(.list(constants)) : .list(nodes), type)
    }

    private mutating func map(
        _ entries: [(key: CELSyntax, value: CELSyntax, isOptional: Bool)]
    ) throws(CELError) -> (CELNode, CELType) {
        var nodes: [(key: CELNode, value: CELNode, isOptional: Bool)] = []
        var types: (key: CELType, value: CELType)?
        for entry in entries {
            let (key, keyType) = try bind(entry.key)
            var (value, valueType) = try bind(entry.value)
            if entry.isOptional, case .optional(let inner) = valueType { valueType = inner }
            nodes.append((key, value, entry.isOptional))
            types = types.map { ($0.key.joined(keyType), $0.value.joined(valueType)) } ?? (keyType, valueType)
        }
        return (.map(nodes), .map(key: types?.key ?? .dynamic, value: types?.value ?? .dynamic))
    }
}

// Fields and elements.
extension CELBinder {
    private mutating func select(
        _ operand: CELSyntax, _ name: String, isOptional: Bool, at position: Int
    ) throws(CELError) -> (CELNode, CELType) {
        let (node, type) = try bind(operand)
        let fieldType = try Self.type(ofField: name, in: type, at: position)
        if isOptional { return (.optionalSelect(node, name), .optional(fieldType)) }
        switch type {
        case .object(let schema):
            guard let field = schema.fields[name] else { return (.select(node, name), fieldType) }
            return (.field(node, field.name, field.schema), fieldType)
        case .optional: return (.optionalSelect(node, name), .optional(fieldType))
        default: return (.select(node, name), fieldType)
        }
    }

    private static func type(
        ofField name: String, in type: CELType, at position: Int
    ) throws(CELError) -> CELType {
        switch type {
        case .dynamic: return .dynamic
        case .map(_, let value): return value
        case .object(let schema):
            guard let field = schema.fields[name] else {
                throw CELError(.compilation, "undefined field '\(name)'", at: position)
            }
            return CELType(field.schema)
        case .optional(let value): return try Self.type(ofField: name, in: value, at: position)
        default:
            throw CELError(.compilation, "type '\(type.name)' does not support field selection", at: position)
        }
    }

    private mutating func element(
        of operand: CELSyntax, _ index: CELSyntax, isOptional: Bool, at position: Int
    ) throws(CELError) -> (CELNode, CELType) {
        let (node, type) = try bind(operand)
        let (key, keyType) = try bind(index)
        var container = type
        var isOptional = isOptional
        if case .optional(let value) = type {
            container = value
            isOptional = true
        }
        let element: CELType
        switch container {
        case .dynamic: element = .dynamic
        case .list(let value) where keyType.agrees(with: .int) || keyType.isNumber: element = value
        case .map(let wanted, let value) where keyType.agrees(with: wanted) || keyType.isNumber: element = value
        default: throw Self.noOverload("_[_]", [type, keyType], at: position)
        }
        return (.index(node, key, isOptional: isOptional), isOptional ? .optional(element) : element)
    }
}

// Operators and calls.
extension CELBinder {
    private mutating func binary(
        _ symbol: CELOperator, _ left: CELSyntax, _ right: CELSyntax, at position: Int
    ) throws(CELError) -> (CELNode, CELType) {
        let (first, firstType) = try bind(left)
        let (second, secondType) = try bind(right)
        guard let type = Self.result(of: symbol, firstType, secondType) else {
            throw Self.noOverload(symbol.functionName, [firstType, secondType], at: position)
        }
        return (.binary(symbol, first, second), type)
    }

    /// `nil` where the types do not go together.
    private static func result(of symbol: CELOperator, _ left: CELType, _ right: CELType) -> CELType? {
        switch symbol {
        case .equal, .notEqual:
            // Null is compared with anything that may be missing.
            let isNull = left.name == "null" || right.name == "null"
            return left.agrees(with: right) || isNull ? .bool : nil
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            return left.agrees(with: right) || (left.isNumber && right.isNumber) ? .bool : nil
        case .isIn:
            switch right {
            case .dynamic: return .bool
            case .list(let element): return left.agrees(with: element) ? .bool : nil
            case .map(let key, _): return left.agrees(with: key) ? .bool : nil
            default: return nil
            }
        case .add, .subtract: return sum(symbol, left, right)
        case .multiply, .divide, .remainder:
            guard left.agrees(with: right) else { return nil }
            let type = left.isDynamic ? right : left
            return type.isDynamic || type.isNumber ? type : nil
        }
    }

    private static func sum(_ symbol: CELOperator, _ left: CELType, _ right: CELType) -> CELType? {
        switch (left, right) {
        case (.dynamic, _), (_, .dynamic): return .dynamic
        case (.timestamp, .timestamp) where symbol == .subtract: return .duration
        case (.timestamp, .duration): return .timestamp
        case (.duration, .timestamp) where symbol == .add: return .timestamp
        case (.duration, .duration): return .duration
        case (.string, .string) where symbol == .add: return .string
        case (.bytes, .bytes) where symbol == .add: return .bytes
        case (.list, .list) where symbol == .add: return left.joined(right)
        default: return left.isNumber && left.agrees(with: right) ? left : nil
        }
    }

    private mutating func call(
        _ name: String, on target: CELSyntax?, _ arguments: [CELSyntax], at position: Int
    ) throws(CELError) -> (CELNode, CELType) {
        if let macro = try macro(name, on: target, arguments, at: position) { return macro }
        var target = target
        var name = name
        // `optional.of(x)` is a name with a dot, unless a variable has the first part of it.
        if case .name(let space)? = target?.form, !variables.contains(where: { $0.name == space }) {
            name = "\(space).\(name)"
            target = nil
        }
        var nodes: [CELNode] = []
        var types: [CELType] = []
        func add(_ operand: (node: CELNode, type: CELType)) {
            nodes.append(operand.node)
            types.append(operand.type)
        }
        if let target { add(try bind(target)) }
        guard let function = CELFunction(rawValue: name) else { throw Self.undeclared(name, at: position) }
        for argument in arguments { add(try bind(argument)) }
        let style: CELFunction.Style = target == nil ? .function : .method
        guard function.style == .both || function.style == style, function.arguments.contains(nodes.count),
            types.first.map(function.accepts) ?? true
        else { throw Self.noOverload(name, types, isMethod: target != nil, at: position) }
        if function == .matches, case .constant(.string(let pattern)) = nodes[1] {
            guard let expression = try? RegularExpression(pattern) else {
                throw CELError(.compilation, "invalid matches argument", at: arguments.last?.position)
            }
            return (.matches(nodes[0], expression), .bool)
        }
        return (.call(function, nodes), function.result(of: types))
    }
}

// Macros.
extension CELBinder {
    /// `nil` where the call is none.
    private mutating func macro(
        _ name: String, on target: CELSyntax?, _ arguments: [CELSyntax], at position: Int
    ) throws(CELError) -> (CELNode, CELType)? {
        guard let target else {
            return name == "has" && arguments.count == 1 ? try presence(of: arguments[0], at: position) : nil
        }
        switch (name, arguments.count) {
        case ("optMap", 2), ("optFlatMap", 2):
            return try optionalMap(target, arguments, isFlat: name == "optFlatMap", at: position)
        case ("all", 2), ("exists", 2), ("exists_one", 2), ("filter", 2), ("map", 2), ("map", 3):
            let kind = CELComprehension.Kind(rawValue: name) ?? .all
            return try comprehension(kind, over: target, arguments, at: position)
        case ("all", 3), ("exists", 3), ("exists_one", 3):
            throw CELError(
                .unsupported, "'\(name)' with two variables is not known to this interpreter of CEL", at: position)
        default: return nil
        }
    }

    private mutating func presence(
        of argument: CELSyntax, at position: Int
    ) throws(CELError) -> (CELNode, CELType) {
        guard case .select(let operand, let name, isOptional: false) = argument.form else {
            throw CELError(.compilation, "invalid argument to has() macro", at: argument.position)
        }
        let (node, type) = try bind(operand)
        _ = try Self.type(ofField: name, in: type, at: position)
        return (.has(node, name), .bool)
    }

    /// Binds with a variable more.
    private mutating func bind(
        _ syntax: CELSyntax, with name: String, _ type: CELType, in slot: Int
    ) throws(CELError) -> (CELNode, CELType) {
        variables.append(Variable(name: name, slot: slot, type: type))
        defer { variables.removeLast() }
        return try bind(syntax)
    }

    private mutating func newSlot() -> Int {
        defer { slotCount += 1 }
        return slotCount
    }

    private static func variableName(_ syntax: CELSyntax) throws(CELError) -> String {
        guard case .name(let name) = syntax.form else {
            throw CELError(.compilation, "argument must be a simple name", at: syntax.position)
        }
        return name
    }

    private mutating func comprehension(
        _ kind: CELComprehension.Kind, over target: CELSyntax, _ arguments: [CELSyntax], at position: Int
    ) throws(CELError) -> (CELNode, CELType) {
        let (range, rangeType) = try bind(target)
        guard let element = rangeType.element else {
            throw CELError(
                .compilation,
                "expression of type '\(rangeType.name)' cannot be range of a comprehension (must be list, map, or dynamic)",
                at: target.position)
        }
        let name = try Self.variableName(arguments[0])
        let slot = newSlot()
        var condition: CELNode?
        if arguments.count == 3 {
            let (node, type) = try bind(arguments[1], with: name, element, in: slot)
            guard type.agrees(with: .bool) else { throw Self.notBool(type, at: arguments[1].position) }
            condition = node
        }
        let last = arguments[arguments.count - 1]
        let (body, bodyType) = try bind(last, with: name, element, in: slot)
        guard kind == .map || bodyType.agrees(with: .bool) else { throw Self.notBool(bodyType, at: last.position) }
        let result: CELType =
            switch kind {
            case .all, .exists, .existsOne: .bool
            case .filter: .list(element)
            case .map: .list(bodyType)
            }
        return (
            .comprehension(
                CELComprehension(kind: kind, range: range, slot: slot, condition: condition, body: body)), result
        )
    }

    private static func notBool(_ type: CELType, at position: Int) -> CELError {
        CELError(.compilation, "expected type 'bool' but found '\(type.name)'", at: position)
    }

    private mutating func optionalMap(
        _ target: CELSyntax, _ arguments: [CELSyntax], isFlat: Bool, at position: Int
    ) throws(CELError) -> (CELNode, CELType) {
        let (node, type) = try bind(target)
        var value = CELType.dynamic
        if case .optional(let inner) = type { value = inner }
        let slot = newSlot()
        let name = try Self.variableName(arguments[0])
        let (body, bodyType) = try bind(arguments[1], with: name, value, in: slot)
        return (.mapOptional(node, slot: slot, body, isFlat: isFlat), isFlat ? bodyType : .optional(bodyType))
    }
}
