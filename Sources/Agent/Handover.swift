internal import BackupModel
internal import Glibc
internal import KubeAPI

/// What a source leaves for the destinations of its pod: the files of an artifact, and in a folder beside it what is to be
/// known of them.
struct Handover {
    var artifact: NewArtifact
    /// What is missing of it.
    var omission: String?

    private static var stampFile: String { "\(Settings.runFolder)/stamp" }
    private static var omissionFile: String { "\(Settings.runFolder)/partial" }

    /// Begins a source: whatever an attempt before has left is gone.
    ///
    /// - Parameter podBegan: from when the time of the pod is counted; a source may have waited before it begins.
    /// - Returns: the stamp of the artifact that is going to be made.
    static func begin(podBegan: Timestamp) throws -> Stamp {
        let stamp = Stamp(Timestamp.now())
        for folder in [Settings.artifactFolder, Settings.runFolder] {
            Files.removeTree(folder)
            try Files.makeFolder(folder)
        }
        try Files.write("\(podBegan.secondsSinceEpoch)\n", to: "\(Settings.runFolder)/pod-began")
        return stamp
    }

    /// Ends a source: checksums, and the word for the destinations that the artifact is whole.
    ///
    /// - Parameter omission: what is not in it and should be.
    /// - Throws: where there is no file, or an empty one.
    static func complete(_ stamp: Stamp, omission: String?, report: inout RunReport) throws {
        let files = Files.tree(of: Settings.artifactFolder).filter { $0 != Checksums.fileName }
        guard !files.isEmpty else { throw AgentFailure("nothing was saved") }
        var entries: [Checksums.Entry] = []
        var bytes: Int64 = 0
        for file in files {
            let path = "\(Settings.artifactFolder)/\(file)"
            guard let size = Files.size(path), size > 0 else { throw AgentFailure("\(file) is empty") }
            bytes += size
            entries.append(.init(file: file, digest: try Files.sha256(path)))
            chmod(path, 0o640)
        }
        try Files.write(Checksums(entries).text, to: "\(Settings.artifactFolder)/\(Checksums.fileName)", mode: 0o640)
        if let omission { try Files.write(omission + "\n", to: omissionFile) }
        try Files.write("\(stamp)\n", to: stampFile)
        report.result = omission == nil ? .succeeded : .partial
        report.message = omission ?? ""
        report.artifact = stamp.description
        report.sizeBytes = bytes
        Log.say("\(report.result.rawValue): \(bytes) bytes in \(files.count) files")
    }

    /// Adds to what is known to be missing, after the source has ended.
    static func add(omission: String) throws {
        try Files.write([Files.text(omissionFile), omission + "\n"].compactMap(\.self).joined(), to: omissionFile)
    }

    /// Whether a source has left a whole artifact.
    static var isComplete: Bool { Files.exists(stampFile) }

    /// What the source has left.
    ///
    /// - Throws: where it is not complete, or no longer what the source has left.
    init() throws {
        guard let stamp = Files.line(Self.stampFile).flatMap({ Stamp($0) }),
            let text = Files.text("\(Settings.artifactFolder)/\(Checksums.fileName)")
        else { throw AgentFailure("the source left no complete artifact") }
        let checksums = try Checksums(parsing: text)
        var sizes: [String: Int64] = [:]
        for entry in checksums.entries {
            guard let size = Files.size("\(Settings.artifactFolder)/\(entry.file)") else {
                throw AgentFailure("\(entry.file) is not there any more")
            }
            sizes[entry.file] = size
        }
        omission = Files.text(Self.omissionFile).map { text in
            text.split(separator: "\n").joined(separator: "; ")
        }
        artifact = NewArtifact(
            stamp: stamp, flaws: omission == nil ? [] : [.partial], folder: Settings.artifactFolder,
            checksums: checksums, sizes: sizes)
    }
}

extension Files {
    /// As 64 hexadecimal digits in lower case.
    static func sha256(_ path: String) throws(AgentFailure) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw failure("\(path) can't be read") }
        defer { close(descriptor) }
        let digest = SHA256()
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("\(path) can't be read") }
            if count == 0 { return digest.finish() }
            chunk.withUnsafeBytes { digest.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            try Stop.check()
        }
    }
}
