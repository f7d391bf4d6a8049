internal import Glibc
internal import Synchronization
internal import Testing

@testable import KubeAPI

/// A folder for one test, gone with its last reference.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/quartermaster-test.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw ConfigurationError(.unreadable, "no temporary folder") }
        path = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in names { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    var names: [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Replaces the file's text and gives its path.
    @discardableResult
    func write(_ name: String, _ text: String) -> String {
        let path = "\(path)/\(name)"
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        let bytes = Array(text.utf8)
        #expect(file >= 0 && Glibc.write(file, bytes, bytes.count) == bytes.count)
        close(file)
        return path
    }

    func remove(_ name: String) { unlink("\(path)/\(name)") }

    func link(_ name: String, to target: String) { symlink(target, "\(path)/\(name)") }

    /// The lines of a file; none where there is no file.
    func lines(_ name: String) -> [String] {
        let bytes = (try? FileContents.read("\(path)/\(name)")) ?? []
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}

/// Wall-clock time that a test sets.
final class ManualWallClock: Sendable {
    private let time = Mutex(Timestamp(secondsSinceEpoch: 1_800_000_000))

    var now: Timestamp { time.withLock { $0 } }
    var read: @Sendable () -> Timestamp { { self.now } }

    func advance(_ duration: Duration) { time.withLock { $0 = $0 + duration } }
}
