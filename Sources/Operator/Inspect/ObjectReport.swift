internal import CommandLineInterface
internal import KubeAPI

/// How an object of ours is, for people: a line of the table, or everything that explains it.
struct ObjectReport: Sendable {
    let object: DynamicObject
    let now: Timestamp

    private var conditions: [JSONValue] { object["status"]?["conditions"]?.array ?? [] }

    private var ready: JSONValue? { conditions.first { $0["type"]?.string == "Ready" } }

    var isReady: Bool { ready?["status"]?.string == "True" && isObserved }

    /// Whether the status is about the spec as it is now.
    private var isObserved: Bool { object["status"]?["observedGeneration"]?.integer == object.generation }

    var readyText: String { isObserved ? ready?["status"]?.string ?? "Unknown" : "Unknown" }

    var reason: String { isObserved ? ready?["reason"]?.string ?? "" : "NotObserved" }

    var message: String {
        if isObserved { return ready?["message"]?.string ?? "" }
        return ready == nil
            ? "the operator has not looked at it yet; is it running? see quartermaster doctor"
            : "the operator has not looked at the last change yet"
    }

    var age: String { Self.age(of: object["metadata"]?["creationTimestamp"]?.string, at: now) }

    /// What explains the object: its conditions, and what its parts wait for.
    func explanation(width: Int?) -> [String] {
        let name = object.key.description
        var lines = ["\(object.kind) \(name): Ready is \(readyText)\(reason.isEmpty ? "" : ", \(reason)")"]
        if !message.isEmpty { lines.append("  \(message)") }
        if object["spec"]?["suspend"]?.bool == true { lines.append("  spec.suspend is true: nothing is written") }
        if object.isBeingDeleted {
            lines.append("  it is being deleted; finalizers: \(object.finalizers.joined(separator: ", "))")
        }
        if !conditions.isEmpty { lines += [""] + conditionLines(width) }
        let parts = partLines(width)
        if !parts.isEmpty { lines += [""] + parts }
        let children = object["status"]?["inventory"]?.array ?? []
        if !children.isEmpty { lines += ["", "Children: \(Self.counted(children))"] }
        return lines
    }

    private func conditionLines(_ width: Int?) -> [String] {
        var table = TextTable("CONDITION", "STATUS", "REASON", "SINCE", "MESSAGE")
        for condition in conditions {
            table.add(
                condition["type"]?.string ?? "", condition["status"]?.string ?? "", condition["reason"]?.string ?? "",
                Self.age(of: condition["lastTransitionTime"]?.string, at: now), condition["message"]?.string ?? "")
        }
        return table.lines(width: width)
    }

    /// The entries of the status's lists that have something to say: regions, targets, components.
    private func partLines(_ width: Int?) -> [String] {
        var table = TextTable("PART", "MESSAGE")
        for (list, value) in object["status"]?.object ?? [:] where list != "conditions" {
            for entry in value.array ?? [] {
                guard let message = entry["message"]?.string, !message.isEmpty else { continue }
                let names = ["name", "source", "destination"].compactMap { entry[$0]?.string }
                table.add("\(list) \(names.joined(separator: " to "))", message)
            }
        }
        return table.rows.isEmpty ? [] : table.lines(width: width)
    }

    /// `3 Deployments, 1 NetworkPolicy`, the kinds in order.
    private static func counted(_ inventory: [JSONValue]) -> String {
        let kinds = Dictionary(grouping: inventory.compactMap { $0["kind"]?.string }) { $0 }
        return kinds.sorted { $0.key < $1.key }.map { "\($0.value.count) \($0.key)" }.joined(separator: ", ")
    }

    /// As kubectl writes an age; nothing where there is no time. A clock that is a little behind makes nothing older.
    static func age(of time: String?, at now: Timestamp) -> String {
        time.flatMap(Timestamp.init(rfc3339:)).map { HumanAge.text(max(now - $0, .zero)) } ?? ""
    }
}
