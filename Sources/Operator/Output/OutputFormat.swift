internal import CommandLineInterface

/// The form in which a command says what it has found.
enum OutputFormat: String, Sendable, CaseIterable {
    /// For people.
    case text
    /// For people who want everything: more columns, and nothing is cut or wrapped.
    case wide
    /// For programs, in one line.
    case json
    case yaml

    static let flag = flag(help: "wide, json or yaml; else text that fits the terminal")

    static func flag(help: String) -> Flag { Flag("output", "FORMAT", short: "o", choices: named, help: help) }

    private static let named = allCases.filter { $0 != .text }.map(\.rawValue)

    /// - Throws: `UsageError` that names the formats.
    init(_ arguments: Arguments) throws(UsageError) {
        guard arguments.string("output") != nil else {
            self = .text
            return
        }
        self = try OutputFormat(rawValue: arguments.choice("output", of: Self.named)) ?? .text
    }

    /// Whether it is read by people.
    var isText: Bool { self == .text || self == .wide }
}
