/// Names that somebody else has chosen, as names of files: databases may be called anything.
package enum ArtifactFileName {
    /// The name with all bytes that a file system, a store or a command line could take for something else as `%` and
    /// two hexadecimal digits. Different names have different file names, and each can be read back.
    ///
    /// Letters, digits, blanks inside and a few signs stay, so that an everyday name stays as it is. What is not ASCII
    /// is encoded too: stores and file systems change the spelling of such letters.
    package static func encode(_ name: String) -> String {
        let bytes = Array(name.utf8)
        var encoded = ""
        for (index, byte) in bytes.enumerated() {
            let isAtEdge = index == 0 || index == bytes.count - 1
            if isPlain(byte) || (!isAtEdge && isPlainInside(byte)) {
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                encoded += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
        return encoded
    }

    /// The name that `encode` has made a file name of. What is no encoding stays as it stands: older artifacts have
    /// names of databases as they are.
    package static func decode(_ fileName: some StringProtocol) -> String {
        let bytes = Array(fileName.utf8)
        var decoded: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count, let high = value(bytes[index + 1]),
                let low = value(bytes[index + 2])
            {
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    private static let digits = Array("0123456789ABCDEF")

    private static func isPlain(_ byte: UInt8) -> Bool {
        let character = Character(Unicode.Scalar(byte))
        return byte < 128 && (character.isLetter || character.isNumber || "_'+,@()".contains(character))
    }

    /// At its beginning a dash is an option and a point hides a file, at its end blanks and points are lost on some
    /// stores.
    private static func isPlainInside(_ byte: UInt8) -> Bool { "-. ".utf8.contains(byte) }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
