internal import COpenSSL

/// SHA-256 as 64 hexadecimal digits in lower case.
package func sha256Hex(_ bytes: [UInt8]) -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    qm_sha256(bytes, bytes.count, &digest)
    return digest.hex
}

/// SHA-256 of what comes piece by piece. Used by one thread.
package final class SHA256 {
    private let context: UnsafeMutableRawPointer
    private var result: String?

    package init() {
        guard let context = qm_sha256_begin() else { preconditionFailure("OpenSSL has no SHA-256") }
        self.context = context
    }

    deinit { _ = finish() }

    package func update(_ bytes: UnsafeRawBufferPointer) {
        precondition(result == nil, "a digest that is finished takes nothing more")
        qm_sha256_update(context, bytes.baseAddress, bytes.count)
    }

    /// As 64 hexadecimal digits in lower case.
    package func finish() -> String {
        if let result { return result }
        var digest = [UInt8](repeating: 0, count: 32)
        qm_sha256_finish(context, &digest)
        result = digest.hex
        return digest.hex
    }
}

/// HMAC-SHA256 as 64 hexadecimal digits in lower case. Source: RFC 2104.
///
/// - Parameter key: not empty; 32 bytes or more.
package func hmacSHA256Hex(_ bytes: [UInt8], key: [UInt8]) -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    guard qm_hmac_sha256(key, key.count, bytes, bytes.count, &digest) == 1 else {
        preconditionFailure("OpenSSL has no HMAC-SHA256")
    }
    return digest.hex
}

/// Bytes that nobody can guess, for keys.
package func secretBytes(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    guard qm_random(&bytes, count) == 1 else { preconditionFailure("OpenSSL has no randomness") }
    return bytes
}

extension [UInt8] {
    /// Two hexadecimal digits in lower case for each byte.
    fileprivate var hex: String {
        String(unsafeUninitializedCapacity: 2 * count) { text in
            for (index, byte) in enumerated() { (text[2 * index], text[2 * index + 1]) = byte.hexDigits }
            return 2 * count
        }
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
