/// How a command ends: the same for every command, so that a script can go by it.
package enum CommandStatus: Sendable, Hashable {
    /// It is done, or what was looked at is as it should be.
    case fine
    /// What was looked at is not: not Ready, different, invalid, failed, or still there.
    case finding
    /// It could not be done or found out: the command line, a file, no server, no right.
    case error
    /// How a process came to its end that goes on until it is stopped.
    case ended(Int32)

    package var code: Int32 {
        switch self {
        case .fine: 0
        case .finding: 1
        case .error: 2
        case .ended(let code): code
        }
    }
}
