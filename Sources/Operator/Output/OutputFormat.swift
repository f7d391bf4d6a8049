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

    static let flag = Flag(
        "output", "FORMAT", short: "o", help: "wide, json or yaml; else text that fits the terminal")

    /// - Throws: `UsageError` that names the formats.
    init(_ arguments: Arguments) throws(UsageError) {
        guard arguments.string("output") != nil else {
            self = .text
            return
        }
        let named = Self.allCases.filter { $0 != .text }.map(\.rawValue)
        self = try OutputFormat(rawValue: arguments.choice("output", of: named)) ?? .text
    }

    /// Whether it is read by people.
    var isText: Bool { self == .text || self == .wide }
}
