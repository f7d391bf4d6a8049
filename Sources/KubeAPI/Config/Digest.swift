internal import COpenSSL

/// SHA-256 as 64 hexadecimal digits in lower case.
package func sha256Hex(_ bytes: [UInt8]) -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    qm_sha256(bytes, bytes.count, &digest)
    return String(unsafeUninitializedCapacity: 2 * digest.count) { text in
        for (index, byte) in digest.enumerated() { (text[2 * index], text[2 * index + 1]) = byte.hexDigits }
        return 2 * digest.count
    }
}

extension UInt8 {
    /// The byte as two hexadecimal digits in lower case, in ASCII.
    var hexDigits: (UInt8, UInt8) {
        func digit(_ value: UInt8) -> UInt8 {
            value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
        }
        return (digit(self >> 4), digit(self & 15))
    }
}
