/// A word of an expression. Source: CEL specification, "Syntax".
struct CELToken {
    enum Kind: Hashable {
        case name(String)
        /// An operator, a bracket, or one of the words `in`, `true`, `false`, `null`.
        case symbol(String)
        /// The digits, since `-9223372036854775808` is read with its sign.
        case integer(digits: String, isHexadecimal: Bool)
        case unsigned(UInt64)
        case double(Double)
        case string(String)
        case bytes([UInt8])
        case end
    }

    var kind: Kind
    /// In bytes of the expression.
    var position: Int

    func isSymbol(_ symbol: String) -> Bool { kind == .symbol(symbol) }
}
