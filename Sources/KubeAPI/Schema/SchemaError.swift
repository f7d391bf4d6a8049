/// What a value breaks of its schema. The words for it are a matter of who asks.
package struct SchemaError: Sendable {
    package enum Kind: Sendable, Hashable {
        case wrongType
        case unknownField(String)
        case required
        /// None of the values that there are to choose from.
        case unsupported
        case belowMinimum, aboveMaximum, noMultiple
        case tooShort, tooLong, noMatch, wrongFormat, noQuantity
        case tooFewItems, tooManyItems, repeatedItems
        /// `value` is what tells elements of the list apart.
        case duplicate
        case tooFewProperties, tooManyProperties
        case fitsNone
        /// Of alternatives that exclude one another.
        case fitsNotOne(found: Int)
        case fitsNotAll, fitsExcluded
    }

    package let kind: Kind
    package let path: PathText
    /// `nil` where nothing is.
    package let value: JSONValue?
    /// Whose rule it is: that of the value, or of the object that has the field where the field is unknown.
    package let schema: TypeSchema
}
