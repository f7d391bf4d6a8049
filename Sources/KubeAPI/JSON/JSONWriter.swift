extension JSONValue {
    /// The document as compact UTF-8 text, fields in their order.
    package func serialized() -> [UInt8] {
        var writer = JSONWriter()
        writer.write(self)
        return writer.bytes
    }

    package func serializedString() -> String { String(decoding: serialized(), as: UTF8.self) }

    /// Compact text with the fields of every object sorted: equal values give equal bytes, for hashes.
    package func canonicalBytes() -> [UInt8] {
        var writer = JSONWriter(sortsKeys: true)
        writer.write(self)
        return writer.bytes
    }
}

/// Writes JSON text: the counterpart of `JSONParser`.
package struct JSONWriter {
    package private(set) var bytes: [UInt8] = []
    private let sortsKeys: Bool

    package init(sortsKeys: Bool = false) {
        self.sortsKeys = sortsKeys
        bytes.reserveCapacity(512)
    }

    package mutating func write(_ value: JSONValue) {
        switch value {
        case .null: append("null")
        case .bool(let value): append(value ? "true" : "false")
        case .integer(let value): append(String(value))
        case .number(let value): write(value)
        case .string(let value): write(value)
        case .array(let elements): write(elements)
        case .object(let fields): write(fields)
        }
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func write(_ value: Double) {
        // JSON has no infinity; Kubernetes writes whole numbers without a fraction.
        guard value.isFinite else { return append("null") }
        if let whole = Int64(exactly: value), abs(value) < 1e15 { return append(String(whole)) }
        append(value.description)
    }

    private mutating func write(_ elements: [JSONValue]) {
        bytes.append(UInt8(ascii: "["))
        for (index, element) in elements.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            write(element)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func write(_ fields: JSONObject) {
        bytes.append(UInt8(ascii: "{"))
        var isFirst = true
        let ordered: [JSONObject.Field] = sortsKeys ? fields.sorted { $0.key < $1.key } : Array(fields)
        for (key, value) in ordered {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            write(key)
            bytes.append(UInt8(ascii: ":"))
            write(value)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            var start = 0
            for index in utf8.indices where Self.isEscaped(utf8[index]) {
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start..<index]))
                bytes.append(contentsOf: Self.escape(utf8[index]).utf8)
                start = index + 1
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start...]))
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func isEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private static func escape(_ byte: UInt8) -> String {
        switch byte {
        case UInt8(ascii: "\""): return "\\\""
        case UInt8(ascii: "\\"): return "\\\\"
        case 0x0A: return "\\n"
        case 0x0D: return "\\r"
        case 0x09: return "\\t"
        default:
            let (high, low) = byte.hexDigits
            return "\\u00" + String(decoding: [high, low], as: UTF8.self)
        }
    }
}
