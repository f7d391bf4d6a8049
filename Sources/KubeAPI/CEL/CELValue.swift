/// The value of an expression. Source: CEL specification, "Values".
enum CELValue: Sendable {
    struct Entry: Sendable {
        var key: CELValue
        var value: CELValue
    }

    case null
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    case timestamp(Timestamp)
    case duration(Duration)
    case quantity(Quantity)
    case list([CELValue])
    case map([Entry])
    /// A list of the object that is judged; its elements become values as they are looked at.
    case array([JSONValue], CELSchema)
    case object(JSONObject, CELSchema)
    indirect case optional(CELValue?)
    /// A type, by its name.
    case type(String)

    /// A value of the object that is judged.
    init(_ json: JSONValue, _ schema: CELSchema) {
        switch json {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = schema.form == .number ? .double(Double(value)) : .int(value)
        case .number(let value):
            let whole = schema.form == .integer ? Int64(exactly: value) : nil
            self = whole.map(CELValue.int) ?? .double(value)
        case .string(let text): self = Self.text(text, schema.form)
        case .array(let elements): self = .array(elements, schema)
        case .object(let fields): self = .object(fields, schema)
        }
    }

    /// A text that does not have its format is judged as a text; the schema refuses it.
    private static func text(_ text: String, _ form: CELSchema.Form) -> CELValue {
        switch form {
        case .timestamp:
            (Timestamp(rfc3339: text) ?? Timestamp(rfc3339: text + "T00:00:00Z")).map(CELValue.timestamp)
                ?? .string(text)
        case .duration: CELDuration.parse(text).map(CELValue.duration) ?? .string(text)
        case .bytes: Base64.decode(text).map(CELValue.bytes) ?? .string(text)
        default: .string(text)
        }
    }

    /// What the cost of an operation depends on. Source: cel-go, `actualSize`.
    var size: Int {
        switch self {
        case .string(let text): text.utf8.count
        case .bytes(let bytes): bytes.count
        case .list(let elements): elements.count
        case .map(let entries): entries.count
        case .array(let elements, _): elements.count
        case .object(let fields, _): fields.count
        case .optional(let value?): value.size
        default: 1
        }
    }

    /// The elements of a list, `nil` for what is none.
    var elements: [CELValue]? {
        switch self {
        case .list(let elements): elements
        case .array(let elements, let schema): elements.map { CELValue($0, schema.values ?? .any) }
        default: nil
        }
    }

    /// The keys of a map or the elements of a list: what a macro goes through.
    var range: [CELValue]? {
        switch self {
        case .map(let entries): entries.map(\.key)
        case .object(let fields, _): fields.keys.map(CELValue.string)
        default: elements
        }
    }

    /// The name of its type, as `type` gives it.
    var typeName: String {
        switch self {
        case .null: "null_type"
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .timestamp: "google.protobuf.Timestamp"
        case .duration: "google.protobuf.Duration"
        case .quantity: "kubernetes.Quantity"
        case .list, .array: "list"
        case .map, .object: "map"
        case .optional: "optional_type"
        case .type: "type"
        }
    }

    /// The value of a key, or of a field by its name in expressions; `nil` where there is none.
    func field(_ name: String) -> CELValue? {
        switch self {
        case .object(let fields, let schema):
            switch schema.form {
            case .object: schema.fields[name].flatMap { field in fields[field.name].map { CELValue($0, field.schema) } }
            default: fields[name].map { CELValue($0, schema.values ?? .any) }
            }
        case .map(let entries): entries.first { $0.key.equals(.string(name)) }?.value
        default: nil
        }
    }

    var isMap: Bool {
        switch self {
        case .map, .object: true
        default: false
        }
    }
}

// Comparison.
extension CELValue {
    /// Numbers are equal across their types; values of different types are not equal.
    func equals(_ other: CELValue) -> Bool {
        switch (self, other) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.int(let left), .int(let right)): left == right
        case (.string(let left), .string(let right)): left == right
        case (.bytes(let left), .bytes(let right)): left == right
        case (.timestamp(let left), .timestamp(let right)): left == right
        case (.duration(let left), .duration(let right)): left == right
        case (.quantity(let left), .quantity(let right)): left == right
        case (.type(let left), .type(let right)): left == right
        case (.optional(let left), .optional(let right)):
            switch (left, right) {
            case (let left?, let right?): left.equals(right)
            case (nil, nil): true
            default: false
            }
        default: isNumber && other.isNumber ? compare(other) == 0 : partsEqual(other)
        }
    }

    private var isNumber: Bool {
        switch self {
        case .int, .uint, .double: true
        default: false
        }
    }

    private func partsEqual(_ other: CELValue) -> Bool {
        if let left = elements, let right = other.elements {
            guard left.count == right.count else { return false }
            return isUnordered
                ? left.allSatisfy { element in right.contains { $0.equals(element) } }
                : zip(left, right).allSatisfy { $0.equals($1) }
        }
        guard isMap, other.isMap, let keys = range, other.range?.count == keys.count else { return false }
        return keys.allSatisfy { key in
            guard let left = self[key], let right = other[key] else { return false }
            return left.equals(right)
        }
    }

    /// Whether the order of a list counts for nothing.
    private var isUnordered: Bool {
        guard case .array(_, let schema) = self else { return false }
        return schema.listType != .atomic
    }

    /// The value of a key of a map; `nil` where there is none.
    subscript(key: CELValue) -> CELValue? {
        switch (self, key) {
        case (.map(let entries), _): entries.first { $0.key.equals(key) }?.value
        case (.object(let fields, let schema), .string(let name)):
            // Keys that a macro gives are names as the object has them.
            fields[name].map { value in
                CELValue(value, schema.values ?? schema.fields.values.first { $0.name == name }?.schema ?? .any)
            }
        default: nil
        }
    }

    /// Below, at or above 0, as the value is less than, equal to or greater than the other; `nil` where they have no order.
    func compare(_ other: CELValue) -> Int? {
        func sign<Value: Comparable>(_ left: Value, _ right: Value) -> Int {
            left < right ? -1 : left == right ? 0 : 1
        }
        return switch (self, other) {
        case (.int(let left), .int(let right)): sign(left, right)
        case (.uint(let left), .uint(let right)): sign(left, right)
        case (.int(let left), .uint(let right)): left < 0 ? -1 : sign(UInt64(left), right)
        case (.uint(let left), .int(let right)): right < 0 ? 1 : sign(left, UInt64(right))
        case (.double(let left), .double(let right)): left.isNaN || right.isNaN ? nil : sign(left, right)
        case (.int(let left), .double(let right)): right.isNaN ? nil : sign(Double(left), right)
        case (.double(let left), .int(let right)): left.isNaN ? nil : sign(left, Double(right))
        case (.uint(let left), .double(let right)): right.isNaN ? nil : sign(Double(left), right)
        case (.double(let left), .uint(let right)): left.isNaN ? nil : sign(left, Double(right))
        case (.string(let left), .string(let right)):
            // By code point, which is the order of the bytes.
            left == right ? 0 : left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : 1
        case (.bytes(let left), .bytes(let right)): left == right ? 0 : left.lexicographicallyPrecedes(right) ? -1 : 1
        case (.bool(let left), .bool(let right)): sign(left ? 1 : 0, right ? 1 : 0)
        case (.timestamp(let left), .timestamp(let right)): sign(left, right)
        case (.duration(let left), .duration(let right)): sign(left, right)
        case (.quantity(let left), .quantity(let right)): sign(left, right)
        default: nil
        }
    }
}
