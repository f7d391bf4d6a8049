internal import Glibc

/// Manifests as kubectl's `-f` takes them.
package enum ManifestFiles {
    private static let suffixes = [".yaml", ".yml", ".json"]

    /// The documents of files, of the manifests of folders (by name, not of the folders in them), or of standard input
    /// (`-`).
    ///
    /// - Throws: `ConfigurationError` that names the file, and the line for what is no YAML.
    package static func load(
        _ paths: [String], booleans: YAML.Booleans = .kubectl
    ) throws(ConfigurationError) -> [JSONValue] {
        var documents: [JSONValue] = []
        for path in paths {
            for file in try files(of: path) { documents += try load(file, booleans) }
        }
        return documents
    }

    private static func load(_ file: String, _ booleans: YAML.Booleans) throws(ConfigurationError) -> [JSONValue] {
        let name = file == "-" ? "standard input" : file
        let text = try FileContents.read(file == "-" ? "/dev/stdin" : file)
        do {
            return try YAML.parse(text, booleans: booleans).filter { !$0.isNull }
        } catch {
            throw ConfigurationError(.invalid, "\(name): \(error)")
        }
    }

    private static func files(of path: String) throws(ConfigurationError) -> [String] {
        var info = stat()
        guard path != "-", stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFDIR else { return [path] }
        guard let folder = opendir(path) else {
            throw ConfigurationError(.unreadable, "\(path): can't be read: \(String(cString: strerror(errno)))")
        }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if suffixes.contains(where: { name.hasSuffix($0) }) { names.append("\(path)/\(name)") }
        }
        guard !names.isEmpty else {
            throw ConfigurationError(
                .unreadable, "\(path): the folder has no manifests (\(suffixes.joined(separator: ", ")))")
        }
        return names.sorted()
    }
}
