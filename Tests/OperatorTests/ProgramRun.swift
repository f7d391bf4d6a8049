import Foundation
import Support

/// One run of `quartermaster` as a process of its own.
final class ProgramRun: @unchecked Sendable {
    // Unchecked: `Process` is used by one test; what it prints goes to files.
    private let process = Process()
    private let folder: URL

    /// - Parameter program: another one that runs it; `nil`: the program itself.
    init(_ arguments: [String], environment: [String: String] = [:], of program: String? = nil) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "qm-run-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        process.executableURL = program.map { URL(filePath: $0) } ?? OperatorProgram.program
        process.arguments = arguments
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try file("output")
        process.standardError = try file("errors")
        try process.run()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(at: folder)
    }

    private func file(_ name: String) throws -> FileHandle {
        let url = folder.appending(path: name)
        _ = FileManager.default.createFile(atPath: url.path, contents: nil)
        return try FileHandle(forWritingTo: url)
    }

    private func text(_ name: String) -> String {
        (try? String(contentsOf: folder.appending(path: name), encoding: .utf8)) ?? ""
    }

    var output: String { text("output") }
    var errors: String { text("errors") }
    var isRunning: Bool { process.isRunning }

    func interrupt() { process.interrupt() }

    /// Waits for the end of the process.
    func status() async throws -> Int32 {
        try await eventually("quartermaster \(process.arguments ?? []) has ended") { !self.process.isRunning }
        return process.terminationStatus
    }
}
