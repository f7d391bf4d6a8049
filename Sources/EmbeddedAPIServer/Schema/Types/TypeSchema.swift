import KubeAPI

/// The structure of one type: what the server validates, prunes, defaults, merges and publishes by.
///
/// Made from a CRD (`TypeSchema.init(openAPI:)`) or from the notation of the built-in kinds (`TypeNotation`).
final class TypeSchema: Sendable {
    enum Form: Sendable, Hashable {
        case object, array, string, integer, number, boolean
        /// A number or a text such as `25%`.
        case intOrString
        /// An amount such as `500m`; stored in its canonical form.
        case quantity
        /// Anything: no type is given.
        case any
    }

    /// How the elements of a list are told apart. Source: Kubernetes documentation, "Merge strategy".
    enum ListType: Sendable, Hashable {
        case atomic, set
        case map(keys: [String])
    }

    /// What a strategic merge patch does with a field.
    struct PatchRule: Sendable, Hashable {
        var mergeKey: String?
        var merges = false
        var retainsKeys = false
        var replaces = false
    }

    struct Field: Sendable {
        let name: String
        let schema: TypeSchema
    }

    /// How a built-in kind writes a field that has its zero value (the Go types of the real server).
    enum Presence: Sendable, Hashable {
        /// Left out when empty, zero or false.
        case omitsZero
        /// Left out only when it was not given.
        case keepsZero
        /// Always there: zero, `{}` or `null` when it was not given.
        case always
    }

    let form: Form
    /// The name of a type in `TypeCatalogue` that this one stands for.
    let reference: String?
    let fields: [Field]
    /// The values of keys that are no field.
    let additional: TypeSchema?
    let items: TypeSchema?
    let listType: ListType
    let isAtomicMap: Bool
    let preservesUnknownFields: Bool
    let isEmbeddedResource: Bool
    let isNullable: Bool
    let presence: Presence
    let defaultValue: JSONValue?
    /// Whether the default is shown in the OpenAPI documents and counts for list keys.
    let publishesDefault: Bool
    let patch: PatchRule
    let rules: ValueRules
    let text: String
    private let positions: [String: Int]

    init(
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
    var resolved: TypeSchema {
        guard let reference else { return self }
        return TypeCatalogue.type(named: reference) ?? .anything
    }

    /// The declared field; `nil` for unknown fields and the keys of maps.
    func field(_ name: String) -> TypeSchema? { positions[name].map { fields[$0].schema } }

    /// The schema of a key: a declared field, or the values of the map.
    func child(_ name: String) -> TypeSchema? { field(name) ?? additional }

    /// The zero value that a field which is always there is published with.
    var publishedZero: JSONValue? {
        switch form {
        case .string: rules.format == nil ? .string("") : nil
        case .integer, .number: .integer(0)
        case .boolean: .bool(false)
        default: nil
        }
    }

    /// Accepts and keeps everything. Objects merge by key, lists are atomic.
    static let anything = TypeSchema(.any, preservesUnknownFields: true)
}

/// What a value has to fulfil beyond its form.
struct ValueRules: Sendable {
    var required: [String] = []
    var allowed: [JSONValue] = []
    var minimum: Double?
    var maximum: Double?
    var isMinimumExclusive = false
    var isMaximumExclusive = false
    var multipleOf: Double?
    var minimumLength: Int?
    var maximumLength: Int?
    var pattern: RegularExpression?
    var format: String?
    var minimumItems: Int?
    var maximumItems: Int?
    var hasUniqueItems = false
    var minimumProperties: Int?
    var maximumProperties: Int?
    var allOf: [TypeSchema] = []
    var anyOf: [TypeSchema] = []
    var oneOf: [TypeSchema] = []
    var not: [TypeSchema] = []
    /// `x-kubernetes-validations` as written: to be published.
    var expressions: JSONValue?
}
