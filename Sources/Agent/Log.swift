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
