import Foundation
import Testing

extension Sandbox {
    /// Writes down what a program is called with, and calls it.
    func recordArguments(of program: String) throws {
        try shim(program, "echo \"$0 $*\" >>\(path("arguments"))\nexec /usr/bin/\(program) \"$@\"\n")
    }

    func recordedArguments() throws -> String { try String(contentsOfFile: path("arguments"), encoding: .utf8) }

    /// A remote of rclone that is a folder.
    func localDestination() throws -> [String: String] {
        [
            "QM_KIND": "rclone", "QM_DESTINATION": "box", "QM_REMOTE": "box:\(path("remote"))/shop.nightly",
            "QM_CREDENTIALS": try credentials("rclone", ["rclone.conf": "[box]\ntype = local\n"]),
        ]
    }

    func resticDestination() throws -> [String: String] {
        [
            "QM_KIND": "restic", "QM_DESTINATION": "restic", "QM_REPOSITORY": path("restic"),
            "QM_CREDENTIALS": try credentials("restic-secret", ["RESTIC_PASSWORD": "restic-secret-5512"]),
        ]
    }

    func borgDestination() throws -> [String: String] {
        [
            "QM_KIND": "borg", "QM_DESTINATION": "borg", "QM_REPOSITORY": path("borg"),
            "QM_CREDENTIALS": try credentials("borg-secret", ["BORG_PASSPHRASE": "borg-secret-9931"]),
        ]
    }

    /// A folder of files of several kinds, as a volume.
    func fillVolume() throws {
        try write("hello\n", to: "volume/plain.txt")
        try write("#!/bin/sh\n", to: "volume/deep/er/tool.sh", isExecutable: true)
        try write("left out\n", to: "volume/cache/big.tmp")
        try FileManager.default.createSymbolicLink(
            atPath: path("volume/link"), withDestinationPath: "plain.txt")
    }

    var volumeSource: [String: String] { ["QM_DATA": path("volume"), "QM_EXCLUDES": "cache", "QM_SOURCE": "db"] }

    /// What a restored archive holds differently from the volume, but for what was excluded.
    func differences(from archive: String) throws -> String {
        try FileManager.default.createDirectory(atPath: path("out"), withIntermediateDirectories: true)
        try Sandbox.tool("tar", ["-xpf", archive, "-C", path("out")])
        return try Sandbox.tool(
            "rsync", ["-acni", "--delete", "--exclude", "/cache", path("volume") + "/", path("out") + "/"])
    }
}
