internal import Glibc

/// Files for their owner's eyes: kubeconfigs, bundles.
package enum PrivateFile {
    package struct Failure: Error, CustomStringConvertible {
        package var description: String

        fileprivate init(_ path: String, _ code: Int32) {
            description = "cannot write \(path): \(String(cString: strerror(code)))"
        }
    }

    /// Writes a file that only its owner can read; who looks for it finds all of it or nothing.
    package static func write(_ text: String, to path: String) throws(Failure) {
        let temporary = "\(path).\(getpid())"
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Failure(temporary, errno) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let failure = Failure(temporary, errno)
                close(file)
                remove(temporary)
                throw failure
            }
            rest = rest.dropFirst(count)
        }
        close(file)
        guard rename(temporary, path) == 0 else {
            let failure = Failure(path, errno)
            remove(temporary)
            throw failure
        }
    }
}
