/// Reads an expression. Source: CEL specification, "Syntax".
struct CELParser {
    /// Longer expressions are refused, as in Kubernetes.
    static let maximumLength = 100_000

    private let tokens: [CELToken]
    private var next = 0
    private var depth = 0

    /// Words that are no names, since a later version of CEL may need them.
    private static let reserved: Set = [
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
        "namespace", "return", "var", "void", "while",
    ]

    static func parse(_ source: String) throws(CELError) -> CELSyntax {
        guard source.utf8.count <= maximumLength else {
            throw CELError(.compilation, "expression code point size exceeds limit: \(maximumLength)")
        }
        var parser = CELParser(tokens: try CELLexer.tokens(of: source))
        let expression = try parser.expression()
        guard parser.token.kind == .end else { throw parser.unexpected }
        return expression
    }

    private init(tokens: [CELToken]) { self.tokens = tokens }

    private var token: CELToken { tokens[next] }

    private var unexpected: CELError {
        let input = token.kind == .end ? "<EOF>" : "\(token.kind)"
        return CELError(.compilation, "Syntax error: unexpected \(input)", at: token.position)
    }

    private mutating func take(_ symbol: String) -> Bool {
        guard token.isSymbol(symbol) else { return false }
        next += 1
        return true
    }

    private mutating func expect(_ symbol: String) throws(CELError) {
        guard take(symbol) else { throw unexpected }
    }

    private mutating func expression() throws(CELError) -> CELSyntax {
        depth += 1
        defer { depth -= 1 }
        guard depth <= CELSyntax.maximumDepth else { throw CELSyntax.tooDeep(token.position) }
        let condition = try alternatives()
        let position = token.position
        guard take("?") else { return condition }
        let yes = try alternatives()
        try expect(":")
        let no = try expression()
        return try CELSyntax(.conditional(condition, yes, no), at: position, over: [condition, yes, no])
    }

    private mutating func alternatives() throws(CELError) -> CELSyntax {
        var terms = [try conjunction()]
        let position = token.position
        while take("||") { terms.append(try conjunction()) }
        return terms.count == 1 ? terms[0] : try CELSyntax(.any(terms), at: position, over: terms)
    }

    private mutating func conjunction() throws(CELError) -> CELSyntax {
        var terms = [try operation(above: 0)]
        let position = token.position
        while take("&&") { terms.append(try operation(above: 0)) }
        return terms.count == 1 ? terms[0] : try CELSyntax(.all(terms), at: position, over: terms)
    }

    /// Operators that bind tighter than a precedence, from left to right.
    private mutating func operation(above precedence: Int) throws(CELError) -> CELSyntax {
        var left = try unary()
        while case .symbol(let text) = token.kind, let symbol = CELOperator(rawValue: text),
            symbol.precedence > precedence
        {
            let position = token.position
            next += 1
            let right = try operation(above: symbol.precedence)
            left = try CELSyntax(.binary(symbol, left, right), at: position, over: [left, right])
        }
        return left
    }

    private mutating func unary() throws(CELError) -> CELSyntax {
        let position = token.position
        for (symbol, isNegation) in [("!", true), ("-", false)] where token.isSymbol(symbol) {
            var count = 0
            // The last minus before a number belongs to it.
            while token.isSymbol(symbol), isNegation || !isSignOfLiteral {
                next += 1
                count += 1
            }
            let operand = try member()
            guard count % 2 == 1 else { return operand }
            return try CELSyntax(isNegation ? .not(operand) : .negate(operand), at: position, over: [operand])
        }
        return try member()
    }

    private var isSignOfLiteral: Bool {
        guard token.isSymbol("-") else { return false }
        switch tokens[next + 1].kind {
        case .integer, .double: return true
        default: return false
        }
    }

    private mutating func member() throws(CELError) -> CELSyntax {
        var operand = try primary()
        while true {
            let position = token.position
            if take(".") {
                operand = try selection(of: operand, at: position)
            } else if take("[") {
                let isOptional = take("?")
                let index = try expression()
                try expect("]")
                operand = try CELSyntax(
                    .index(operand, index, isOptional: isOptional), at: position, over: [operand, index])
            } else {
                return operand
            }
        }
    }

    private mutating func selection(of operand: CELSyntax, at position: Int) throws(CELError) -> CELSyntax {
        let isOptional = take("?")
        guard case .name(let name) = token.kind else { throw unexpected }
        next += 1
        let open = token.position
        if !isOptional, take("(") {
            let arguments = try list(until: ")")
            return try CELSyntax(
                .call(name, target: operand, arguments: arguments), at: open, over: [operand] + arguments)
        }
        return try CELSyntax(.select(operand, name, isOptional: isOptional), at: position, over: [operand])
    }

    private mutating func list(until end: String) throws(CELError) -> [CELSyntax] {
        var elements: [CELSyntax] = []
        while !take(end) {
            if !elements.isEmpty { try expect(",") }
            elements.append(try expression())
        }
        return elements
    }

    private mutating func primary() throws(CELError) -> CELSyntax {
        let token = token
        func literal(_ value: CELValue) throws(CELError) -> CELSyntax {
            next += 1
            return try CELSyntax(.literal(value), at: token.position, over: [])
        }
        switch token.kind {
        case .integer, .double, .symbol("-"): return try literal(number())
        case .unsigned(let value): return try literal(.uint(value))
        case .string(let text): return try literal(.string(text))
        case .bytes(let bytes): return try literal(.bytes(bytes))
        case .symbol("true"): return try literal(.bool(true))
        case .symbol("false"): return try literal(.bool(false))
        case .symbol("null"): return try literal(.null)
        case .symbol("("):
            next += 1
            let inner = try expression()
            try expect(")")
            return inner
        case .symbol("["): return try listLiteral()
        case .symbol("{"): return try mapLiteral()
        case .symbol("."):
            next += 1
            return try name()
        default: return try name()
        }
    }

    /// A number with its sign; the last token of it is left.
    private mutating func number() throws(CELError) -> CELValue {
        let start = token.position
        let isNegative = isSignOfLiteral
        if isNegative { next += 1 }
        switch token.kind {
        case .double(let value): return .double(isNegative ? -value : value)
        case .integer(let digits, let isHexadecimal):
            guard let value = Int64((isNegative ? "-" : "") + digits, radix: isHexadecimal ? 16 : 10) else {
                throw CELError(.compilation, "invalid int literal", at: start)
            }
            return .int(value)
        default: throw unexpected
        }
    }

    private mutating func name() throws(CELError) -> CELSyntax {
        let token = token
        guard case .name(let name) = token.kind else { throw unexpected }
        next += 1
        let open = self.token.position
        if take("(") {
            let arguments = try list(until: ")")
            return try CELSyntax(.call(name, target: nil, arguments: arguments), at: open, over: arguments)
        }
        guard !Self.reserved.contains(name) else {
            throw CELError(.compilation, "reserved identifier: \(name)", at: token.position)
        }
        return try CELSyntax(.name(name), at: token.position, over: [])
    }

    private mutating func listLiteral() throws(CELError) -> CELSyntax {
        let position = token.position
        next += 1
        var elements: [(value: CELSyntax, isOptional: Bool)] = []
        while !take("]") {
            if !elements.isEmpty {
                try expect(",")
                if take("]") { break }
            }
            let isOptional = take("?")
            elements.append((try expression(), isOptional))
        }
        return try CELSyntax(.list(elements), at: position, over: elements.map(\.value))
    }

    private mutating func mapLiteral() throws(CELError) -> CELSyntax {
        let position = token.position
        next += 1
        var entries: [(key: CELSyntax, value: CELSyntax, isOptional: Bool)] = []
        while !take("}") {
            if !entries.isEmpty {
                try expect(",")
                if take("}") { break }
            }
            let isOptional = take("?")
            let key = try expression()
            try expect(":")
            entries.append((key, try expression(), isOptional))
        }
        return try CELSyntax(.map(entries), at: position, over: entries.flatMap { [$0.key, $0.value] })
    }
}
