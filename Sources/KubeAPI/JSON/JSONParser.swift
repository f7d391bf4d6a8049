internal import CSimdJSON

/// Reads JSON with simdjson.
///
/// One parser keeps its memory between documents; it is not `Sendable`, a caller on another thread takes its own.
package struct JSONParser: ~Copyable {
    private let parser: OpaquePointer

    package init() {
        guard let parser = qm_json_parser_create() else { fatalError("out of memory: no JSON parser") }
        self.parser = parser
    }

    deinit {
        qm_json_parser_destroy(parser)
    }

    /// Parses one document of UTF-8 text.
    ///
    /// - Throws: `JSONError` with code `.syntax`; nothing of a broken document is returned. Nesting beyond 1,024
    ///   levels and numbers beyond a `Double` are errors.
    package mutating func parse(_ bytes: UnsafeRawBufferPointer) throws(JSONError) -> JSONValue {
        switch attempt(bytes) {
        case .value(let value): return value
        case .failure(let error, isNumber: false): throw error
        case .failure(let error, isNumber: true):
            // Go writes 1e20 as an integer of 21 digits, which simdjson refuses for any number beyond 64 bits.
            guard let rewritten = Self.withFractionsForLongIntegers(bytes) else { throw error }
            switch rewritten.withUnsafeBytes({ attempt($0) }) {
            case .value(let value): return value
            case .failure(let error, _): throw error
            }
        }
    }

    private enum Attempt {
        case value(JSONValue)
        case failure(JSONError, isNumber: Bool)
    }

    private mutating func attempt(_ bytes: UnsafeRawBufferPointer) -> Attempt {
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), !bytes.isEmpty else {
            return .failure(JSONError(.syntax, "the document is empty"), isNumber: false)
        }
        var tape: UnsafePointer<UInt64>?
        var strings: UnsafePointer<UInt8>?
        let code = qm_json_parse(parser, base, bytes.count, &tape, &strings)
        guard code == 0, let tape, let strings else {
            let error = JSONError(.syntax, "not JSON: \(String(cString: qm_json_error_message(code)))")
            return .failure(error, isNumber: qm_json_is_number_error(code) != 0)
        }
        // The first word is the document's root, the value follows.
        var reader = TapeReader(tape: tape, strings: strings, position: 1)
        return .value(reader.value())
    }

    /// The text with `.0` behind integers that may be beyond 64 bits; `nil` where there are none.
    private static func withFractionsForLongIntegers(_ bytes: UnsafeRawBufferPointer) -> [UInt8]? {
        var rewritten: [UInt8] = []
        var start = 0
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "\"") {
                index += 1
                while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
                    index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
                }
                index += 1
            } else if isPartOfNumber(bytes[index]) {
                let number = index
                while index < bytes.count, isPartOfNumber(bytes[index]) { index += 1 }
                let isInteger = bytes[number..<index].allSatisfy { $0 <= UInt8(ascii: "9") && $0 != UInt8(ascii: ".") }
                guard isInteger, index - number >= 19 else { continue }
                let text = String(decoding: bytes[number..<index], as: UTF8.self)
                guard Int64(text) == nil, UInt64(text) == nil else { continue }
                rewritten += bytes[start..<index]
                rewritten += Array(".0".utf8)
                start = index
            } else {
                index += 1
            }
        }
        return start == 0 ? nil : rewritten + bytes[start...]
    }

    private static func isPartOfNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
            UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }
}

/// Walks simdjson's tape. Source: simdjson, "The Tape".
private struct TapeReader {
    let tape: UnsafePointer<UInt64>
    let strings: UnsafePointer<UInt8>
    var position: Int

    private static let payloadMask: UInt64 = 0x00FF_FFFF_FFFF_FFFF

    mutating func value() -> JSONValue {
        let word = tape[position]
        position += 1
        switch UInt8(truncatingIfNeeded: word >> 56) {
        case UInt8(ascii: "{"): return object(word)
        case UInt8(ascii: "["): return array(word)
        case UInt8(ascii: "\""): return .string(string(word))
        case UInt8(ascii: "l"): return .integer(Int64(bitPattern: next()))
        case UInt8(ascii: "u"):
            let value = next()
            return Int64(exactly: value).map(JSONValue.integer) ?? .number(Double(value))
        case UInt8(ascii: "d"): return .number(Double(bitPattern: next()))
        case UInt8(ascii: "t"): return .bool(true)
        case UInt8(ascii: "f"): return .bool(false)
        default: return .null
        }
    }

    private mutating func next() -> UInt64 {
        defer { position += 1 }
        return tape[position]
    }

    /// The number of elements: 24 bits that stay at their maximum for larger containers.
    private func count(_ word: UInt64) -> Int { Int((word & Self.payloadMask) >> 32) }

    private mutating func object(_ word: UInt64) -> JSONValue {
        let end = Int(word & 0xFFFF_FFFF) - 1
        var fields = JSONObject(minimumCapacity: min(count(word), 4096))
        while position < end {
            let key = string(tape[position])
            position += 1
            fields[key] = value()
        }
        position = end + 1
        return .object(fields)
    }

    private mutating func array(_ word: UInt64) -> JSONValue {
        let end = Int(word & 0xFFFF_FFFF) - 1
        var elements: [JSONValue] = []
        elements.reserveCapacity(min(count(word), 4096))
        while position < end { elements.append(value()) }
        position = end + 1
        return .array(elements)
    }

    private func string(_ word: UInt64) -> String {
        let start = strings + Int(word & Self.payloadMask)
        let length = UnsafeRawPointer(start).loadUnaligned(as: UInt32.self)
        let bytes = UnsafeBufferPointer(start: start + MemoryLayout<UInt32>.size, count: Int(length))
        // simdjson has validated the UTF-8.
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension JSONValue {
    /// Parses one document of UTF-8 text; see `JSONParser.parse`.
    package static func parse(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
        // `withUnsafeBytes` of arrays rethrows untyped errors only, hence the result.
        let result = bytes.withUnsafeBytes { buffer in
            Result<JSONValue, JSONError> { () throws(JSONError) in
                var parser = JSONParser()
                return try parser.parse(buffer)
            }
        }
        return try result.get()
    }

    package static func parse(_ text: String) throws(JSONError) -> JSONValue {
        try parse(Array(text.utf8))
    }
}
