import Foundation

/// Output as a page shows it. `…` stands for any text of a line, and as a line of its own for any lines. How old something is, how wide
/// columns are and what follows the name of a Deployment in that of its pod differ from one time to the next.
struct ShownOutput {
    private let pattern: String

    init(_ text: String) {
        pattern = Self.normalised(text).split(separator: "\n").map { line in
            guard line != "…" else { return "(?:[^\\n]*\\n)*" }
            return line.components(separatedBy: "…").map { NSRegularExpression.escapedPattern(for: $0) }
                .joined(separator: "[^\\n]*") + "\\n"
        }.joined()
    }

    func matches(_ output: String) -> Bool {
        let lines = Self.normalised(output).split(separator: "\n").map { "\($0)\n" }.joined()
        return lines.range(of: "^\(pattern)$", options: .regularExpression) == lines.startIndex..<lines.endIndex
    }

    private static func normalised(_ text: String) -> String {
        [
            ("(?<![\\w.])\\d+[smhd](\\d+[smhd])?(?![\\w.])", "AGE"),
            ("(-[b-df-hj-np-tv-z2-9]{5,10})?-[b-df-hj-np-tv-z2-9]{5}(?![\\w-])", "-POD"),
            ("[ \\t]+", " "), (" \\n", "\n"),
        ].reduce(text) { $0.replacingOccurrences(of: $1.0, with: $1.1, options: .regularExpression) }
    }
}
