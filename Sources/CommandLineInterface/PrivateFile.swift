internal import Glibc

/// Files for their owner's eyes: kubeconfigs, archives for whoever helps.
package enum PrivateFile {
    package struct Failure: Error, CustomStringConvertible {
        package var description: String

        fileprivate init(_ path: String, _ code: Int32) {
            description =
                code == EEXIST
                ? "\(path) is there already, and is not written over; name another file or remove it"
                : "cannot write \(path): \(String(cString: strerror(code)))"
        }
    }

    /// Whether something is there.
    package static func exists(_ path: String) -> Bool {
        var info = stat()
        return lstat(path, &info) == 0
    }

    /// Writes a file, in the place of one that is there; who looks for it finds all of it or nothing.
    package static func write(_ bytes: some Sequence<UInt8>, to path: String) throws(Failure) {
        let temporary = "\(path).\(getpid())"
        try create(bytes, at: temporary)
        guard rename(temporary, path) == 0 else {
            let failure = Failure(path, errno)
            remove(temporary)
            throw failure
        }
    }

    /// Writes a new file; half of one is not left.
    ///
    /// - Throws: `Failure` where there is one already.
    package static func create(_ bytes: some Sequence<UInt8>, at path: String) throws(Failure) {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw Failure(path, errno) }
        defer { close(file) }
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let failure = Failure(path, errno)
                remove(path)
                throw failure
            }
            rest = rest.dropFirst(count)
        }
    }
}
