/// A `labelSelector` parameter. Source: k8s.io/apimachinery, labels.Parse.
struct LabelQuery: Sendable, Hashable {
    enum Test: Sendable, Hashable {
        case exists
        case absent
        case `in`(Set<String>)
        case notIn(Set<String>)
        case greater(Int64)
        case less(Int64)
    }

    struct Requirement: Sendable, Hashable {
        var key: String
        var test: Test
    }

    var requirements: [Requirement] = []

    var isEmpty: Bool { requirements.isEmpty }

    func matches(_ labels: [String: String]) -> Bool {
        requirements.allSatisfy { requirement in
            let value = labels[requirement.key]
            return switch requirement.test {
            case .exists: value != nil
            case .absent: value == nil
            case .in(let values): value.map(values.contains) ?? false
            case .notIn(let values): !(value.map(values.contains) ?? false)
            case .greater(let bound): value.flatMap { Int64($0) }.map { $0 > bound } ?? false
            case .less(let bound): value.flatMap { Int64($0) }.map { $0 < bound } ?? false
            }
        }
    }

    init() {}

    /// - Throws: `APIFailure` 400.
    init(_ text: String) throws {
        var parser = Parser(text)
        requirements = try parser.requirements()
    }

    private struct Parser {
        private var tokens: [String] = []
        private var position = 0

        private static let symbols: Set<String> = ["=", "==", "!=", "(", ")", ",", "!", ">", "<"]

        init(_ text: String) { tokens = Self.tokens(text) }

        mutating func requirements() throws -> [Requirement] {
            var result: [Requirement] = []
            while peek != nil {
                result.append(try requirement())
                guard let next = take() else { break }
                guard next == "," else { throw Self.failure("found '\(next)', expected: ',' or 'end of string'") }
                guard peek != nil else { throw Self.failure("found '', expected: identifier after ','") }
            }
            return result
        }

        private var peek: String? { position < tokens.count ? tokens[position] : nil }

        private mutating func take() -> String? {
            defer { position += 1 }
            return peek
        }

        private mutating func requirement() throws -> Requirement {
            if peek == "!" {
                position += 1
                return Requirement(key: try key(), test: .absent)
            }
            let key = try key()
            switch peek {
            case nil, ",": return Requirement(key: key, test: .exists)
            case "=", "==":
                position += 1
                return Requirement(key: key, test: .in([try value()]))
            case "!=":
                position += 1
                return Requirement(key: key, test: .notIn([try value()]))
            case "in":
                position += 1
                return Requirement(key: key, test: .in(try values()))
            case "notin":
                position += 1
                return Requirement(key: key, test: .notIn(try values()))
            case ">":
                position += 1
                return Requirement(key: key, test: .greater(try number()))
            case "<":
                position += 1
                return Requirement(key: key, test: .less(try number()))
            case let other?:
                throw Self.failure("found '\(other)', expected: in, notin, =, ==, !=, gt, lt")
            }
        }

        private mutating func key() throws -> String {
            let token = take() ?? ""
            guard !token.isEmpty, !Self.symbols.contains(token) else {
                throw Self.failure("found '\(token)', expected: identifier")
            }
            return token
        }

        /// A value may be missing: `a=` selects the empty one.
        private mutating func value() throws -> String {
            switch peek {
            case nil, ",": return ""
            case let token? where Self.symbols.contains(token):
                throw Self.failure("found '\(token)', expected: identifier")
            default: return take() ?? ""
            }
        }

        private mutating func number() throws -> Int64 {
            let token = try value()
            guard let number = Int64(token) else {
                throw Self.failure("for 'Gt', 'Lt' operators, the value must be an integer")
            }
            return number
        }

        private mutating func values() throws -> Set<String> {
            guard take() == "(" else { throw Self.failure("found '\(tokens[position - 1])', expected: '('") }
            var values: Set<String> = []
            while true {
                switch take() {
                case nil: throw Self.failure("found '', expected: ',', ')' or identifier")
                case ")": return values
                case ",": values.insert("")
                case let token?:
                    values.insert(token)
                    if peek == "," { position += 1 }
                }
            }
        }

        private static func failure(_ what: String) -> APIFailure {
            .badRequest("unable to parse requirement: \(what)")
        }

        private static func tokens(_ text: String) -> [String] {
            var tokens: [String] = []
            var word = ""
            var index = text.startIndex
            func flush() {
                if !word.isEmpty { tokens.append(word) }
                word = ""
            }
            while index < text.endIndex {
                let character = text[index]
                index = text.index(after: index)
                switch character {
                case " ", "\t", "\n", "\r": flush()
                case "(", ")", ",", ">", "<":
                    flush()
                    tokens.append(String(character))
                case "=", "!":
                    flush()
                    if index < text.endIndex, text[index] == "=" {
                        index = text.index(after: index)
                        tokens.append("\(character)=")
                    } else {
                        tokens.append(String(character))
                    }
                default: word.append(character)
                }
            }
            flush()
            return tokens
        }
    }
}
