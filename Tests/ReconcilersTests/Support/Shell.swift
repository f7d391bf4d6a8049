import Foundation

/// A bash script as a process of its own, in a folder of its own.
enum Shell {
    /// - Parameters:
    ///   - programs: scripts that stand before the programs of their names.
    ///   - files: what lies in the folder; its path is `$FOLDER`.
    static func run(_ script: String, programs: [String: String] = [:], files: [String: String] = [:]) async throws -> (
        status: Int32, output: String
    ) {
        let folder = FileManager.default.temporaryDirectory.appending(path: "qm-shell-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files.merging(programs.map { ("programs/\($0).text", $1) }, uniquingKeysWith: { $1 }) {
            let file = folder.appending(path: name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: file.path)
        }
        let log = folder.appending(path: "log")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data().write(to: log)
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        // A program that this process had written could not be run while another test starts one of its own, which is born with
        // the open file: text file busy.
        let install = "for text in programs/*.text; do cp -p $text ${text%.text}; done\n"
        process.arguments = ["-c", (programs.isEmpty ? "" : install) + script]
        process.currentDirectoryURL = folder
        process.environment = [
            "PATH": "\(folder.path)/programs:/usr/local/bin:/usr/bin:/bin", "HOME": folder.path, "FOLDER": folder.path,
            "KUBECONFIG": "\(folder.path)/kubeconfig",
        ]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: log)
        process.standardError = process.standardOutput
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        return (process.terminationStatus, try String(contentsOf: log, encoding: .utf8))
    }
}
