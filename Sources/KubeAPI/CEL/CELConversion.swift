/// From one type to another. Source: CEL specification, "Type Conversions".
enum CELConversion {
    static func failure(_ value: CELValue, _ type: String) -> CELError {
        CELError(.evaluation, "type conversion error from '\(value.typeName)' to '\(type)'")
    }

    static func int(_ value: CELValue) throws(CELError) -> Int64 {
        switch value {
        case .int(let number): return number
        case .uint(let number):
            guard let number = Int64(exactly: number) else { throw .overflow }
            return number
        case .double(let number):
            // Exactly 2^63 and its negative are refused as well, as in cel-go.
            guard number > -0x1p63, number < 0x1p63 else { throw .overflow }
            return Int64(number)
        case .string(let text):
            guard let number = Int64(text) else { throw failure(value, "int") }
            return number
        case .timestamp(let time): return time.secondsSinceEpoch
        case .duration(let duration): return CELDuration.nanoseconds(duration)
        default: throw failure(value, "int")
        }
    }

    static func uint(_ value: CELValue) throws(CELError) -> UInt64 {
        switch value {
        case .uint(let number): return number
        case .int(let number):
            guard let number = UInt64(exactly: number) else { throw .overflow }
            return number
        case .double(let number):
            guard number >= 0, number < 0x1p64 else { throw .overflow }
            return UInt64(number)
        case .string(let text):
            guard let number = UInt64(text) else { throw failure(value, "uint") }
            return number
        default: throw failure(value, "uint")
        }
    }

    static func double(_ value: CELValue) throws(CELError) -> Double {
        switch value {
        case .double(let number): return number
        case .int(let number): return Double(number)
        case .uint(let number): return Double(number)
        case .string(let text):
            guard let number = Double(text) else { throw failure(value, "double") }
            return number
        default: throw failure(value, "double")
        }
    }

    static func bool(_ value: CELValue) throws(CELError) -> Bool {
        switch value {
        case .bool(let truth): return truth
        case .string("1"), .string("t"), .string("T"), .string("true"), .string("TRUE"), .string("True"): return true
        case .string("0"), .string("f"), .string("F"), .string("false"), .string("FALSE"), .string("False"):
            return false
        default: throw failure(value, "bool")
        }
    }

    static func bytes(_ value: CELValue) throws(CELError) -> [UInt8] {
        switch value {
        case .bytes(let bytes): return bytes
        case .string(let text): return Array(text.utf8)
        default: throw failure(value, "bytes")
        }
    }

    static func string(_ value: CELValue) throws(CELError) -> String {
        switch value {
        case .string(let text): return text
        case .bool(let truth): return truth ? "true" : "false"
        case .int(let number): return String(number)
        case .uint(let number): return String(number)
        case .double(let number): return Int64(exactly: number).map(String.init) ?? number.description
        case .bytes(let bytes):
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw CELError(.evaluation, "invalid UTF-8 in bytes, cannot convert to string")
            }
            return text
        case .timestamp(let time): return time.nanoseconds == 0 ? time.rfc3339 : time.rfc3339Micro
        case .duration(let duration):
            let seconds = Double(CELDuration.nanoseconds(duration)) / 1e9
            return (Int64(exactly: seconds).map(String.init) ?? seconds.description) + "s"
        case .quantity(let quantity): return quantity.description
        default: throw failure(value, "string")
        }
    }

    static func duration(_ value: CELValue) throws(CELError) -> Duration {
        switch value {
        case .duration(let duration): return duration
        case .int(let number): return .nanoseconds(number)
        case .string(let text):
            guard let duration = CELDuration.parse(text) else { throw failure(value, "google.protobuf.Duration") }
            return duration
        default: throw failure(value, "google.protobuf.Duration")
        }
    }

    static func timestamp(_ value: CELValue) throws(CELError) -> Timestamp {
        switch value {
        case .timestamp(let time): return time
        case .int(let seconds): return try bounded(Timestamp(secondsSinceEpoch: seconds))
        case .string(let text):
            guard let time = Timestamp(rfc3339: text) else { throw failure(value, "google.protobuf.Timestamp") }
            return try bounded(time)
        default: throw failure(value, "google.protobuf.Timestamp")
        }
    }

    /// A time between the years 1 and 9999.
    static func bounded(_ time: Timestamp) throws(CELError) -> Timestamp {
        guard (-62_135_596_800...253_402_300_799).contains(time.secondsSinceEpoch) else {
            throw CELError(.evaluation, "timestamp overflow")
        }
        return time
    }

    /// A duration of no more than 64 bits of nanoseconds.
    static func bounded(_ duration: Duration) throws(CELError) -> Duration {
        guard abs(duration.components.seconds) < 9_223_372_036 else {
            throw CELError(.evaluation, "duration overflow")
        }
        return duration
    }
}
