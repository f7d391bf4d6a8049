internal import CommandLineInterface
internal import KubeAPI

/// What `quartermaster status` shows.
struct StatusReport: Report {
    private enum CodingKeys: CodingKey { case items, unread }

    static let kind = "StatusReport"

    let items: [ObjectReport]
    /// Kinds that may not be read; absent where there is none.
    let unread: [OwnObjects.Unread]?
    /// What was asked for.
    private let choice: OwnObjects.Choice

    /// - Throws: `NotFound` where a named object is not there.
    init(
        _ items: [ObjectReport], unread: [OwnObjects.Unread] = [], _ choice: OwnObjects.Choice
    ) throws(NotFound) {
        if choice.name != nil, items.isEmpty { throw NotFound(choice: choice, unread: unread) }
        self.items = items
        self.unread = unread.isEmpty ? nil : unread
        self.choice = choice
    }

    /// What is not Ready is so whatever else there is; without that it is not known.
    var exitStatus: CommandStatus {
        guard items.allSatisfy(\.isReady) else { return .finding }
        return unread == nil ? .fine : .error
    }

    func lines(_ style: TextStyle) -> [String] {
        guard let unread else { return itemLines(style) }
        return itemLines(style) + [""] + unread.map(\.line)
    }

    private func itemLines(_ style: TextStyle) -> [String] {
        guard choice.name == nil else { return Array(items.map { $0.explanation(style) }.joined(separator: [""])) }
        guard !items.isEmpty else {
            return ["There is no object of quartermaster.dev\(choice.namespace.map { " in namespace \($0)" } ?? "")."]
        }
        return style.isWide ? wideTable(style) : table(style)
    }

    private func table(_ style: TextStyle) -> [String] {
        var table = TextTable("KIND", "NAMESPACE", "NAME", "READY", "REASON", "AGE", "MESSAGE")
        var shown = ShownMessages()
        for item in items {
            table.add(
                item.kind, item.namespace ?? "", item.name, item.ready.rawValue, item.reason,
                ObjectReport.age(of: item.creationTimestamp, at: style.now),
                shown.text(item.message, of: "\(item.kind) \(item.key)"))
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
        var unread: [OwnObjects.Unread] = []

        var description: String {
            let place = choice.namespace.map { " in namespace \($0)" } ?? ""
            let missing = "there is no \(choice.kind ?? "object") \(choice.name ?? "")\(place)"
            guard unread.isEmpty else {
                return "\(missing) that may be read: \(unread.map(\.line).joined(separator: "; "))"
            }
            return "\(missing); quartermaster status lists all"
        }
    }
}

extension OwnObjects.Unread {
    var line: String { "\(kind) could not be read: \(message)" }
}
