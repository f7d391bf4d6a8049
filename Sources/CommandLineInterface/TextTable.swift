/// Columns of text for people, aligned to the left and parted by three spaces, as kubectl prints them.
package struct TextTable: Sendable, Hashable {
    package var header: [String]
    package private(set) var rows: [[String]] = []

    package init(_ header: String...) { self.header = header }

    /// Adds a row. Empty cells show as `-`; those beyond the header are dropped.
    package mutating func add(_ cells: String...) {
        let padded = cells + Array(repeating: "", count: max(0, header.count - cells.count))
        rows.append(padded.prefix(header.count).map { $0.isEmpty ? "-" : $0 })
    }

    /// The lines, header first, without spaces at their ends.
    ///
    /// - Parameters:
    ///   - indent: spaces before each line.
    ///   - width: where a last column wraps, between words, to lines of its own; `nil` never wraps.
    package func lines(indent: Int = 0, width: Int? = nil) -> [String] {
        let widths = header.indices.map { column in
            ([header] + rows).map { $0[column].count }.max() ?? 0
        }
        let start = indent + widths.dropLast().reduce(0) { $0 + $1 + 3 }
        let room = width.map { max(20, $0 - start) }
        return ([header] + rows).flatMap { row -> [String] in
            let fixed = zip(row.dropLast(), widths).map { $0 + Self.spaces($1 - $0.count + 3) }.joined()
            let last = Self.wrapped(row.last ?? "", at: room)
            return last.enumerated().map { index, text in
                Self.trimmed((index == 0 ? Self.spaces(indent) + fixed : Self.spaces(start)) + text)
            }
        }
    }

    private static func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

    private static func trimmed(_ line: String) -> String {
        var line = Substring(line)
        while line.last == " " { line.removeLast() }
        return String(line)
    }

    private static func wrapped(_ text: String, at room: Int?) -> [String] {
        guard let room, text.count > room else { return [text] }
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > room {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return line.isEmpty ? lines : lines + [line]
    }
}
