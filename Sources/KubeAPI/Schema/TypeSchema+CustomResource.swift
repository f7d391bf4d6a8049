extension TypeSchema {
    /// The schema of a CRD's version, with the fields that the server adds to every object.
    ///
    /// - Parameter json: `openAPIV3Schema`; without one, everything is kept.
    package static func customResource(_ json: JSONValue?) -> TypeSchema {
        let head: [Field] = [
            Field(name: "apiVersion", schema: TypeSchema(.string)), Field(name: "kind", schema: TypeSchema(.string)),
            Field(name: "metadata", schema: TypeSchema(.object, reference: "ObjectMeta")),
        ]
        let own = json.map { TypeSchema(openAPI: $0) }
        let names = Set(head.map(\.name))
        return TypeSchema(
            .object, fields: head + (own?.fields.filter { !names.contains($0.name) } ?? []),
            additional: own?.additional, preservesUnknownFields: own?.preservesUnknownFields ?? true,
            rules: own?.rules ?? ValueRules(), text: own?.text ?? "")
    }

    /// A structural schema. Source: Kubernetes documentation, "Specifying a structural schema".
    package convenience init(openAPI json: JSONValue) {
        let additional = json["additionalProperties"]
        let isEmbedded = json["x-kubernetes-embedded-resource"]?.bool ?? false
        var fields = (json["properties"]?.object ?? [:]).map {
            Field(name: $0.key, schema: TypeSchema(openAPI: $0.value))
        }
        if isEmbedded { fields = Self.withHead(fields) }
        self.init(
            Self.form(json), fields: fields,
            additional: additional?.object.map { TypeSchema(openAPI: .object($0)) }
                ?? (additional?.bool == true ? .anything : nil),
            items: json["items"].map { TypeSchema(openAPI: $0) }, listType: ListType(openAPI: json),
            isAtomicMap: json["x-kubernetes-map-type"]?.string == "atomic",
            preservesUnknownFields: json["x-kubernetes-preserve-unknown-fields"]?.bool ?? false,
            isEmbeddedResource: isEmbedded, isNullable: json["nullable"]?.bool ?? false, presence: .keepsZero,
            defaultValue: json["default"], publishesDefault: true, rules: ValueRules(openAPI: json),
            text: json["description"]?.string ?? "")
    }

    private static func withHead(_ fields: [Field]) -> [Field] {
        let head: [(String, TypeSchema)] = [
            ("apiVersion", TypeSchema(.string)), ("kind", TypeSchema(.string)),
            ("metadata", TypeSchema(.object, reference: "ObjectMeta")),
        ]
        let missing = head.filter { name, _ in !fields.contains { $0.name == name } }
        return missing.map { Field(name: $0.0, schema: $0.1) } + fields
    }

    private static func form(_ json: JSONValue) -> Form {
        if json["x-kubernetes-int-or-string"]?.bool == true { return .intOrString }
        return switch json["type"]?.string {
        case "object": .object
        case "array": .array
        case "string": .string
        case "integer": .integer
        case "number": .number
        case "boolean": .boolean
        default: .any
        }
    }
}

extension TypeSchema.ListType {
    init(openAPI json: JSONValue) {
        switch json["x-kubernetes-list-type"]?.string {
        case "map": self = .map(keys: json["x-kubernetes-list-map-keys"]?.array?.compactMap(\.string) ?? [])
        case "set": self = .set
        default: self = .atomic
        }
    }
}

extension ValueRules {
    init(openAPI json: JSONValue) {
        func count(_ key: String) -> Int? { json[key]?.integer.map(Int.init) }
        func schemas(_ key: String) -> [TypeSchema] { (json[key]?.array ?? []).map { TypeSchema(openAPI: $0) } }
        required = json["required"]?.array?.compactMap(\.string) ?? []
        allowed = json["enum"]?.array ?? []
        minimum = json["minimum"]?.number
        maximum = json["maximum"]?.number
        isMinimumExclusive = json["exclusiveMinimum"]?.bool ?? false
        isMaximumExclusive = json["exclusiveMaximum"]?.bool ?? false
        multipleOf = json["multipleOf"]?.number
        minimumLength = count("minLength")
        maximumLength = count("maxLength")
        pattern = json["pattern"]?.string.map(LazyExpression.init)
        format = json["format"]?.string
        minimumItems = count("minItems")
        maximumItems = count("maxItems")
        hasUniqueItems = json["uniqueItems"]?.bool ?? false
        minimumProperties = count("minProperties")
        maximumProperties = count("maxProperties")
        allOf = schemas("allOf")
        anyOf = schemas("anyOf")
        oneOf = schemas("oneOf")
        not = json["not"].map { [TypeSchema(openAPI: $0)] } ?? []
        expressions = json["x-kubernetes-validations"]
    }
}
