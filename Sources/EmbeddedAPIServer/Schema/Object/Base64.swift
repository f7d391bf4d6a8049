/// Base64 as it stands in Secrets. Source: RFC 4648.
enum Base64 {
    static func isValid(_ text: String) -> Bool {
        let bytes = Array(text.utf8.filter { $0 != 0x0A && $0 != 0x0D })
        let body = bytes.prefix { isDigit($0) }
        let padding = bytes.count - body.count
        return bytes.count % 4 == 0 && padding <= 2 && bytes[body.count...].allSatisfy { $0 == UInt8(ascii: "=") }
    }

    /// The position that the real server would name.
    static func firstInvalid(_ text: String) -> Int {
        text.utf8.enumerated().first { !isDigit($0.element) && $0.element != UInt8(ascii: "=") }?.offset
            ?? text.utf8.count / 4 * 4
    }

    static func encode(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let word = group.enumerated().reduce(0) { $0 | Int($1.element) << (16 - 8 * $1.offset) }
            for index in 0..<4 {
                text.append(index <= group.count ? digits[word >> (18 - 6 * index) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}
