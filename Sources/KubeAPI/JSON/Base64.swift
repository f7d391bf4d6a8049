/// Base64 as JSON carries bytes. Source: RFC 4648, section 4.
package enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private static let values: [UInt8?] = {
        var values = [UInt8?](repeating: nil, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()

    package static func encode(_ bytes: some Collection<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var rest = bytes[...]
        while !rest.isEmpty {
            let group = Array(rest.prefix(3))
            rest = rest.dropFirst(3)
            let word = group.indices.reduce(UInt32(0)) { $0 | UInt32(group[$1]) << (16 - 8 * UInt32($1)) }
            for index in 0..<4 {
                let isPadding = index > group.count
                text.append(isPadding ? UInt8(ascii: "=") : alphabet[Int(word >> (18 - 6 * UInt32(index)) & 63)])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// `nil` where the text is not base64. Line breaks and spaces are passed over, padding is required.
    package static func decode(_ text: String) -> [UInt8]? {
        let characters = text.utf8.filter { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        guard characters.count.isMultiple(of: 4) else { return nil }
        let padding = characters.suffix(2).count { $0 == UInt8(ascii: "=") }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(characters.count / 4 * 3)
        var word: UInt32 = 0
        for (index, character) in characters.dropLast(padding).enumerated() {
            guard let value = values[Int(character)] else { return nil }
            word = word << 6 | UInt32(value)
            if index % 4 == 3 {
                bytes += [UInt8(word >> 16 & 255), UInt8(word >> 8 & 255), UInt8(word & 255)]
                word = 0
            }
        }
        switch padding {
        case 1: bytes += [UInt8(word >> 10 & 255), UInt8(word >> 2 & 255)]
        case 2: bytes.append(UInt8(word >> 4 & 255))
        default: break
        }
        return bytes
    }

    /// The position at which an API server gives up; `nil` where it does not. It passes over line breaks, and not over spaces.
    package static func firstInvalid(_ text: String) -> Int? {
        let characters = text.utf8.filter { $0 != 0x0A && $0 != 0x0D }
        let padding = characters.drop { values[Int($0)] != nil }
        let isPadding = padding.count <= 2 && padding.allSatisfy { $0 == UInt8(ascii: "=") }
        guard !isPadding || !characters.count.isMultiple(of: 4) else { return nil }
        let wrong = text.utf8.enumerated().first { values[Int($0.element)] == nil && $0.element != UInt8(ascii: "=") }
        return wrong?.offset ?? text.utf8.count / 4 * 4
    }
}
