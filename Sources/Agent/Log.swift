internal import BackupModel
internal import Glibc
internal import KubeAPI

/// What the container's log shows, without secrets.
enum Log {
    static func say(_ text: String) {
        write("\(Timestamp.now().rfc3339) \(Secrets.hide(text))\n", to: 1)
    }

    /// What a program says on standard error, line by line where it comes so.
    static func pass(_ bytes: UnsafeRawBufferPointer) {
        write(Secrets.hide(String(decoding: bytes, as: UTF8.self)), to: 2)
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}

/// What a program says in pieces, passed on line by line.
struct LogLines {
    private var rest: [UInt8] = []
    /// Of a line that does not end, so much is waited for.
    private static let limit = 64 << 10

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        rest += bytes
        let end = rest.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? (rest.count > Self.limit ? rest.count : 0)
        guard end > 0 else { return }
        rest[..<end].withUnsafeBytes(Log.pass)
        rest.removeFirst(end)
    }

    mutating func end() {
        guard !rest.isEmpty else { return }
        rest.withUnsafeBytes(Log.pass)
        rest = []
    }
}
