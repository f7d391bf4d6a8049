internal import Glibc

/// A program of several commands: chooses the command, and turns what goes wrong into one line and an exit status.
package struct CommandLineProgram: Sendable {
    package var name: String
    package var summary: String
    package var commands: [any Command.Type]
    /// What the help says below the commands; asked for then only.
    package var remarks: @Sendable () -> [String]

    package init(
        name: String, summary: String, commands: [any Command.Type],
        remarks: @escaping @Sendable () -> [String] = { [] }
    ) {
        self.name = name
        self.summary = summary
        self.commands = commands
        self.remarks = remarks
    }

    /// As it was called: a plugin of kubectl has a name of two words.
    ///
    /// - Parameter path: the first argument of the process.
    package func called(_ path: String) -> CommandLineProgram {
        var program = self
        if path.split(separator: "/").last.map(String.init) == "kubectl-\(name)" { program.name = "kubectl \(name)" }
        return program
    }

    package func run(arguments: [String], environment: [String: String]) async -> CommandStatus {
        guard let commandName = arguments.first else {
            printError(help)
            return .error
        }
        if ["help", "--help", "-h"].contains(commandName) {
            print(help)
            return .fine
        }
        if commandName == Completion.command {
            print(
                await Completion(commands: commands, environment: environment).answer(to: Array(arguments.dropFirst())))
            return .fine
        }
        guard let command = commands.first(where: { $0.name == commandName || "--\($0.name)" == commandName }) else {
            let names = commands.map { $0.name }.joined(separator: ", ")
            printError("\(name): \"\(commandName)\" is no command; the commands are \(names)")
            return .error
        }
        do {
            let values = try Arguments(arguments.dropFirst(), flags: command.flags, environment: environment)
            if values.wantsHelp {
                print(command.help(program: name))
                return .fine
            }
            return try await command.init(values).run()
        } catch {
            printError("\(name) \(command.name): \(error)")
            return .error
        }
    }

    package var help: String {
        let width = commands.map { $0.name.count }.max() ?? 0
        let lines = commands.map { command in
            "  \(command.name)\(String(repeating: " ", count: width - command.name.count))  \(command.summary)"
        }
        return """
            \(summary)

            Usage: \(name) COMMAND [flags]

            \((lines + remarks()).joined(separator: "\n"))

            \(name) COMMAND --help tells the flags of a command.
            """
    }
}

/// One line to standard output, seen as it happens, through a pipe too.
///
/// - Returns: whether somebody may have read it; false where the reader of a pipe has gone.
@discardableResult
package func printLine(_ text: String) -> Bool {
    fflush(nil)
    return write(text, to: STDOUT_FILENO)
}

/// One line to standard error, in one write, so that lines of other threads do not mix with it.
package func printError(_ text: String) { _ = write(text, to: STDERR_FILENO) }

private func write(_ text: String, to file: Int32) -> Bool {
    Array((text + "\n").utf8).withUnsafeBytes { line in
        var rest = line[...]
        while !rest.isEmpty {
            let count = Glibc.write(file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}

extension [String: String] {
    /// The environment of this process.
    package static var process: [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let pointer = entry.pointee {
            let parts = String(cString: pointer).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            entry += 1
        }
        return variables
    }
}
