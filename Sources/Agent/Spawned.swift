internal import BackupModel
internal import Glibc

/// A process that was started, with its pipes and a group of its own.
final class Spawned {
    private let process: pid_t
    let output: Pipe
    let errors: Pipe
    private var input: Pipe?
    private var unwritten: ArraySlice<UInt8>
    private var known: Int32?

    init(_ program: Program) throws(AgentFailure) {
        output = try Pipe()
        errors = try Pipe()
        input = program.input == nil ? nil : try Pipe()
        unwritten = (program.input ?? [])[...]

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input.readEnd, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, output.writeEnd, 1)
        posix_spawn_file_actions_adddup2(&actions, errors.writeEnd, 2)

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

        // The C library's action for it is not in the module that Swift sees.
        let command =
            (program.folder.map { ["env", "--chdir=\($0)"] } ?? []) + [program.name] + program.arguments
        var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        let environment = Program.commonEnvironment.merging(program.environment) { $1 }
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in words + variables { free(pointer) } }
        var process: pid_t = 0
        let code = posix_spawnp(&process, command[0], &actions, &attributes, &words, &variables)
        guard code == 0 else {
            throw AgentFailure("\(program.name) can't be started: \(String(cString: strerror(code)))")
        }
        self.process = process
        output.closeWriteEnd()
        errors.closeWriteEnd()
        input?.closeReadEnd()
        feed()
    }

    /// Writes of its input what it takes.
    private func feed() {
        guard let pipe = input else { return }
        while let count = pipe.write(unwritten) {
            unwritten = unwritten.dropFirst(count)
            if unwritten.isEmpty { break }
        }
        if unwritten.isEmpty || pipe.isBroken {
            pipe.closeWriteEnd()
            input = nil
        }
    }

    /// Waits until there is something to do; `false` where nothing more comes out of the process.
    func wait(milliseconds: Int32) -> Bool {
        var polls = [output, errors].filter { !$0.isAtEnd }.map {
            pollfd(fd: $0.readEnd, events: Int16(POLLIN), revents: 0)
        }
        let isOpen = !polls.isEmpty
        guard isOpen else { return false }
        if let input { polls.append(pollfd(fd: input.writeEnd, events: Int16(POLLOUT), revents: 0)) }
        if !Stop.isCleaningUp { polls.append(pollfd(fd: Stop.descriptor, events: Int16(POLLIN), revents: 0)) }
        _ = poll(&polls, nfds_t(polls.count), milliseconds)
        feed()
        return isOpen
    }

    /// Takes one piece; `false` where there is none now.
    @discardableResult
    func read(
        _ pipe: Pipe, _ chunk: inout [UInt8], _ body: (UnsafeRawBufferPointer) throws -> Void
    ) rethrows -> Bool {
        guard let count = pipe.read(&chunk) else { return false }
        try chunk.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        return true
    }

    /// The exit status as a shell counts it; `nil` while it runs.
    func status() -> Int32? {
        if let known { return known }
        var raw: Int32 = 0
        guard waitpid(process, &raw, WNOHANG) == process else { return nil }
        known = Self.status(raw)
        return known
    }

    /// Ends it and all that it has started: first it is asked to, so that it can give back its locks.
    func end(patience: Duration) {
        defer { kill(-process, SIGKILL) }
        guard status() == nil else { return }
        kill(-process, SIGTERM)
        let limit = ContinuousClock.now + patience
        while ContinuousClock.now < limit {
            if status() != nil { return }
            // What it still has to say must not keep it from ending.
            output.drain()
            errors.drain()
            usleep(20_000)
        }
        kill(-process, SIGKILL)
        var raw: Int32 = 0
        while waitpid(process, &raw, 0) < 0, errno == EINTR {}
        known = Self.status(raw)
    }

    private static func status(_ raw: Int32) -> Int32 {
        let signal = raw & 0x7F
        return signal == 0 ? raw >> 8 & 0xFF : 128 + signal
    }
}

/// A pipe of which our end does not block. Used by one thread.
final class Pipe {
    private(set) var readEnd: Int32
    private(set) var writeEnd: Int32
    private(set) var isAtEnd = false
    private(set) var isBroken = false

    init() throws(AgentFailure) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw AgentFailure("no pipe: \(String(cString: strerror(errno)))") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (readEnd, writeEnd) = (ends[0], ends[1])
        // The program gets a copy of one end, and shares its flags: each side is set before the other is handed over only
        // where it stays with us, so the flag is given by `read` and `write` themselves.
    }

    deinit {
        closeReadEnd()
        closeWriteEnd()
    }

    func closeReadEnd() {
        if readEnd >= 0 { close(readEnd) }
        readEnd = -1
    }

    func closeWriteEnd() {
        if writeEnd >= 0 { close(writeEnd) }
        writeEnd = -1
    }

    /// How many bytes there were; `nil` where none are there now.
    func read(_ chunk: inout [UInt8]) -> Int? {
        guard !isAtEnd else { return nil }
        setNonblocking(readEnd)
        while true {
            let count = Glibc.read(readEnd, &chunk, chunk.count)
            if count > 0 { return count }
            if count < 0, errno == EINTR { continue }
            if count == 0 { isAtEnd = true }
            return nil
        }
    }

    func drain() {
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while read(&chunk) != nil {}
    }

    /// How many bytes were taken; `nil` where none are now.
    func write(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard !bytes.isEmpty else { return nil }
        setNonblocking(writeEnd)
        let count = bytes.withUnsafeBytes { Glibc.write(writeEnd, $0.baseAddress, $0.count) }
        if count < 0, errno == EPIPE { isBroken = true }
        return count > 0 ? count : nil
    }

    private func setNonblocking(_ end: Int32) {
        let flags = fcntl(end, F_GETFL)
        if flags & O_NONBLOCK == 0 { _ = fcntl(end, F_SETFL, flags | O_NONBLOCK) }
    }
}
