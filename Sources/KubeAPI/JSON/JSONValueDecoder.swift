/// Reads a `Decodable` value out of a `JSONValue`. Unknown fields are passed over, `null` counts as missing.
package struct JSONValueDecoder: Sendable {
    package init() {}

    /// - Throws: `JSONError` that names the field by its path.
    package func decode<Value: Decodable>(_ type: Value.Type, from json: JSONValue) throws -> Value {
        try decodeValue(type, from: json, codingPath: [])
    }
}

private func decodeValue<Value: Decodable>(
    _ type: Value.Type, from json: JSONValue, codingPath: [any CodingKey]
) throws -> Value {
    if let value = json as? Value, Value.self == JSONValue.self { return value }
    if Value.self == JSONObject.self, let fields = json.object as? Value { return fields }
    do {
        return try Value(from: ValueDecoder(json: json, codingPath: codingPath))
    } catch let error as DecodingError {
        throw JSONError(error)
    }
}

extension JSONError {
    /// For types whose own `init(from:)` throws Swift's error.
    fileprivate init(_ error: DecodingError) {
        switch error {
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            self.init(.type, context.debugDescription, path: context.codingPath.fieldPath)
        case .keyNotFound(let key, let context):
            self.init(.missing, "is required", path: (context.codingPath + [key]).fieldPath)
        case .dataCorrupted(let context):
            self.init(.value, context.debugDescription, path: context.codingPath.fieldPath)
        @unknown default:
            self.init(.value, String(describing: error))
        }
    }
}

private struct ValueDecoder: Decoder {
    let json: JSONValue
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard let fields = json.object else { throw mismatch(json, "an object", codingPath) }
        return KeyedDecodingContainer(KeyedContainer(fields: fields, codingPath: codingPath))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard let elements = json.array else { throw mismatch(json, "an array", codingPath) }
        return UnkeyedContainer(elements: elements, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer {
        SingleContainer(json: json, codingPath: codingPath)
    }
}

private func mismatch(_ json: JSONValue, _ wanted: String, _ path: [any CodingKey]) -> JSONError {
    let article = ["array", "integer", "object"].contains(json.typeName) ? "an" : "a"
    let found = json.isNull ? "null" : "\(article) \(json.typeName)"
    return JSONError(.type, "expected \(wanted), found \(found)", path: path.fieldPath)
}

private func scalar<Value>(_ json: JSONValue, _ path: [any CodingKey], as type: Value.Type) throws -> Value {
    if Value.self == String.self {
        guard let value = json.string as? Value else { throw mismatch(json, "a string", path) }
        return value
    }
    if Value.self == Bool.self {
        guard let value = json.bool as? Value else { throw mismatch(json, "a boolean", path) }
        return value
    }
    guard let value = json.number as? Value else { throw mismatch(json, "a number", path) }
    return value
}

private func integer<Value: FixedWidthInteger>(
    _ json: JSONValue, _ path: [any CodingKey], as type: Value.Type
) throws -> Value {
    guard let whole = json.integer else { throw mismatch(json, "an integer", path) }
    guard let value = Value(exactly: whole) else {
        throw JSONError(.value, "\(whole) is out of range", path: path.fieldPath)
    }
    return value
}

private struct KeyedContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let fields: JSONObject
    let codingPath: [any CodingKey]

    var allKeys: [Key] { fields.keys.compactMap { Key(stringValue: $0) } }

    func contains(_ key: Key) -> Bool { fields.contains(key.stringValue) }

    func decodeNil(forKey key: Key) -> Bool { fields[key.stringValue]?.isNull ?? true }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try decodeValue(type, from: field(key), codingPath: codingPath + [key])
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try ValueDecoder(json: field(key), codingPath: codingPath + [key]).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try ValueDecoder(json: field(key), codingPath: codingPath + [key]).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { ValueDecoder(json: .object(fields), codingPath: codingPath) }

    func superDecoder(forKey key: Key) throws -> any Decoder {
        ValueDecoder(json: try field(key), codingPath: codingPath + [key])
    }

    private func field(_ key: Key) throws -> JSONValue {
        guard let value = fields[key.stringValue] else {
            throw JSONError(.missing, "is required", path: (codingPath + [key]).fieldPath)
        }
        return value
    }
}

private struct UnkeyedContainer: UnkeyedDecodingContainer {
    let elements: [JSONValue]
    let codingPath: [any CodingKey]
    private(set) var currentIndex = 0

    init(elements: [JSONValue], codingPath: [any CodingKey]) {
        self.elements = elements
        self.codingPath = codingPath
    }

    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex >= elements.count }

    private var elementPath: [any CodingKey] { codingPath + [AnyCodingKey(intValue: currentIndex)] }

    private mutating func next() throws -> JSONValue {
        guard !isAtEnd else { throw JSONError(.missing, "is required", path: elementPath.fieldPath) }
        defer { currentIndex += 1 }
        return elements[currentIndex]
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd, elements[currentIndex].isNull else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let path = elementPath
        return try decodeValue(type, from: next(), codingPath: path)
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        let path = elementPath
        return try ValueDecoder(json: next(), codingPath: path).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        let path = elementPath
        return try ValueDecoder(json: next(), codingPath: path).unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder {
        let path = elementPath
        return ValueDecoder(json: try next(), codingPath: path)
    }
}

private struct SingleContainer: SingleValueDecodingContainer {
    let json: JSONValue
    let codingPath: [any CodingKey]

    func decodeNil() -> Bool { json.isNull }
    func decode(_ type: Bool.Type) throws -> Bool { try scalar(json, codingPath, as: type) }
    func decode(_ type: String.Type) throws -> String { try scalar(json, codingPath, as: type) }
    func decode(_ type: Double.Type) throws -> Double { try scalar(json, codingPath, as: type) }
    func decode(_ type: Float.Type) throws -> Float { Float(try scalar(json, codingPath, as: Double.self)) }
    func decode(_ type: Int.Type) throws -> Int { try integer(json, codingPath, as: type) }
    func decode(_ type: Int8.Type) throws -> Int8 { try integer(json, codingPath, as: type) }
    func decode(_ type: Int16.Type) throws -> Int16 { try integer(json, codingPath, as: type) }
    func decode(_ type: Int32.Type) throws -> Int32 { try integer(json, codingPath, as: type) }
    func decode(_ type: Int64.Type) throws -> Int64 { try integer(json, codingPath, as: type) }
    func decode(_ type: UInt.Type) throws -> UInt { try integer(json, codingPath, as: type) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try integer(json, codingPath, as: type) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try integer(json, codingPath, as: type) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try integer(json, codingPath, as: type) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try integer(json, codingPath, as: type) }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try decodeValue(type, from: json, codingPath: codingPath)
    }
}

extension JSONValue: Decodable {
    /// Only `JSONValueDecoder` reads this type: it hands the value over as it is.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let single = container as? SingleContainer else {
            throw JSONError(.type, "a JSON value can be read by JSONValueDecoder only")
        }
        self = single.json
    }
}

extension JSONObject: Decodable {
    package init(from decoder: any Decoder) throws {
        let json = try JSONValue(from: decoder)
        guard let fields = json.object else { throw mismatch(json, "an object", decoder.codingPath) }
        self = fields
    }
}
