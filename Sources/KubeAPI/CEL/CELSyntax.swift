/// An expression as it is written, without names resolved.
struct CELSyntax {
    indirect enum Form {
        case literal(CELValue)
        case name(String)
        case select(CELSyntax, String, isOptional: Bool)
        case index(CELSyntax, CELSyntax, isOptional: Bool)
        case call(String, target: CELSyntax?, arguments: [CELSyntax])
        case list([(value: CELSyntax, isOptional: Bool)])
        case map([(key: CELSyntax, value: CELSyntax, isOptional: Bool)])
        case all([CELSyntax])
        case any([CELSyntax])
        case not(CELSyntax)
        case negate(CELSyntax)
        case conditional(CELSyntax, CELSyntax, CELSyntax)
        case binary(CELOperator, CELSyntax, CELSyntax)
    }

    let form: Form
    let position: Int
    /// How many expressions lie in each other.
    let depth: Int

    /// As in Kubernetes; what is deeper could not be evaluated on a thread with a small stack.
    static let maximumDepth = 250

    init(_ form: Form, at position: Int, over children: [CELSyntax]) throws(CELError) {
        depth = (children.map(\.depth).max() ?? 0) + 1
        self.form = form
        self.position = position
        guard depth <= Self.maximumDepth else { throw Self.tooDeep(position) }
    }

    static func tooDeep(_ position: Int) -> CELError {
        CELError(.compilation, "expression recursion limit exceeded: \(maximumDepth)", at: position)
    }
}

/// An operator between two operands.
enum CELOperator: String, Sendable {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case isIn = "in"
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case remainder = "%"

    /// As error messages of CEL name it.
    var functionName: String { self == .isIn ? "@in" : "_\(rawValue)_" }

    /// Binds the tighter, the higher it is.
    var precedence: Int {
        switch self {
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .isIn: 1
        case .add, .subtract: 2
        case .multiply, .divide, .remainder: 3
        }
    }
}
