/// A JSON document in memory: what YAML, patches, Kubernetes objects without a type of their own and the embedded
/// API server work on.
///
/// Integers and other numbers are told apart, as Kubernetes does: `1` is `.integer`, `1.0` and `1e3` are `.number`.
package enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

extension JSONValue {
    package var isNull: Bool { self == .null }

    /// Whether it is a string, a number or a boolean.
    var isScalar: Bool {
        switch self {
        case .string, .integer, .number, .bool: true
        case .null, .array, .object: false
        }
    }

    package var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    package var integer: Int64? {
        switch self {
        case .integer(let value): value
        case .number(let value): Int64(exactly: value)
        default: nil
        }
    }

    package var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    package var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    package var array: [JSONValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    package var object: JSONObject? {
        if case .object(let value) = self { value } else { nil }
    }

    /// The field of an object. Setting `nil` removes it; setting a value in what is no object makes it one.
    package subscript(key: String) -> JSONValue? {
        get { object?[key] }
        set {
            if newValue == nil, object == nil { return }
            // Taken out before it is changed, so that the storage is unique and nothing is copied.
            var fields = object ?? JSONObject()
            self = .null
            fields[key] = newValue
            self = .object(fields)
        }
    }

    /// The element of an array, `nil` outside of its bounds.
    package subscript(index: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// The value at a path of field names, `nil` where one is missing.
    package subscript(path path: [String]) -> JSONValue? {
        get { path.reduce(Optional(self)) { value, key in value?[key] } }
        set {
            guard let first = path.first else {
                self = newValue ?? .null
                return
            }
            if path.count == 1 {
                self[first] = newValue
                return
            }
            if newValue == nil, self[first] == nil { return }
            var child = self[first] ?? .object(JSONObject())
            // Taken out for the same reason.
            self[first] = .null
            child[path: Array(path.dropFirst())] = newValue
            self[first] = child
        }
    }

    /// The name of the value's type, for messages.
    package var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .integer: "integer"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}

// Not by `nil`: in `isGone ? nil : value` that would mean `.null` where a missing field is meant.
extension JSONValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(floatLiteral value: Double) { self = .number(value) }
    package init(stringLiteral value: String) { self = .string(value) }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(JSONObject(elements))
    }
}

extension JSONValue: CustomStringConvertible {
    package var description: String { serializedString() }
}
