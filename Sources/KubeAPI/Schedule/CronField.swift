/// One field of a schedule: numbers, names, ranges, steps and lists of them.
struct CronField {
    static let monthNames = [
        "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10,
        "nov": 11, "dec": 12,
    ]
    static let weekdayNames = ["sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6]

    let name: String
    let bounds: ClosedRange<Int>
    let names: [String: Int]

    init(_ name: String, _ bounds: ClosedRange<Int>, _ names: [String: Int] = [:]) {
        self.name = name
        self.bounds = bounds
        self.names = names
    }

    /// Whether the field restricts nothing. A step does, even if it begins with a star.
    static func isStar(_ text: String) -> Bool {
        text.split(separator: ",").contains { ["*", "?", "*/1", "?/1"].contains($0) }
    }

    /// The values that match, as bits.
    func bits(_ text: String) throws(CronSchedule.ParseError) -> UInt64 {
        var bits: UInt64 = 0
        for part in text.split(separator: ",", omittingEmptySubsequences: false) { bits |= try term(part) }
        return bits
    }

    private func term(_ text: Substring) throws(CronSchedule.ParseError) -> UInt64 {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let range = parts.first else { throw wrong(text) }
        let ends = range.split(separator: "-", omittingEmptySubsequences: false)
        var low = bounds.lowerBound
        var high = bounds.upperBound
        if range != "*", range != "?" {
            guard ends.count <= 2 else { throw wrong(text) }
            low = try number(ends[0], of: text)
            // A single number with a step goes on to the end.
            high = ends.count == 2 ? try number(ends[1], of: text) : parts.count == 2 ? bounds.upperBound : low
        }
        var step = 1
        if parts.count == 2 {
            guard let given = Int(parts[1]), given > 0 else { throw wrong(text) }
            // Beyond the bounds only the first value matches, and far beyond them no number could hold the next one.
            step = min(given, bounds.upperBound + 1)
        }
        guard bounds.contains(low), bounds.contains(high), low <= high else { throw wrong(text) }
        return stride(from: low, through: high, by: step).reduce(UInt64(0)) { $0 | (1 << UInt64($1)) }
    }

    private func number(_ text: Substring, of term: Substring) throws(CronSchedule.ParseError) -> Int {
        if let value = names[text.lowercased()] { return value }
        guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }), let value = Int(text) else {
            throw wrong(term)
        }
        return value
    }

    private func wrong(_ text: Substring) -> CronSchedule.ParseError {
        .init(
            message: "\"\(text)\" is no \(name); write numbers from \(bounds.lowerBound) to \(bounds.upperBound), "
                + "as in \(bounds.lowerBound + 1), \(bounds.lowerBound + 1)-\(bounds.lowerBound + 3) or */2")
    }
}
