internal import KubeAPI
internal import Synchronization

/// Tells what the operator has written from what somebody else wrote in its name.
///
/// What stands on nodes and children can be written by people of fewer rights than the operator has. A record that the
/// operator is to act on later carries a code that only a holder of the key can make: HMAC-SHA256 over the record and over what
/// it belongs to, so that a record can't be moved to another object either. The key is in a Secret in the operator's own
/// namespace. See docs/decisions/0013-seals.md.
package final class Seal: Sendable {
    /// Of the key, in bytes.
    package static let keyLength = 32
    /// Of a code: 128 bits in hexadecimal digits.
    private static let codeLength = 32

    private let key: Mutex<[UInt8]>

    /// - Parameter key: `nil` until `unlock`.
    package init(key: [UInt8]? = nil) { self.key = Mutex(key ?? []) }

    package func unlock(with key: [UInt8]) {
        precondition(key.count >= Self.keyLength, "a key of fewer than \(Self.keyLength) bytes")
        self.key.withLock { $0 = key }
    }

    /// The code of a record.
    ///
    /// - Parameters:
    ///   - purpose: what kind of record it is, so that one can't stand for another.
    ///   - parts: what the record says and belongs to; `["ab"]` and `["a", "b"]` have different codes.
    package func code(_ purpose: String, _ parts: [String]) -> String {
        let key = key.withLock { $0 }
        precondition(!key.isEmpty, "the seal is used before its key is there")
        var message: [UInt8] = []
        for part in [purpose] + parts {
            message += Array("\(part.utf8.count):".utf8)
            message += Array(part.utf8)
        }
        return String(hmacSHA256Hex(message, key: key).prefix(Self.codeLength))
    }

    /// Whether a code is that of the record. With a key that has not been read yet nothing is.
    package func isValid(_ code: String, _ purpose: String, _ parts: [String]) -> Bool {
        guard !key.withLock({ $0.isEmpty }), code.utf8.count == Self.codeLength else { return false }
        // In constant time: how far two codes agree must not show.
        return zip(code.utf8, self.code(purpose, parts).utf8).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
