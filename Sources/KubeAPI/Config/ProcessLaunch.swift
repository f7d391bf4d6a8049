internal import Glibc

/// A program as it is to be started: without a terminal, with signals as a shell gives them, in a process group of its own, and
/// with no descriptors but the three that are named here.
package struct ProcessLaunch: Sendable {
    package enum Stream: Sendable {
        case nothing
        case descriptor(Int32)
        /// What is written is added to the file; one that is not there is made, for nobody but this user.
        case file(String)
    }

    package struct Failure: Error, Sendable {
        package let code: Int32
    }

    /// The program, by its path or as a name that is looked for in this process' `PATH`, and its arguments.
    package var command: [String]
    /// All of its environment; nothing is inherited.
    package var environment: [String: String]
    package var input: Stream
    package var output: Stream
    package var errors: Stream

    package init(
        _ command: [String], environment: [String: String] = [:], input: Stream = .nothing, output: Stream,
        errors: Stream
    ) {
        self.command = command
        self.environment = environment
        self.input = input
        self.output = output
        self.errors = errors
    }

    package func start() throws(Failure) -> SpawnedProcess {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (descriptor, stream) in [input, output, errors].enumerated() {
            let descriptor = Int32(descriptor)
            switch stream {
            case .nothing: posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
            case .descriptor(let other): posix_spawn_file_actions_adddup2(&actions, other, descriptor)
            case .file(let path):
                posix_spawn_file_actions_addopen(&actions, descriptor, path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
            }
        }
        // Ours close by themselves on exec; what a library has opened without that flag must not reach the program.
        for descriptor in Self.openDescriptors() where descriptor > 2 {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var process: pid_t = 0
        let variables = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let code = CStringArray.with(command) { argv in
            CStringArray.with(variables) { posix_spawnp(&process, command[0], &actions, &attributes, argv, $0) }
        }
        guard code == 0 else { throw Failure(code: code) }
        return SpawnedProcess(id: process)
    }

    private static func openDescriptors() -> [Int32] {
        guard let folder = opendir("/proc/self/fd") else { return [] }
        defer { closedir(folder) }
        let own = dirfd(folder)
        var descriptors: [Int32] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let descriptor = Int32(name), descriptor != own { descriptors.append(descriptor) }
        }
        return descriptors
    }
}

private enum CStringArray {
    /// A list as C takes it, ended by a null pointer, for the time of the call.
    static func with<Result>(
        _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        let copies = strings.map { strdup($0) } + [nil]
        defer { for copy in copies { free(copy) } }
        return copies.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("the list ends with a null pointer") }
            return body(base)
        }
    }
}
