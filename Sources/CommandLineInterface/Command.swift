/// One subcommand of a program.
package protocol Command: Sendable {
    static var name: String { get }
    static var summary: String { get }
    /// What follows the name in the usage line.
    static var usage: String { get }
    static var flags: [Flag] { get }

    /// What may stand next beside flags, for the completion of a shell. What takes long, or fails, has to give up by itself.
    ///
    /// - Parameter arguments: what stands before it.
    static func candidates(after arguments: Arguments) async -> [String]

    /// - Throws: `UsageError` for what the flags say wrong.
    init(_ arguments: Arguments) throws(UsageError)

    /// - Throws: what kept it from its work, which is `CommandStatus.error`.
    func run() async throws -> CommandStatus
}

extension Command {
    package static func candidates(after arguments: Arguments) async -> [String] { [] }

    /// The text of `PROGRAM NAME --help`.
    package static func help(program: String) -> String {
        var lines = [summary, "", "Usage: \(program) \(name) \(usage)"]
        if !flags.isEmpty { lines += ["", "Flags (each also by the environment variable behind it):"] }
        for flag in flags {
            let short = flag.short.map { "-\($0), " } ?? ""
            lines.append(
                "  \(short)--\(flag.name)\(flag.placeholder.map { " \($0)" } ?? "")  [\(flag.environmentVariable)]")
            let standard = flag.defaultValue.map { " (default \($0.isEmpty ? "none" : $0))" } ?? ""
            lines.append("        \(flag.help)\(standard)")
        }
        return lines.joined(separator: "\n")
    }
}
