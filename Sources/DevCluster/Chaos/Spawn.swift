internal import KubeAPI

/// Starts programs.
enum Spawn {
    /// Starts a program with no environment and no input; what it prints is added to a file. Ctrl-C goes to us, and we end it.
    ///
    /// - Throws: `FileSystem.Failure` where it cannot be started.
    static func run(
        _ program: String, _ arguments: [String], log: String
    ) throws(FileSystem.Failure) -> SpawnedProcess {
        do throws(ProcessLaunch.Failure) {
            return try ProcessLaunch([program] + arguments, output: .file(log), errors: .file(log)).start()
        } catch {
            throw FileSystem.Failure("start", program, error.code)
        }
    }

    /// Runs a program to its end.
    ///
    /// - Returns: its exit status; 128 and the signal where one has ended it.
    static func wait(for process: SpawnedProcess) async throws -> Int32 {
        while true {
            if let ending = process.ending() { return ending.exitCode }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
