/// One option of a command: given as `--name value`, `--name=value` or by its environment variable.
package struct Flag: Sendable, Hashable {
    package var name: String
    /// What stands for the value in the help; a flag without one is a switch.
    package var placeholder: String?
    package var defaultValue: String?
    package var help: String
    /// One letter, for `-f`.
    package var short: Character?
    package var isRepeatable = false
    /// The only values that it takes; empty where others are possible.
    package var choices: [String]

    package init(
        _ name: String, _ placeholder: String? = nil, short: Character? = nil, default defaultValue: String? = nil,
        isRepeatable: Bool = false, choices: [String] = [], help: String
    ) {
        self.name = name
        self.placeholder = placeholder
        self.short = short
        self.defaultValue = defaultValue
        self.isRepeatable = isRepeatable
        self.choices = choices
        self.help = help
    }

    /// `QM_KUBE_API_QPS` for `--kube-api-qps`.
    package var environmentVariable: String {
        "QM_" + name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
    }
}

/// What is wrong with the command line: one line, and exit status 2.
package struct UsageError: Error, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
}
