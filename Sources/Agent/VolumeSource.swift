internal import BackupModel
internal import Glibc

/// Archives a volume with GNU tar.
enum VolumeSource {
    private static let archive = "data"

    static func run(_ report: inout RunReport) throws {
        let scratch = try Files.makeScratchFolder()
        defer { Files.removeTree(scratch) }
        try Source.run(&report) { omissions, _ in
            try save(scratch, &omissions)
            try readBack()
            try Source.finish(archive, as: ".tar")
        }
    }

    private static func save(_ scratch: String, _ omissions: inout Source.Omissions) throws {
        let paths = Settings.list("QM_PATHS").map(relative)
        try Files.write(lines(paths.isEmpty ? ["."] : paths), to: "\(scratch)/paths")
        try Files.write(lines(Settings.list("QM_EXCLUDES").map(relative) + ["./lost+found"]), to: "\(scratch)/excludes")
        let tar = Program(
            "tar",
            [
                "--create", "--file", Source.part(archive), "--directory", try Settings.required("QM_DATA"),
                // What tar leaves out as another file system it says only when it says all.
                "--one-file-system", "--warning=xdev", "--verbose", "--quoting-style=escape",
                // File capabilities are an extended attribute that is in none of the classes that tar takes by itself.
                "--numeric-owner", "--acls", "--xattrs", "--xattrs-include=*", "--sparse",
                "--exclude-from", "\(scratch)/excludes", "--verbatim-files-from", "--files-from", "\(scratch)/paths",
            ])
        let ending = try tar.run { _ in }
        guard ending.status == 0 || ending.status == 1 else {
            throw AgentFailure("the volume could not be archived", ending)
        }
        let messages = TarMessages(parsing: ending.messages, expected: Settings.list("QM_CHANGING"))
        if let omission = messages.omission(hasDifferences: ending.status == 1) { omissions.add(omission) }
    }

    /// Folders alone are no data: a volume that was not mounted looks like this.
    private static func readBack() throws {
        var last = UInt8(ascii: "\n")
        var hasFile = false
        let list = Program("tar", ["--list", "--quoting-style=escape", "--file", Source.part(archive)])
        let ending = try list.run { bytes in
            for byte in bytes {
                if byte == UInt8(ascii: "\n"), last != UInt8(ascii: "/"), last != UInt8(ascii: "\n") { hasFile = true }
                last = byte
            }
        }
        guard ending.status == 0 else { throw AgentFailure("the archive can't be read back", ending) }
        guard hasFile else {
            let paths = Settings.list("QM_PATHS").joined(separator: ", ")
            throw AgentFailure("the volume is empty: there is no file under \(paths.isEmpty ? "/" : paths)")
        }
    }

    /// Of the volume: no name is an option, and none leads out of it.
    private static func relative(_ path: String) -> String { "./" + path.drop { $0 == "/" } }

    private static func lines(_ entries: [String]) -> String { entries.map { $0 + "\n" }.joined() }
}
