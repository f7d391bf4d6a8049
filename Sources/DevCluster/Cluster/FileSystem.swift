internal import Glibc

/// The few things that this program does with files.
enum FileSystem {
    /// What could not be done with a file, and why.
    struct Failure: Error, CustomStringConvertible {
        var description: String

        init(_ action: String, _ path: String, _ code: Int32) {
            description = "cannot \(action) \(path): \(String(cString: strerror(code)))"
        }
    }

    /// All of a file.
    static func read(_ path: String) throws(Failure) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Failure("read", path, errno) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(file, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Failure("read", path, errno) }
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
        }
    }

    /// A new folder of its own, below $TMPDIR or /tmp.
    static func makeTemporaryFolder(_ name: String) throws(Failure) -> String {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/\(name).XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure("make", "\(parent)/\(name).*", errno) }
        return template.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
    }

    /// Removes a folder and the files in it.
    static func removeFolder(_ path: String) {
        guard let folder = opendir(path) else { return }
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { unlink("\(path)/\(name)") }
        }
        closedir(folder)
        rmdir(path)
    }

    static func remove(_ path: String) { unlink(path) }

    /// The path from the root, for messages and for other programs.
    static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let folder = getcwd(nil, 0) else { return path }
        defer { free(folder) }
        return "\(String(cString: folder))/\(path)"
    }
}

extension FileSystem {
    /// Adds lines to a file that only its owner can read, each in one write.
    final class Appender: Sendable {
        private let file: Int32

        init(_ path: String) throws(Failure) {
            file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
            guard file >= 0 else { throw Failure("write", path, errno) }
        }

        deinit { close(file) }

        func add(_ line: String) {
            _ = Array((line + "\n").utf8).withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
        }
    }
}
