/// Reads a `LabelQuery`, with the grammar and the messages of Kubernetes' own parser.
struct LabelQueryParser {
    private enum Token: Equatable {
        case word(String)
        /// `=`, `==`, `!=`, `!`, `>`, `<`, `(`, `)`, `,`
        case symbol(String)
        case end

        var text: String {
            switch self {
            case .word(let text), .symbol(let text): text
            case .end: ""
            }
        }
    }

    private typealias Requirement = LabelQuery.Requirement

    private var tokens: [Token]
    private var position = 0

    init(_ text: String) { tokens = Self.tokens(of: text) }

    mutating func requirements() throws(SelectorError) -> [LabelQuery.Requirement] {
        var requirements: [Requirement] = []
        while true {
            switch peek {
            case .end: return requirements
            case .word, .symbol("!"): break
            case .symbol(let text):
                throw SelectorError("found '\(text)', expected: !, identifier, or 'end of string'")
            }
            do {
                requirements.append(try requirement())
            } catch {
                throw SelectorError("unable to parse requirement: \(error.message)")
            }
            switch take() {
            case .end: return requirements
            case .symbol(","):
                switch peek {
                case .word, .symbol("!"): break
                default: throw SelectorError("found '\(peek.text)', expected: identifier after ','")
                }
            case let other: throw SelectorError("found '\(other.text)', expected: ',' or 'end of string'")
            }
        }
    }

    private var peek: Token { position < tokens.count ? tokens[position] : .end }

    private mutating func take() -> Token {
        defer { position += 1 }
        return peek
    }

    private mutating func requirement() throws(SelectorError) -> Requirement {
        let isNegated = peek == .symbol("!")
        if isNegated { position += 1 }
        let token = take()
        guard case .word(let key) = token else { throw SelectorError("found '\(token.text)', expected: identifier") }
        let problems = Names.problems(ofLabelKey: key)
        guard problems.isEmpty else {
            throw SelectorError("<nil>: Invalid value: \"\(key)\": \(problems.joined(separator: "; "))")
        }
        if isNegated { return Requirement(key: key, test: .doesNotExist) }
        if peek == .end || peek == .symbol(",") { return Requirement(key: key, test: .exists) }
        return Requirement(key: key, test: try test(of: key))
    }

    private mutating func test(of key: String) throws(SelectorError) -> Requirement.Test {
        let token = take()
        switch token {
        case .symbol("="), .symbol("=="): return .isIn(try checked([exactValue()], key))
        case .symbol("!="): return .notIn(try checked([exactValue()], key))
        case .word("in"): return .isIn(try checked(values(), key))
        case .word("notin"): return .notIn(try checked(values(), key))
        case .symbol(">"): return .greaterThan(try number())
        case .symbol("<"): return .lessThan(try number())
        default: throw SelectorError("found '\(token.text)', expected: in, notin, =, ==, !=, gt, lt")
        }
    }

    /// A missing value is the empty one.
    private mutating func exactValue() throws(SelectorError) -> String {
        switch peek {
        case .end, .symbol(","): return ""
        case .word(let value):
            position += 1
            return value
        case .symbol(let text): throw SelectorError("found '\(text)', expected: identifier")
        }
    }

    private mutating func number() throws(SelectorError) -> Int64 {
        let text = try exactValue()
        guard let number = Int64(text) else {
            throw SelectorError(
                "values[0]: Invalid value: \"\(text)\": for 'Gt', 'Lt' operators, the value must be an integer")
        }
        return number
    }

    /// `(a,b)`; `()`, and a place between two commas, hold the empty value.
    private mutating func values() throws(SelectorError) -> Set<String> {
        let open = take()
        guard open == .symbol("(") else { throw SelectorError("found '\(open.text)' expected: '('") }
        var values: Set<String> = []
        while true {
            if case .word(let value) = peek {
                position += 1
                values.insert(value)
            } else {
                values.insert("")
            }
            switch take() {
            case .symbol(","): continue
            case .symbol(")"): return values
            case let other: throw SelectorError("found '\(other.text)', expected: ',' or ')'")
            }
        }
    }

    private func checked(_ values: Set<String>, _ key: String) throws(SelectorError) -> Set<String> {
        for (index, value) in values.sorted().enumerated() {
            let problems = Names.problems(ofLabelValue: value)
            guard problems.isEmpty else {
                throw SelectorError(
                    "values[\(index)][\(key)]: Invalid value: \"\(value)\": \(problems.joined(separator: "; "))")
            }
        }
        return values
    }

    private static func tokens(of text: String) -> [Token] {
        var tokens: [Token] = []
        var word = ""
        let scalars = Array(text.unicodeScalars)
        var index = 0
        func endWord() {
            if !word.isEmpty { tokens.append(.word(word)) }
            word = ""
        }
        while index < scalars.count {
            let scalar = scalars[index]
            index += 1
            switch scalar {
            case " ", "\t", "\r", "\n": endWord()
            case "=", "!":
                endWord()
                let isDouble = index < scalars.count && scalars[index] == "="
                if isDouble { index += 1 }
                tokens.append(.symbol(isDouble ? "\(scalar)=" : "\(scalar)"))
            case "(", ")", ",", ">", "<":
                endWord()
                tokens.append(.symbol("\(scalar)"))
            default: word.unicodeScalars.append(scalar)
            }
        }
        endWord()
        return tokens
    }
}
