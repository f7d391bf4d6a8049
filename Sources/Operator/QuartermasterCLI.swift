internal import Glibc
internal import KubeAPI

/// `quartermaster`: chooses the command, and turns what goes wrong into one line and an exit status.
///
/// Exit status 0: done; 1: it failed while it worked; 2: the command line, a file or the configuration is wrong.
enum QuartermasterCLI {
    static let commands: [any Command.Type] = [VersionCommand.self]

    static func run(arguments: [String], environment: [String: String]) async -> Int32 {
        guard let name = arguments.first else {
            printError(help)
            return 2
        }
        if ["help", "--help", "-h"].contains(name) {
            print(help)
            return 0
        }
        guard let command = commands.first(where: { $0.name == name || "--\($0.name)" == name }) else {
            let names = commands.map { $0.name }.joined(separator: ", ")
            printError("quartermaster: \"\(name)\" is no command; the commands are \(names)")
            return 2
        }
        do {
            let flags = command.flags
            let values = try Arguments(arguments.dropFirst(), flags: flags, environment: environment)
            if values.wantsHelp {
                print(command.help)
                return 0
            }
            return try await command.init(values).run()
        } catch let error as UsageError {
            printError("quartermaster \(name): \(error)")
            return 2
        } catch {
            printError("quartermaster \(name): \(error)")
            return 1
        }
    }

    static var help: String {
        let width = commands.map { $0.name.count }.max() ?? 0
        let lines = commands.map { command in
            "  \(command.name)\(String(repeating: " ", count: width - command.name.count))  \(command.summary)"
        }
        return """
            Quartermaster keeps worker pools, backups and application environments of a Kubernetes cluster true.

            Usage: quartermaster COMMAND [flags]

            \(lines.joined(separator: "\n"))

            quartermaster COMMAND --help tells the flags of a command.
            """
    }
}

/// One line to standard error.
func printError(_ text: String) {
    // One write for the line, so that lines of other threads do not mix with it.
    let line = Array((text + "\n").utf8)
    _ = line.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
}

extension [String: String] {
    /// The environment of this process.
    static var process: [String: String] {
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
