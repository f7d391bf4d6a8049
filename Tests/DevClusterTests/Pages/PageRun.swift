import Foundation
import KubeAPI
import Testing

/// Runs the commands of a page in one shell, on a cluster in memory of their own.
struct PageRun {
    /// The programs stand beside the tests.
    private static let programs = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent()
    /// What pages fetch from a release, and where it is here.
    private static let addresses = [
        ("https://github.com/quartermaster-dev/quartermaster/releases/download/v\(BuildInfo.version)", "release"),
        ("https://raw.githubusercontent.com/quartermaster-dev/quartermaster/v\(BuildInfo.version)/", ""),
    ]

    private let page: Page
    private let folder: URL

    /// - Returns: what is not as the page says.
    static func problem(of page: Page) async throws -> String? {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("page-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder.appendingPathComponent("steps"), withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let run = PageRun(page: page, folder: folder)
        try run.write()
        let status = try await programStatus(
            "/usr/bin/timeout",
            [
                "--kill-after=20", "500", "bash", Page.root.appending(path: "Tests/Fixtures/pages/run.sh").path,
                folder.path, programs.path,
            ], output: folder.appendingPathComponent("log"))
        return run.problem(status)
    }

    private func file(_ step: Int, _ ending: String) -> URL { folder.appendingPathComponent("steps/\(step).\(ending)") }

    private func text(_ url: URL) -> String { (try? String(contentsOf: url, encoding: .utf8)) ?? "" }

    /// Step 0 is what the page takes for granted.
    private func write() throws {
        let setUp = Page.root.appending(path: "Tests/Fixtures/pages/\(page.name).sh")
        try text(setUp).write(to: file(0, "sh"), atomically: false, encoding: .utf8)
        for (index, command) in page.commands.enumerated() {
            try Self.addresses.reduce(command.text) { $0.replacing($1.0, with: $1.1) }
                .write(to: file(index + 1, "sh"), atomically: false, encoding: .utf8)
            if let output = command.output {
                try ShownOutput(output).pattern.write(to: file(index + 1, "want"), atomically: false, encoding: .utf8)
            }
            if command.exitStatus != 0 {
                try "\(command.exitStatus)".write(to: file(index + 1, "status"), atomically: false, encoding: .utf8)
            }
        }
    }

    /// The first step that was not done.
    private func problem(_ status: Int32) -> String? {
        guard status != 0 else { return nil }
        let log = text(folder.appendingPathComponent("log")).suffix(4000)
        for (index, command) in page.commands.enumerated()
        where !FileManager.default.fileExists(atPath: file(index + 1, "done").path) {
            let output = [text(file(0, "out")), text(file(index + 1, "out"))].last { !$0.isEmpty } ?? ""
            return "\(page.path):\(command.line) ended or answered otherwise:\n\(command.text)\n\(output)\n\(log)"
        }
        return "status \(status): \(log)"
    }

    /// Runs a program to its end; what it prints goes to a file.
    static func programStatus(_ path: String, _ arguments: [String], output: URL) async throws -> Int32 {
        _ = FileManager.default.createFile(atPath: output.path, contents: nil)
        let log = try FileHandle(forWritingTo: output)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardOutput = log
        process.standardError = log
        return try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
    }

    /// What our own program says to manifests.
    static func validate(_ manifests: [String]) async throws -> (Int32, String) {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("page-\(UUID().uuidString).yaml")
        let output = file.appendingPathExtension("out")
        defer { for each in [file, output] { try? FileManager.default.removeItem(at: each) } }
        try manifests.joined(separator: "---\n").write(to: file, atomically: false, encoding: .utf8)
        let status = try await programStatus(
            programs.appendingPathComponent("quartermaster").path, ["validate", "-f", file.path], output: output)
        return (status, try String(contentsOf: output, encoding: .utf8))
    }
}
