internal import Glibc

/// Starts programs.
enum Spawn {
    /// Starts a program with no environment and no input; what it prints is added to a file.
    ///
    /// - Throws: `FileSystem.Failure` where it cannot be started.
    static func run(_ program: String, _ arguments: [String], log: String) throws(FileSystem.Failure) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        // A group of its own: Ctrl-C goes to us, and we end it.
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var argv = ([program] + arguments).map { strdup($0) } + [nil]
        defer { for text in argv { free(text) } }
        var environment: [UnsafeMutablePointer<CChar>?] = [nil]
        var process: pid_t = 0
        let code = posix_spawn(&process, program, &actions, &attributes, &argv, &environment)
        guard code == 0 else { throw FileSystem.Failure("start", program, code) }
        return process
    }

    /// Runs a program to its end.
    ///
    /// - Returns: its exit status; 128 and the signal where one has ended it.
    static func wait(for process: pid_t) async throws -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, WNOHANG) != process { try await Task.sleep(for: .milliseconds(20)) }
        let signal = status & 0x7F
        return signal == 0 ? status >> 8 & 0xFF : 128 + signal
    }
}
