/// What CEL knows of a value by its structural schema: the fields that it may name, and how values compare.
///
/// Source: k8s.io/apiserver, `pkg/cel/common/schemas.go`.
final class CELSchema: Sendable {
    enum Form: Sendable {
        /// A number or a text, or anything.
        case any
        case bool, integer, number, string, bytes, timestamp, duration
        /// An object with the fields of its schema.
        case object
        /// An object with keys of its own.
        case map
        case list
    }

    struct Field: Sendable {
        /// As it stands in the object.
        let name: String
        let schema: CELSchema
    }

    let form: Form
    /// By the names under which an expression knows them.
    let fields: [String: Field]
    /// Of the values of a map, or of the elements of a list.
    let values: CELSchema?
    let listType: TypeSchema.ListType

    static let any = CELSchema(.any)
    static let string = CELSchema(.string)

    private init(_ form: Form, fields: [Field] = [], values: CELSchema? = nil, listType: TypeSchema.ListType = .atomic)
    {
        self.form = form
        let named = fields.compactMap { field in CELFieldName.escaped(field.name).map { ($0, field) } }
        self.fields = Dictionary(named, uniquingKeysWith: { first, _ in first })
        self.values = values
        self.listType = listType
    }

    /// - Parameter isResource: whether the value is an object with `apiVersion`, `kind` and `metadata`, of which
    ///   expressions know the name.
    /// - Returns: `nil` where expressions cannot name the value.
    static func make(_ json: JSONValue, isResource: Bool = false) -> CELSchema? {
        if json["x-kubernetes-int-or-string"]?.bool == true { return any }
        switch json["type"]?.string {
        case "array":
            guard let items = json["items"].flatMap({ make($0) }) else { return nil }
            return CELSchema(.list, values: items, listType: .init(openAPI: json))
        case "object":
            if let values = json["additionalProperties"], values.object != nil {
                return make(values).map { CELSchema(.map, values: $0) }
            }
            return object(json, isResource: isResource)
        case "string": return CELSchema(form(ofTextIn: json["format"]?.string))
        case "boolean": return CELSchema(.bool)
        case "integer": return CELSchema(.integer)
        case "number": return CELSchema(.number)
        default: return nil
        }
    }

    private static func object(_ json: JSONValue, isResource: Bool) -> CELSchema {
        let isEmbedded = json["x-kubernetes-embedded-resource"]?.bool == true
        var fields = (json["properties"]?.object ?? [:]).compactMap { name, property in
            make(property).map { Field(name: name, schema: $0) }
        }
        if isResource || isEmbedded {
            fields.removeAll { ["apiVersion", "kind", "metadata"].contains($0.name) }
            let metadata = CELSchema(
                .object, fields: ["name", "generateName"].map { Field(name: $0, schema: .string) })
            fields += [
                Field(name: "apiVersion", schema: .string), Field(name: "kind", schema: .string),
                Field(name: "metadata", schema: metadata),
            ]
        }
        return CELSchema(.object, fields: fields)
    }

    private static func form(ofTextIn format: String?) -> Form {
        switch format {
        case "byte": .bytes
        case "date", "date-time": .timestamp
        case "duration": .duration
        default: .string
        }
    }
}

extension TypeSchema.ListType {
    /// What tells an element of a map apart; `nil` for other lists.
    func key(of element: JSONValue) -> [JSONValue?]? {
        guard case .map(let keys) = self else { return nil }
        return keys.map { element[$0] }
    }
}

/// The names of fields in expressions, where not every text is a name.
///
/// Source: k8s.io/apiserver, `pkg/cel/escaping.go`.
enum CELFieldName {
    private static let reserved: Set = [
        "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import",
        "let", "loop", "package", "namespace", "return", "var", "void", "while",
    ]

    /// `nil` where no name can stand for the field.
    static func escaped(_ field: String) -> String? {
        guard let first = field.utf8.first, !first.isDecimalDigit else { return nil }
        if reserved.contains(field) { return "__\(field)__" }
        let isWritable = field.utf8.allSatisfy { byte in
            byte.isDecimalDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || [UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "/")].contains(byte)
        }
        guard isWritable else { return nil }
        return field.replacing("__", with: "__underscores__").replacing(".", with: "__dot__")
            .replacing("-", with: "__dash__").replacing("/", with: "__slash__")
    }
}
