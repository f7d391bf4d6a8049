internal import KubeAPI

/// Reads request bodies in Kubernetes' protobuf form, which kubectl sends for what it makes from its own types:
/// `kubectl drain`, `create namespace`, `create token`, `auth can-i` and their like.
///
/// Only kinds in `ProtobufTypes` are read. A field that it does not know is an error, so that nothing gets lost.
/// Source: Kubernetes API concepts, "Protobuf encoding".
enum ProtobufObject {
    struct Failure: Error, Sendable {
        var message: String
    }

    private static let prefix: [UInt8] = [0x6B, 0x38, 0x73, 0x00]

    static func parse(_ bytes: [UInt8]) throws(Failure) -> JSONValue {
        guard bytes.starts(with: prefix) else { throw Failure(message: "the body does not begin with k8s\\x00") }
        var apiVersion = ""
        var kind = ""
        var raw: ArraySlice<UInt8> = []
        var envelope = ProtobufReader(bytes[4...])
        while let (number, value) = try envelope.next() {
            switch (number, value) {
            case (1, .bytes(let meta)):
                var reader = ProtobufReader(meta)
                while let (number, value) = try reader.next() {
                    guard case .bytes(let text) = value else { continue }
                    if number == 1 { apiVersion = String(decoding: text, as: UTF8.self) }
                    if number == 2 { kind = String(decoding: text, as: UTF8.self) }
                }
            case (2, .bytes(let content)): raw = content
            default: break
            }
        }
        guard ProtobufTypes.shared.fields(of: kind) != nil else {
            throw Failure(message: "\(apiVersion) \(kind) is not read in protobuf form, only as JSON or YAML")
        }
        var object: JSONValue = ["apiVersion": .string(apiVersion), "kind": .string(kind)]
        for (key, value) in try message(raw, kind) { object[key] = value }
        return object
    }

    private static func message(_ bytes: ArraySlice<UInt8>, _ type: String) throws(Failure) -> JSONObject {
        let fields = ProtobufTypes.shared.fields(of: type) ?? [:]
        var result = JSONObject()
        var reader = ProtobufReader(bytes)
        while let (number, value) = try reader.next() {
            guard let field = fields[number] else {
                // Go writes structs without content, with all their zeros.
                if isZero(value) { continue }
                throw Failure(message: "\(type) has a field \(number) that is not read in protobuf form")
            }
            try add(value, field, to: &result)
        }
        return result
    }

    private static func isZero(_ value: ProtobufReader.Value) -> Bool {
        guard case .bytes(let content) = value else {
            if case .number(0) = value { return true }
            return false
        }
        var reader = ProtobufReader(content)
        do {
            while let (_, value) = try reader.next() {
                guard isZero(value) else { return false }
            }
            return true
        } catch {
            return false
        }
    }

    private static func add(
        _ value: ProtobufReader.Value, _ field: ProtobufTypes.Field, to object: inout JSONObject
    ) throws(Failure) {
        switch field.form {
        case .list(let element):
            guard let value = try json(value, element) else { return }
            object[field.name] = .array((object[field.name]?.array ?? []) + [value])
        case .map(let element):
            guard case .bytes(let entry) = value else { return }
            var fields = object[field.name]?.object ?? [:]
            var key = ""
            var content = JSONValue.string("")
            var reader = ProtobufReader(entry)
            while let (number, value) = try reader.next() {
                if number == 1, case .bytes(let text) = value { key = String(decoding: text, as: UTF8.self) }
                if number == 2 { content = try json(value, element) ?? content }
            }
            fields[key] = content
            object[field.name] = .object(fields)
        default:
            // An empty text is one that was not given.
            if let value = try json(value, field.form), value != "" { object[field.name] = value }
        }
    }

    private static func json(
        _ value: ProtobufReader.Value, _ form: ProtobufTypes.Form
    ) throws(Failure) -> JSONValue? {
        switch (form, value) {
        case (.string, .bytes(let text)): return .string(String(decoding: text, as: UTF8.self))
        case (.bytes, .bytes(let content)): return .string(Base64.encode(Array(content)))
        case (.integer, .number(let number)): return .integer(Int64(bitPattern: number))
        case (.boolean, .number(let number)): return .bool(number != 0)
        case (.message(let name), .bytes(let content)): return .object(try message(content, name))
        case (.quantity, .bytes(let content)): return try numbered(content)[1]
        case (.intOrString, .bytes(let content)):
            let parts = try numbered(content)
            return parts[1]?.integer == 1 ? parts[3] ?? "" : parts[2] ?? 0
        case (.time, .bytes(let content)), (.microTime, .bytes(let content)):
            let parts = try numbered(content)
            guard let seconds = parts[1]?.integer else { return nil }
            let time = Timestamp(
                secondsSinceEpoch: seconds, nanoseconds: Int32(truncatingIfNeeded: parts[2]?.integer ?? 0))
            if case .microTime = form { return .string(time.rfc3339Micro) }
            return .string(time.rfc3339)
        default: throw Failure(message: "a field has another wire type than its own")
        }
    }

    /// Texts and numbers by their field numbers.
    private static func numbered(_ bytes: ArraySlice<UInt8>) throws(Failure) -> [Int: JSONValue] {
        var result: [Int: JSONValue] = [:]
        var reader = ProtobufReader(bytes)
        while let (number, value) = try reader.next() {
            switch value {
            case .bytes(let text): result[number] = .string(String(decoding: text, as: UTF8.self))
            case .number(let value): result[number] = .integer(Int64(bitPattern: value))
            }
        }
        return result
    }
}

/// Walks the fields of one message. Source: Protocol Buffers, "Encoding".
struct ProtobufReader {
    enum Value {
        case number(UInt64)
        case bytes(ArraySlice<UInt8>)
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    mutating func next() throws(ProtobufObject.Failure) -> (number: Int, value: Value)? {
        guard !rest.isEmpty else { return nil }
        let tag = try varint()
        let number = Int(truncatingIfNeeded: tag >> 3)
        switch tag & 7 {
        case 0: return (number, .number(try varint()))
        case 1: return (number, .bytes(try take(8)))
        case 2: return (number, .bytes(try take(Int(clamping: try varint()))))
        case 5: return (number, .bytes(try take(4)))
        default: throw ProtobufObject.Failure(message: "the body is no protobuf message")
        }
    }

    private mutating func varint() throws(ProtobufObject.Failure) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard let byte = rest.popFirst() else { break }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw ProtobufObject.Failure(message: "the body ends in the middle of a number")
    }

    private mutating func take(_ count: Int) throws(ProtobufObject.Failure) -> ArraySlice<UInt8> {
        guard count <= rest.count else {
            throw ProtobufObject.Failure(message: "the body ends in the middle of a field")
        }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}
