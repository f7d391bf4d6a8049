internal import BackupModel
internal import Glibc
internal import KubeAPI

/// A process that was started, with its pipes and a group of its own.
final class Spawned {
    private let process: SpawnedProcess
    let output: ProcessPipe
    let errors: ProcessPipe
    private var input: ProcessPipe?
    private var unwritten: ArraySlice<UInt8>
    private var known: Int32?

    init(_ program: Program) throws(AgentFailure) {
        // The C library's action for the folder is not in the module that Swift sees.
        let command = (program.folder.map { ["env", "--chdir=\($0)"] } ?? []) + [program.name] + program.arguments
        do throws(ProcessLaunch.Failure) {
            output = try ProcessPipe()
            errors = try ProcessPipe()
            input = program.input == nil ? nil : try ProcessPipe()
            let launch = ProcessLaunch(
                command, environment: Program.commonEnvironment.merging(program.environment) { $1 },
                input: input.map { .descriptor($0.readEnd) } ?? .nothing, output: .descriptor(output.writeEnd),
                errors: .descriptor(errors.writeEnd))
            process = try launch.start()
        } catch {
            throw AgentFailure("\(program.name) can't be started: \(String(cString: strerror(error.code)))")
        }
        unwritten = (program.input ?? [])[...]
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
        _ pipe: ProcessPipe, _ chunk: inout [UInt8], _ body: (UnsafeRawBufferPointer) throws -> Void
    ) rethrows -> Bool {
        guard let count = pipe.read(&chunk) else { return false }
        try chunk.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        return true
    }

    /// The exit status as a shell counts it; `nil` while it runs.
    func status() -> Int32? {
        if known == nil { known = process.ending()?.exitCode }
        return known
    }

    /// Ends it and all that it has started: first it is asked to, so that it can give back its locks.
    func end(patience: Duration) {
        defer { process.sendToGroup(SIGKILL) }
        guard status() == nil else { return }
        process.sendToGroup(SIGTERM)
        let limit = ContinuousClock.now + patience
        while ContinuousClock.now < limit {
            if status() != nil { return }
            // What it still has to say must not keep it from ending.
            output.drain()
            errors.drain()
            usleep(20_000)
        }
        process.sendToGroup(SIGKILL)
        known = process.waitForEnding().exitCode
    }
}
