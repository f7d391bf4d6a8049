/// Output as a page shows it. `…` stands for any text of a line, and as a line of its own for any lines. How old something is, how wide
/// columns are and what follows the name of a Deployment in that of its pod differ from one time to the next.
struct ShownOutput {
    /// For the whole output, in one line, as `grep -P` takes it too.
    let pattern: String

    init(_ text: String) {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last == "" { lines.removeLast() }
        pattern = "\\A\(lines.map(Self.pattern(ofLine:)).joined())\\z"
    }

    func matches(_ output: String) throws -> Bool { try output.contains(Regex(pattern)) }

    private static func pattern(ofLine line: Substring) -> String {
        guard line != "…" else { return "(?:[^\\n]*\\n)*" }
        let words = line.split(separator: " ").map(pattern(ofWord:)).joined(separator: " +")
        return "\(line.hasPrefix(" ") ? " +" : "")\(words) *\\n"
    }

    private static func pattern(ofWord word: Substring) -> String {
        guard word.wholeMatch(of: /\d+[smhd](\d+[smhd])?/) == nil else { return "\\d+[smhd](?:\\d+[smhd])?" }
        var pattern = ""
        var rest = word
        // The letters and digits that Kubernetes makes names of.
        while let suffix = rest.firstMatch(of: /-[b-df-hj-np-tv-z2-9]{5,10}-[b-df-hj-np-tv-z2-9]{5}(?![\w\-])/) {
            pattern += escaped(rest[..<suffix.startIndex]) + "-[a-z0-9]+-[a-z0-9]+"
            rest = rest[suffix.endIndex...]
        }
        return pattern + escaped(rest)
    }

    private static func escaped(_ text: Substring) -> String {
        text.map { character in
            if character == "…" { return "[^\\n]*" }
            let isPlain = character.isLetter || character.isNumber || !character.isASCII
            return isPlain ? "\(character)" : "\\\(character)"
        }.joined()
    }
}
