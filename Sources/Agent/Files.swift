internal import BackupModel
internal import Glibc

/// Files of the pod.
enum Files {
    /// `nil` where it can't be read.
    static func read(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            bytes += chunk[..<count]
            if count < chunk.count { return ferror(file) == 0 ? bytes : nil }
        }
    }

    static func text(_ path: String) -> String? { read(path).map { String(decoding: $0, as: UTF8.self) } }

    /// The first line; `nil` where there is none.
    static func line(_ path: String) -> String? {
        text(path)?.split(separator: "\n", maxSplits: 1).first.map(String.init)
    }

    /// Whole or not at all: under another name first.
    static func write(_ text: String, to path: String, mode: mode_t = 0o660) throws(AgentFailure) {
        let part = "\(path).part"
        let writer = try FileWriter(part, mode: mode)
        try writer.write(Array(text.utf8))
        try writer.close()
        try move(part, to: path)
    }

    static func move(_ path: String, to other: String) throws(AgentFailure) {
        guard rename(path, other) == 0 else { throw failure("\(path) can't be renamed to \(other)") }
    }

    /// With the folders above it.
    static func makeFolder(_ path: String, mode: mode_t = 0o770) throws(AgentFailure) {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/\(part)"
            guard mkdir(made, mode) == 0 || errno == EEXIST else { throw failure("the folder \(made) can't be made") }
        }
    }

    /// A folder of this process alone, removed by `removeTree`.
    static func makeScratchFolder() throws(AgentFailure) -> String {
        var template = Array("\(Settings.text("TMPDIR") ?? "/tmp")/qm.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw failure("no folder can be made for temporary files") }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// All regular files below a folder, relative to it.
    static func tree(of folder: String) -> [String] {
        names(in: folder).flatMap { name in
            isFolder("\(folder)/\(name)") ? tree(of: "\(folder)/\(name)").map { "\(name)/\($0)" } : [name]
        }
    }

    /// The folder itself, no link to one.
    static func isFolder(_ path: String) -> Bool { status(path).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false }
    static func exists(_ path: String) -> Bool { status(path) != nil }

    /// In bytes; `nil` where there is no such file.
    static func size(_ path: String) -> Int64? { status(path).map { Int64($0.st_size) } }

    private static func status(_ path: String) -> stat? {
        var status = stat()
        return lstat(path, &status) == 0 ? status : nil
    }

    static func removeTree(_ path: String) {
        if isFolder(path) {
            for name in names(in: path) { removeTree("\(path)/\(name)") }
            rmdir(path)
        } else {
            unlink(path)
        }
    }

    static func failure(_ what: String) -> AgentFailure { AgentFailure("\(what): \(String(cString: strerror(errno)))") }
}

/// A file that is written from its beginning. Used by one thread.
final class FileWriter {
    private let path: String
    private var descriptor: Int32

    init(_ path: String, mode: mode_t = 0o660) throws(AgentFailure) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw Files.failure("\(path) can't be written") }
        fchmod(descriptor, mode)
    }

    deinit { if descriptor >= 0 { Glibc.close(descriptor) } }

    func write(_ bytes: UnsafeRawBufferPointer) throws(AgentFailure) {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Files.failure("\(path) can't be written") }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    func write(_ bytes: [UInt8]) throws(AgentFailure) {
        var failure: AgentFailure?
        bytes.withUnsafeBytes { bytes in
            do throws(AgentFailure) { try write(bytes) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    func close() throws(AgentFailure) {
        let code = Glibc.close(descriptor)
        descriptor = -1
        guard code == 0 else { throw Files.failure("\(path) can't be written") }
    }
}
