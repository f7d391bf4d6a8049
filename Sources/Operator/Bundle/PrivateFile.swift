internal import Glibc

/// A file that only its owner may read.
enum PrivateFile {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// Writes a new file.
    ///
    /// - Throws: `Failure` where there is one already; half of a file is not left.
    static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else {
            throw Failure(
                description: errno == EEXIST
                    ? "\(path) is there already, and is not written over; name another file or remove it"
                    : "can't write \(path): \(String(cString: strerror(errno)))")
        }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let failure = Failure(description: "can't write \(path): \(String(cString: strerror(errno)))")
                close(file)
                unlink(path)
                throw failure
            }
            rest = rest.dropFirst(count)
        }
        guard close(file) == 0 else {
            throw Failure(description: "can't write \(path): \(String(cString: strerror(errno)))")
        }
    }

    /// Whether something is there.
    static func exists(_ path: String) -> Bool {
        var info = stat()
        return lstat(path, &info) == 0
    }
}
