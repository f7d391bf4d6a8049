internal import Glibc

/// A program of several commands: chooses the command, and turns what goes wrong into one line and an exit status.
///
/// Exit status 0: done; 1: it failed while it worked; 2: the command line, a file or the configuration is wrong.
package struct CommandLineProgram: Sendable {
    package var name: String
    package var summary: String
    package var commands: [any Command.Type]
    /// The exit status for an error that a command throws; `UsageError` is always 2.
    package var exitStatus: @Sendable (any Error) -> Int32

    package init(
        name: String, summary: String, commands: [any Command.Type],
        exitStatus: @escaping @Sendable (any Error) -> Int32 = { _ in 1 }
    ) {
        self.name = name
        self.summary = summary
        self.commands = commands
        self.exitStatus = exitStatus
    }

    package func run(arguments: [String], environment: [String: String]) async -> Int32 {
        guard let commandName = arguments.first else {
            printError(help)
            return 2
        }
        if ["help", "--help", "-h"].contains(commandName) {
            print(help)
            return 0
        }
        guard let command = commands.first(where: { $0.name == commandName || "--\($0.name)" == commandName }) else {
            let names = commands.map { $0.name }.joined(separator: ", ")
            printError("\(name): \"\(commandName)\" is no command; the commands are \(names)")
            return 2
        }
        do {
            let values = try Arguments(arguments.dropFirst(), flags: command.flags, environment: environment)
            if values.wantsHelp {
                print(command.help(program: name))
                return 0
            }
            return try await command.init(values).run()
        } catch {
            printError("\(name) \(command.name): \(error)")
            return error is UsageError ? 2 : exitStatus(error)
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

            \(lines.joined(separator: "\n"))

            \(name) COMMAND --help tells the flags of a command.
            """
    }
}

/// One line to standard output, seen as it happens, through a pipe too.
package func printLine(_ text: String) {
    print(text)
    fflush(nil)
}

/// One line to standard error, in one write, so that lines of other threads do not mix with it.
package func printError(_ text: String) {
    let line = Array((text + "\n").utf8)
    _ = line.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
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
