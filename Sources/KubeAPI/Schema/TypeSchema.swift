/// The structure of one type: what the server validates, prunes, defaults, merges and publishes by.
///
/// Made from a CRD (`TypeSchema.init(openAPI:)`) or from the notation of the built-in kinds (`TypeNotation`).
package final class TypeSchema: Sendable {
    /// What a value is in JSON.
    package enum Form: Sendable, Hashable {
        case object, array, string, integer, number, boolean
        /// A number or a text such as `25%`.
        case intOrString
        /// An amount such as `500m`; stored in its canonical form.
        case quantity
        /// Anything: no type is given.
        case any
    }

    /// How the elements of a list are told apart. Source: Kubernetes documentation, "Merge strategy".
    package enum ListType: Sendable, Hashable {
        case atomic, set
        case map(keys: [String])
    }

    /// What a strategic merge patch does with a field.
    package struct PatchRule: Sendable, Hashable {
        /// The field that tells the elements of a list apart; `nil` where they are values, or a map is meant.
        package var mergeKey: String?
        package var merges = false
        package var retainsKeys = false
        package var replaces = false

        package init() {}
    }

    /// A declared field, in the order of declaration.
    package struct Field: Sendable {
        package let name: String
        package let schema: TypeSchema
    }

    /// How a built-in kind writes a field that has its zero value (the Go types of the real server).
    package enum Presence: Sendable, Hashable {
        /// Left out when empty, zero or false.
        case omitsZero
        /// Left out only when it was not given.
        case keepsZero
        /// Always there: zero, `{}` or `null` when it was not given.
        case always
    }

    package let form: Form
    /// The name of a type in `TypeCatalogue` that this one stands for.
    package let reference: String?
    /// Of an object; empty for maps, and where `reference` names a type.
    package let fields: [Field]
    /// The values of keys that are no field.
    package let additional: TypeSchema?
    /// The elements of a list.
    package let items: TypeSchema?
    package let listType: ListType
    /// One manager has the whole object or map (`x-kubernetes-map-type: atomic`). A struct says so in its own type.
    package let isAtomicMap: Bool
    package let preservesUnknownFields: Bool
    /// `apiVersion`, `kind` and `metadata` inside are those of an object (`x-kubernetes-embedded-resource`).
    package let isEmbeddedResource: Bool
    package let isNullable: Bool
    package let presence: Presence
    /// What the server puts in the place of nothing.
    package let defaultValue: JSONValue?
    /// Whether the default is shown in the OpenAPI documents and counts for list keys.
    package let publishesDefault: Bool
    package let patch: PatchRule
    package let rules: ValueRules
    /// The description of a CRD's field; the catalogue has none.
    package let text: String
    private let positions: [String: Int]

    /// A type, or with `reference` what stands for one of the catalogue.
    package init(
        _ form: Form, reference: String? = nil, fields: [Field] = [], additional: TypeSchema? = nil,
        items: TypeSchema? = nil, listType: ListType = .atomic, isAtomicMap: Bool = false,
        preservesUnknownFields: Bool = false, isEmbeddedResource: Bool = false, isNullable: Bool = false,
        presence: Presence = .omitsZero, defaultValue: JSONValue? = nil, publishesDefault: Bool = false,
        patch: PatchRule = PatchRule(), rules: ValueRules = ValueRules(), text: String = ""
    ) {
        self.form = form
        self.reference = reference
        self.fields = fields
        self.additional = additional
        self.items = items
        self.listType = listType
        self.isAtomicMap = isAtomicMap
        self.preservesUnknownFields = preservesUnknownFields
        self.isEmbeddedResource = isEmbeddedResource
        self.isNullable = isNullable
        self.presence = presence
        self.defaultValue = defaultValue
        self.publishesDefault = publishesDefault
        self.patch = patch
        self.rules = rules
        self.text = text
        positions = Dictionary(fields.indices.map { (fields[$0].name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The type itself, or the one that it refers to.
    package var resolved: TypeSchema {
        guard let reference else { return self }
        return TypeCatalogue.type(named: reference) ?? .anything
    }

    /// The declared field; `nil` for unknown fields and the keys of maps.
    package func field(_ name: String) -> TypeSchema? { positions[name].map { fields[$0].schema } }

    /// The schema of a key: a declared field, or the values of the map.
    package func child(_ name: String) -> TypeSchema? { field(name) ?? additional }

    /// The zero value that a field which is always there is published with.
    package var publishedZero: JSONValue? {
        switch form {
        case .string: rules.format == nil ? .string("") : nil
        case .integer, .number: .integer(0)
        case .boolean: .bool(false)
        default: nil
        }
    }

    /// Accepts and keeps everything. Objects merge by key, lists are atomic.
    package static let anything = TypeSchema(.any, preservesUnknownFields: true)
}

/// What a value has to fulfil beyond its form.
package struct ValueRules: Sendable {
    package var required: [String] = []
    package var allowed: [JSONValue] = []
    package var minimum: Double?
    package var maximum: Double?
    package var isMinimumExclusive = false
    package var isMaximumExclusive = false
    package var multipleOf: Double?
    package var minimumLength: Int?
    package var maximumLength: Int?
    package var pattern: LazyExpression?
    package var format: String?
    package var minimumItems: Int?
    package var maximumItems: Int?
    package var hasUniqueItems = false
    package var minimumProperties: Int?
    package var maximumProperties: Int?
    package var allOf: [TypeSchema] = []
    package var anyOf: [TypeSchema] = []
    package var oneOf: [TypeSchema] = []
    package var not: [TypeSchema] = []
    /// `x-kubernetes-validations` as written: to be published.
    package var expressions: JSONValue?

    package init() {}
}
