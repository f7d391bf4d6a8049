/// One option of a command: given as `--name value`, `--name=value` or by its environment variable.
struct Flag: Sendable, Hashable {
    var name: String
    /// What stands for the value in the help; a flag without one is a switch.
    var placeholder: String?
    var defaultValue: String?
    var help: String
    /// One letter, for `-f`.
    var short: Character?
    var isRepeatable = false

    init(
        _ name: String, _ placeholder: String? = nil, short: Character? = nil, default defaultValue: String? = nil,
        isRepeatable: Bool = false, help: String
    ) {
        self.name = name
        self.placeholder = placeholder
        self.short = short
        self.defaultValue = defaultValue
        self.isRepeatable = isRepeatable
        self.help = help
    }

    /// `QM_KUBE_API_QPS` for `--kube-api-qps`.
    var environmentVariable: String {
        "QM_" + name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
    }
}

/// What is wrong with the command line: one line, and exit status 2.
struct UsageError: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}
