/// A page of the reference: people write it, but for the tables between two marks.
struct ReferencePage {
    let text: String

    /// - Throws: `GeneratorError` where the page has no place for a part of the kind.
    init(_ page: String, of definition: Definition, path: String) throws(GeneratorError) {
        var lines = page.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for part in definition.parts {
            let mark = "<!-- fields of \(part.name), made by make generate -->"
            guard let start = lines.firstIndex(of: mark),
                let end = lines[start...].firstIndex(of: Self.endMark)
            else { throw GeneratorError("\(path): no place for the fields: \(mark) and below it \(Self.endMark)") }
            lines.replaceSubrange(start + 1..<end, with: [""] + FieldTable(part.node).lines + [""])
        }
        text = lines.joined(separator: "\n")
    }

    private static let endMark = "<!-- /fields -->"
}
