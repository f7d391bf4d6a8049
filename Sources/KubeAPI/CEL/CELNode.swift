/// A part of a compiled expression: names are places, constant patterns are compiled.
indirect enum CELNode: Sendable {
    case constant(CELValue)
    case variable(Int)
    /// The field of an object whose schema is known: by its name in the object.
    case field(CELNode, String, CELSchema)
    case select(CELNode, String)
    case optionalSelect(CELNode, String)
    case has(CELNode, String)
    case index(CELNode, CELNode, isOptional: Bool)
    case not(CELNode)
    case negate(CELNode)
    case all([CELNode])
    case any([CELNode])
    case conditional(CELNode, CELNode, CELNode)
    case binary(CELOperator, CELNode, CELNode)
    case list([(value: CELNode, isOptional: Bool)])
    case map([(key: CELNode, value: CELNode, isOptional: Bool)])
    case matches(CELNode, RegularExpression)
    case call(CELFunction, [CELNode])
    case comprehension(CELComprehension)
    /// `optional.optMap(name, value)`; flat where the value is an optional itself.
    case mapOptional(CELNode, slot: Int, CELNode, isFlat: Bool)
}

/// A macro that goes through a list or the keys of a map.
struct CELComprehension: Sendable {
    enum Kind: String, Sendable {
        case all, exists
        case existsOne = "exists_one"
        case filter, map
    }

    var kind: Kind
    var range: CELNode
    /// Where the variable lies.
    var slot: Int
    /// Of `map`: which elements count.
    var condition: CELNode?
    var body: CELNode
}
