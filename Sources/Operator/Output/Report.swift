internal import CommandLineInterface
internal import KubeAPI

/// What a command has found: one value, which the text for people and the documents for programs are made from.
protocol Report: Encodable, Sendable {
    /// The `kind` of the document.
    static var kind: String { get }

    /// What the command's exit status says of it.
    var exitStatus: CommandStatus { get }

    /// The text for people.
    func lines(_ style: TextStyle) -> [String]
}

/// How text for people is laid out.
struct TextStyle: Sendable {
    var isWide = false
    /// Where lines wrap; `nil` where they do not.
    var width: Int?
    /// What ages are counted to.
    var now: Timestamp = .now()
}

extension Report {
    /// Stays while fields are only added.
    private static var version: String { "cli.quartermaster.dev/v1" }

    /// The document for programs.
    func document() throws -> JSONValue {
        var document: JSONObject = ["apiVersion": .string(Self.version), "kind": .string(Self.kind)]
        for (key, value) in try JSONValueEncoder().encode(self).object ?? [:] { document[key] = value }
        return .object(document)
    }

    /// What is printed, without the line break at its end.
    func text(as format: OutputFormat, width: Int? = Terminal.width, now: Timestamp = .now()) throws -> String {
        switch format {
        case .text: lines(TextStyle(width: width, now: now)).joined(separator: "\n")
        case .wide: lines(TextStyle(isWide: true, now: now)).joined(separator: "\n")
        case .json: try document().serializedString()
        case .yaml: String(YAML.write(try document()).dropLast())
        }
    }

    /// Prints it.
    ///
    /// - Returns: its exit status.
    func printed(as format: OutputFormat) throws -> CommandStatus {
        let text = try text(as: format)
        if !text.isEmpty { printLine(text) }
        return exitStatus
    }
}
