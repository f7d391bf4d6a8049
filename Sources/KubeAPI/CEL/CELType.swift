/// What is known of a value before there is one.
indirect enum CELType: Sendable {
    /// Nothing.
    case dynamic
    case null, bool, int, uint, double, string, bytes, timestamp, duration, quantity, type
    case list(CELType)
    case map(key: CELType, value: CELType)
    case object(CELSchema)
    case optional(CELType)

    init(_ schema: CELSchema) {
        self =
            switch schema.form {
            case .any: .dynamic
            case .bool: .bool
            case .integer: .int
            case .number: .double
            case .string: .string
            case .bytes: .bytes
            case .timestamp: .timestamp
            case .duration: .duration
            case .object: .object(schema)
            case .map: .map(key: .string, value: schema.values.map(CELType.init) ?? .dynamic)
            case .list: .list(schema.values.map(CELType.init) ?? .dynamic)
            }
    }

    /// The name that compilers of CEL give to it.
    var name: String {
        switch self {
        case .dynamic: "dyn"
        case .null: "null"
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .timestamp: "timestamp"
        case .duration: "duration"
        case .quantity: "kubernetes.Quantity"
        case .type: "type"
        case .list(let element): "list(\(element.name))"
        case .map(let key, let value): "map(\(key.name), \(value.name))"
        case .object: "object"
        case .optional(let value): "optional_type(\(value.name))"
        }
    }

    var isNumber: Bool {
        switch self {
        case .int, .uint, .double: true
        default: false
        }
    }

    var isDynamic: Bool {
        if case .dynamic = self { true } else { false }
    }

    /// Whether a value can be of both types.
    func agrees(with other: CELType) -> Bool {
        switch (self, other) {
        case (.dynamic, _), (_, .dynamic): true
        case (.list(let left), .list(let right)): left.agrees(with: right)
        case (.map(let key, let value), .map(let otherKey, let otherValue)):
            key.agrees(with: otherKey) && value.agrees(with: otherValue)
        case (.object, .object), (.object, .map), (.map, .object): true
        case (.optional(let left), .optional(let right)): left.agrees(with: right)
        default: name == other.name
        }
    }

    /// The type of a value that is one or the other.
    func joined(_ other: CELType) -> CELType {
        switch (self, other) {
        case (.object(let left), .object(let right)): left === right ? self : .dynamic
        case (.list(let left), .list(let right)): .list(left.joined(right))
        case (.map(let key, let left), .map(_, let right)): .map(key: key, value: left.joined(right))
        default: name == other.name ? self : .dynamic
        }
    }

    /// Of what a macro goes through.
    var element: CELType? {
        switch self {
        case .dynamic: .dynamic
        case .list(let element): element
        case .map(let key, _): key
        default: nil
        }
    }
}
