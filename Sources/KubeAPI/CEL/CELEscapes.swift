/// The content of a string literal with its escapes resolved. Source: CEL specification, "String and Bytes Values".
struct CELEscapes {
    private let content: ArraySlice<UInt8>
    private let isRaw: Bool
    private let isBytes: Bool
    /// Of the literal, for errors.
    private let position: Int
    private var index: Int

    private static let simple: [UInt8: UInt8] = [
        UInt8(ascii: "a"): 7, UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12, UInt8(ascii: "n"): 10,
        UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9, UInt8(ascii: "v"): 11, UInt8(ascii: "\\"): UInt8(ascii: "\\"),
        UInt8(ascii: "'"): UInt8(ascii: "'"), UInt8(ascii: "\""): UInt8(ascii: "\""),
        UInt8(ascii: "?"): UInt8(ascii: "?"), UInt8(ascii: "`"): UInt8(ascii: "`"),
    ]

    init(_ content: ArraySlice<UInt8>, isRaw: Bool, isBytes: Bool, position: Int) {
        self.content = content
        self.isRaw = isRaw
        self.isBytes = isBytes
        self.position = position
        index = content.startIndex
    }

    mutating func string() throws(CELError) -> String { String(decoding: try bytes(), as: UTF8.self) }

    mutating func bytes() throws(CELError) -> [UInt8] {
        guard !isRaw else { return Array(content) }
        var result: [UInt8] = []
        result.reserveCapacity(content.count)
        while index < content.endIndex {
            if content[index] == UInt8(ascii: "\\") {
                index += 1
                result += try escape()
            } else {
                result.append(content[index])
                index += 1
            }
        }
        return result
    }

    private mutating func escape() throws(CELError) -> [UInt8] {
        guard index < content.endIndex else { throw failure }
        let letter = content[index]
        if let byte = Self.simple[letter] {
            index += 1
            return [byte]
        }
        switch letter {
        case UInt8(ascii: "x"), UInt8(ascii: "X"): return try code(digits: 2, radix: 16, skip: 1)
        case UInt8(ascii: "u") where !isBytes: return try code(digits: 4, radix: 16, skip: 1)
        case UInt8(ascii: "U") where !isBytes: return try code(digits: 8, radix: 16, skip: 1)
        case UInt8(ascii: "0")...UInt8(ascii: "3"): return try code(digits: 3, radix: 8, skip: 0)
        default: throw failure
        }
    }

    private mutating func code(digits: Int, radix: Int, skip: Int) throws(CELError) -> [UInt8] {
        index += skip
        let text = String(decoding: content[index...].prefix(digits), as: UTF8.self)
        guard text.utf8.count == digits, text.first != "+", text.first != "-", let code = UInt32(text, radix: radix)
        else { throw failure }
        index += digits
        if isBytes { return [UInt8(truncatingIfNeeded: code)] }
        guard let scalar = Unicode.Scalar(code) else { throw failure }
        return Array(String(Character(scalar)).utf8)
    }

    private var failure: CELError { CELError(.compilation, "invalid escape sequence in a string", at: position) }
}
