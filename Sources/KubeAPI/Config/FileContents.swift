internal import Glibc

/// Whole files, bounded: kubeconfigs, tokens, certificates.
package enum FileContents {
    static let limit = 4 << 20

    /// - Throws: `ConfigurationError` with code `.unreadable` that names the file and the reason.
    package static func read(_ path: String) throws(ConfigurationError) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw unreadable(path, errno) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(file, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(path, errno) }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= limit else {
                throw ConfigurationError(.unreadable, "\(path): the file is larger than \(limit >> 20) MiB")
            }
        }
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// The path as seen from a folder; absolute paths stay.
    static func resolve(_ path: String, in folder: String) -> String {
        path.hasPrefix("/") || folder.isEmpty ? path : "\(folder)/\(path)"
    }

    /// The folder that a file lies in, without the slash at its end.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func unreadable(_ path: String, _ code: Int32) -> ConfigurationError {
        let fix =
            switch code {
            case ENOENT: "check the path"
            case EACCES, EPERM: "make it readable for this user"
            default: "check the file"
            }
        return ConfigurationError(.unreadable, "\(path): can't be read: \(String(cString: strerror(code))); \(fix)")
    }
}
