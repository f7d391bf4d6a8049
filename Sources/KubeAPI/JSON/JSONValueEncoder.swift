/// Turns an `Encodable` value into a `JSONValue`; optional fields that are `nil` are left out.
package struct JSONValueEncoder: Sendable {
    package init() {}

    package func encode(_ value: some Encodable) throws -> JSONValue {
        let slot = EncodedSlot()
        try encodeValue(value, into: slot, codingPath: [])
        return slot.value
    }
}

/// Where one encoder leaves its result. A class because the containers of `Encoder` write into their parent.
private final class EncodedSlot {
    enum Content {
        case value(JSONValue)
        case object([(String, EncodedSlot)])
        case array([EncodedSlot])
    }

    var content = Content.value(.null)

    var value: JSONValue {
        switch content {
        case .value(let value): value
        case .object(let fields): .object(JSONObject(fields.map { ($0.0, $0.1.value) }))
        case .array(let elements): .array(elements.map(\.value))
        }
    }

    func makeObject() {
        if case .object = content { return }
        content = .object([])
    }

    func makeArray() {
        if case .array = content { return }
        content = .array([])
    }

    func field(_ key: String) -> EncodedSlot {
        let slot = EncodedSlot()
        guard case .object(var fields) = content else { return slot }
        content = .value(.null)
        fields.append((key, slot))
        content = .object(fields)
        return slot
    }

    func element() -> EncodedSlot {
        let slot = EncodedSlot()
        guard case .array(var elements) = content else { return slot }
        content = .value(.null)
        elements.append(slot)
        content = .array(elements)
        return slot
    }
}

private func encodeValue(_ value: some Encodable, into slot: EncodedSlot, codingPath: [any CodingKey]) throws {
    switch value {
    case let value as JSONValue: slot.content = .value(value)
    case let value as JSONObject: slot.content = .value(.object(value))
    case let value as String: slot.content = .value(.string(value))
    case let value as Bool: slot.content = .value(.bool(value))
    case let value as any SortedEncodable: try value.encodeSorted(into: slot, codingPath: codingPath)
    default:
        try value.encode(to: ValueEncoder(slot: slot, codingPath: codingPath))
    }
}

/// Dictionaries have no order of their own; they are written sorted, so that equal values give equal text.
private protocol SortedEncodable {
    func encodeSorted(into slot: EncodedSlot, codingPath: [any CodingKey]) throws
}

extension Dictionary: SortedEncodable where Key == String, Value: Encodable {
    fileprivate func encodeSorted(into slot: EncodedSlot, codingPath: [any CodingKey]) throws {
        slot.makeObject()
        for (key, value) in sorted(by: { $0.key < $1.key }) {
            try encodeValue(value, into: slot.field(key), codingPath: codingPath + [AnyCodingKey(key)])
        }
    }
}

private struct ValueEncoder: Encoder {
    let slot: EncodedSlot
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        slot.makeObject()
        return KeyedEncodingContainer(KeyedContainer(slot: slot, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        slot.makeArray()
        return UnkeyedContainer(slot: slot, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        SingleContainer(slot: slot, codingPath: codingPath)
    }
}

private struct KeyedContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let slot: EncodedSlot
    let codingPath: [any CodingKey]

    mutating func encodeNil(forKey key: Key) { slot.field(key.stringValue).content = .value(.null) }

    mutating func encode(_ value: some Encodable, forKey key: Key) throws {
        try encodeValue(value, into: slot.field(key.stringValue), codingPath: codingPath + [key])
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy keyType: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        ValueEncoder(slot: slot.field(key.stringValue), codingPath: codingPath + [key]).container(keyedBy: keyType)
    }

    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        ValueEncoder(slot: slot.field(key.stringValue), codingPath: codingPath + [key]).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder {
        ValueEncoder(slot: slot.field("super"), codingPath: codingPath)
    }

    mutating func superEncoder(forKey key: Key) -> any Encoder {
        ValueEncoder(slot: slot.field(key.stringValue), codingPath: codingPath + [key])
    }
}

private struct UnkeyedContainer: UnkeyedEncodingContainer {
    let slot: EncodedSlot
    let codingPath: [any CodingKey]
    private(set) var count = 0

    init(slot: EncodedSlot, codingPath: [any CodingKey]) {
        self.slot = slot
        self.codingPath = codingPath
    }

    /// A new element, with its path for errors.
    private mutating func next() -> (slot: EncodedSlot, path: [any CodingKey]) {
        defer { count += 1 }
        return (slot.element(), codingPath + [AnyCodingKey(intValue: count)])
    }

    mutating func encodeNil() { next().slot.content = .value(.null) }

    mutating func encode(_ value: some Encodable) throws {
        let (slot, path) = next()
        try encodeValue(value, into: slot, codingPath: path)
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy keyType: Nested.Type) -> KeyedEncodingContainer<Nested> {
        let (slot, path) = next()
        return ValueEncoder(slot: slot, codingPath: path).container(keyedBy: keyType)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        let (slot, path) = next()
        return ValueEncoder(slot: slot, codingPath: path).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder {
        let (slot, path) = next()
        return ValueEncoder(slot: slot, codingPath: path)
    }
}

private struct SingleContainer: SingleValueEncodingContainer {
    let slot: EncodedSlot
    let codingPath: [any CodingKey]

    mutating func encodeNil() { slot.content = .value(.null) }
    mutating func encode(_ value: Bool) { slot.content = .value(.bool(value)) }
    mutating func encode(_ value: String) { slot.content = .value(.string(value)) }
    mutating func encode(_ value: Double) { slot.content = .value(.number(value)) }
    mutating func encode(_ value: Float) { slot.content = .value(.number(Double(value))) }
    mutating func encode(_ value: Int) { slot.content = .value(.integer(Int64(value))) }
    mutating func encode(_ value: Int8) { slot.content = .value(.integer(Int64(value))) }
    mutating func encode(_ value: Int16) { slot.content = .value(.integer(Int64(value))) }
    mutating func encode(_ value: Int32) { slot.content = .value(.integer(Int64(value))) }
    mutating func encode(_ value: Int64) { slot.content = .value(.integer(value)) }
    mutating func encode(_ value: UInt) throws { try encodeUnsigned(UInt64(value)) }
    mutating func encode(_ value: UInt8) { slot.content = .value(.integer(Int64(value))) }
    mutating func encode(_ value: UInt16) { slot.content = .value(.integer(Int64(value))) }
    mutating func encode(_ value: UInt32) { slot.content = .value(.integer(Int64(value))) }
    mutating func encode(_ value: UInt64) throws { try encodeUnsigned(value) }

    mutating func encode(_ value: some Encodable) throws {
        try encodeValue(value, into: slot, codingPath: codingPath)
    }

    private func encodeUnsigned(_ value: UInt64) throws {
        guard let whole = Int64(exactly: value) else {
            throw JSONError(.value, "\(value) does not fit 64 bits with a sign", path: codingPath.fieldPath)
        }
        slot.content = .value(.integer(whole))
    }
}

extension [any CodingKey] {
    /// The path as Kubernetes writes it: `spec.regions[0].name`.
    var fieldPath: String {
        reduce(into: "") { path, key in
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += path.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
    }
}

extension JSONValue: Encodable {
    /// For encoders other than `JSONValueEncoder`, which takes the value as it is.
    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .object(let fields):
            var container = encoder.container(keyedBy: AnyCodingKey.self)
            for (key, value) in fields { try container.encode(value, forKey: AnyCodingKey(key)) }
        case .array(let elements):
            var container = encoder.unkeyedContainer()
            for element in elements { try container.encode(element) }
        case .null:
            var container = encoder.singleValueContainer()
            try container.encodeNil()
        case .bool(let value):
            var container = encoder.singleValueContainer()
            try container.encode(value)
        case .integer(let value):
            var container = encoder.singleValueContainer()
            try container.encode(value)
        case .number(let value):
            var container = encoder.singleValueContainer()
            try container.encode(value)
        case .string(let value):
            var container = encoder.singleValueContainer()
            try container.encode(value)
        }
    }
}

extension JSONObject: Encodable {
    package func encode(to encoder: any Encoder) throws {
        try JSONValue.object(self).encode(to: encoder)
    }
}

struct AnyCodingKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(_ stringValue: String) {
        self.stringValue = stringValue
        intValue = nil
    }

    init?(stringValue: String) { self.init(stringValue) }

    init(intValue: Int) {
        stringValue = String(intValue)
        self.intValue = intValue
    }
}
