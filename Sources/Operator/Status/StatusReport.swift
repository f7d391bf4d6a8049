internal import CommandLineInterface
internal import KubeAPI

/// What `quartermaster status` shows.
struct StatusReport: Report {
    private enum CodingKeys: CodingKey { case items }

    static let kind = "StatusReport"

    let items: [ObjectReport]
    /// What was asked for.
    private let choice: OwnObjects.Choice

    /// - Throws: `NotFound` where a named object is not there.
    init(_ items: [ObjectReport], _ choice: OwnObjects.Choice) throws(NotFound) {
        if choice.name != nil, items.isEmpty { throw NotFound(choice: choice) }
        self.items = items
        self.choice = choice
    }

    var exitStatus: CommandStatus { items.allSatisfy(\.isReady) ? .fine : .finding }

    func lines(_ style: TextStyle) -> [String] {
        guard choice.name == nil else { return Array(items.map { $0.explanation(style) }.joined(separator: [""])) }
        guard !items.isEmpty else {
            return ["There is no object of quartermaster.dev\(choice.namespace.map { " in namespace \($0)" } ?? "")."]
        }
        return style.isWide ? wideTable(style) : table(style)
    }

    private func table(_ style: TextStyle) -> [String] {
        var table = TextTable("KIND", "NAMESPACE", "NAME", "READY", "REASON", "AGE", "MESSAGE")
        for item in items {
            table.add(
                item.kind, item.namespace ?? "", item.name, item.ready.rawValue, item.reason,
                ObjectReport.age(of: item.creationTimestamp, at: style.now), item.message)
        }
        return table.lines(width: style.width)
    }

    private func wideTable(_ style: TextStyle) -> [String] {
        var table = TextTable(
            "KIND", "NAMESPACE", "NAME", "READY", "REASON", "AGE", "GENERATION", "OBSERVED", "SUSPENDED", "CHILDREN",
            "MESSAGE")
        for item in items {
            table.add(
                item.kind, item.namespace ?? "", item.name, item.ready.rawValue, item.reason,
                ObjectReport.age(of: item.creationTimestamp, at: style.now), "\(item.generation)",
                item.observedGeneration.map { "\($0)" } ?? "", item.suspended ? "yes" : "no", item.childrenText,
                item.message)
        }
        return table.lines(width: style.width)
    }

    struct NotFound: Error, CustomStringConvertible {
        var choice: OwnObjects.Choice

        var description: String {
            let place = choice.namespace.map { " in namespace \($0)" } ?? ""
            return "there is no \(choice.kind ?? "object") \(choice.name ?? "")\(place); quartermaster status lists all"
        }
    }
}
