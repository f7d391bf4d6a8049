internal import Glibc

/// The files of a repository.
struct SourceTree {
    let root: String

    func read(_ path: String) throws(GeneratorError) -> [UInt8] {
        guard let file = fopen("\(root)/\(path)", "re") else { throw failure("read", path) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        guard ferror(file) == 0 else { throw failure("read", path) }
        return bytes
    }

    func write(_ text: String, to path: String) throws(GeneratorError) {
        guard let file = fopen("\(root)/\(path)", "we") else { throw failure("write", path) }
        let bytes = Array(text.utf8)
        let count = fwrite(bytes, 1, bytes.count, file)
        guard fclose(file) == 0, count == bytes.count else { throw failure("write", path) }
    }

    /// The YAML files of a folder, sorted.
    func manifests(in folder: String) throws(GeneratorError) -> [String] {
        guard let stream = opendir("\(root)/\(folder)") else { throw failure("read", folder) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".yaml") { names.append("\(folder)/\(name)") }
        }
        return names.sorted()
    }

    private func failure(_ action: String, _ path: String) -> GeneratorError {
        GeneratorError("cannot \(action) \(path): \(String(cString: strerror(errno)))")
    }
}
