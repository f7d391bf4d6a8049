internal import CZlib
internal import Glibc

/// Compression as `gzip` does it.
package enum Gzip {
    /// Equal bytes give equal bytes: no name and no time is in them.
    ///
    /// - Parameter bytes: less than 4 GiB.
    package static func compress(_ bytes: [UInt8]) -> [UInt8] {
        var count = 0
        let result = bytes.withUnsafeBytes { qm_gzip($0.baseAddress, $0.count, &count) }
        guard let result else { fatalError("out of memory: \(bytes.count) bytes can't be compressed") }
        defer { free(result) }
        return Array(UnsafeBufferPointer(start: result, count: count))
    }
}
