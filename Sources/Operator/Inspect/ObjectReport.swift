internal import CommandLineInterface
internal import KubeAPI

/// How an object of ours is: for a line of the table, or with everything that explains it.
struct ObjectReport: Sendable, Hashable, Encodable {
    /// An entry of one of the status's lists that has something to say: a region, a target, a component.
    struct Part: Sendable, Hashable, Encodable {
        var list: String
        var name: String
        var message: String
    }

    struct ChildCount: Sendable, Hashable, Encodable {
        var kind: String
        var count: Int
    }

    let kind: String
    /// Missing for what is in no namespace.
    let namespace: String?
    let name: String
    let creationTimestamp: Timestamp?
    /// Of the spec; the status is about it where `observedGeneration` is the same.
    let generation: Int64
    let observedGeneration: Int64?
    /// `Ready` of the present generation; Unknown while the operator has not looked at that.
    let ready: Condition.Status
    let reason: String
    let message: String
    let suspended: Bool
    /// Only of what is being deleted.
    let deletionTimestamp: Timestamp?
    /// What has to let go of it; only of what is being deleted.
    let finalizers: [String]?
    let conditions: [Condition]
    let parts: [Part]
    let children: [ChildCount]

    init(_ object: DynamicObject) {
        let status = object["status"]
        let conditions = (status?["conditions"]?.array ?? []).map(Self.condition)
        let ready = conditions.first { $0.type == "Ready" }
        kind = object.kind
        namespace = object.namespace.isEmpty ? nil : object.namespace
        name = object.name
        creationTimestamp = Self.time(object[path: "metadata", "creationTimestamp"])
        generation = object.generation
        observedGeneration = status?["observedGeneration"]?.integer
        suspended = object[path: "spec", "suspend"]?.bool == true
        deletionTimestamp = Self.time(object[path: "metadata", "deletionTimestamp"])
        finalizers = deletionTimestamp == nil ? nil : object.finalizers
        self.conditions = conditions
        parts = Self.parts(of: status)
        children = Self.counted(status?["inventory"]?.array ?? [])
        if let ready, observedGeneration == generation, ready.observedGeneration ?? generation == generation {
            self.ready = ready.status
            reason = ready.reason
            message = ready.message
        } else {
            self.ready = .unknown
            reason = "NotObserved"
            message =
                ready == nil
                ? "the operator has not looked at it yet; is it running? see quartermaster doctor"
                : "the operator has not looked at the last change yet"
        }
    }

    var key: ObjectKey { ObjectKey(namespace: namespace ?? "", name: name) }

    var isReady: Bool { ready == .true }

    /// Whether a condition is True, and was found to be for the spec as it is now.
    func holds(_ condition: String) -> Bool {
        observedGeneration == generation
            && conditions.contains {
                $0.type == condition && $0.status == .true && $0.observedGeneration ?? generation == generation
            }
    }

    /// `RegionalWorkerPool workers/pool: Ready is False, NoMatchingNodes`.
    var headline: String {
        "\(kind) \(key): Ready is \(ready.rawValue)\(reason.isEmpty ? "" : ", \(reason)")"
    }

    /// What explains the object: its conditions, and what its parts wait for.
    func explanation(_ style: TextStyle) -> [String] {
        var lines = [headline]
        var shown = ShownMessages()
        if !message.isEmpty { lines.append("  \(shown.text(message, of: "above"))") }
        if suspended { lines.append("  spec.suspend is true: nothing is written") }
        if deletionTimestamp != nil {
            lines.append("  it is being deleted; finalizers: \((finalizers ?? []).joined(separator: ", "))")
        }
        if !conditions.isEmpty { lines += [""] + conditionLines(style, &shown) }
        if !parts.isEmpty { lines += [""] + partLines(style, &shown) }
        if !children.isEmpty { lines += ["", "Children: \(childrenText)"] }
        return lines
    }

    /// `3 Deployment, 1 NetworkPolicy`.
    var childrenText: String { children.map { "\($0.count) \($0.kind)" }.joined(separator: ", ") }

    private func conditionLines(_ style: TextStyle, _ shown: inout ShownMessages) -> [String] {
        var table = TextTable("CONDITION", "STATUS", "REASON", "SINCE", "MESSAGE")
        for condition in conditions {
            table.add(
                condition.type, condition.status.rawValue, condition.reason,
                Self.age(of: condition.lastTransitionTime, at: style.now),
                shown.text(condition.message, of: condition.type))
        }
        return table.lines(width: style.width)
    }

    private func partLines(_ style: TextStyle, _ shown: inout ShownMessages) -> [String] {
        var table = TextTable("PART", "MESSAGE")
        for part in parts {
            let name = "\(part.list) \(part.name)"
            table.add(name, shown.text(part.message, of: name))
        }
        return table.lines(width: style.width)
    }

    // MARK: Reading a status

    /// Fields that somebody has left out are empty.
    private static func condition(_ json: JSONValue) -> Condition {
        Condition(
            type: json["type"]?.string ?? "",
            status: json["status"]?.string.flatMap(Condition.Status.init(rawValue:)) ?? .unknown,
            reason: json["reason"]?.string ?? "", message: json["message"]?.string ?? "",
            observedGeneration: json["observedGeneration"]?.integer,
            lastTransitionTime: time(json["lastTransitionTime"]))
    }

    private static func parts(of status: JSONValue?) -> [Part] {
        var parts: [Part] = []
        for (list, value) in status?.object ?? [:] where list != "conditions" {
            for entry in value.array ?? [] {
                guard let message = entry["message"]?.string, !message.isEmpty else { continue }
                // A target of a backup has no name of its own.
                let target = ["source", "destination"].compactMap { entry[$0]?.string }.joined(separator: " to ")
                parts.append(Part(list: list, name: entry["name"]?.string ?? target, message: message))
            }
        }
        return parts
    }

    private static func counted(_ inventory: [JSONValue]) -> [ChildCount] {
        let kinds = Dictionary(grouping: inventory.compactMap { $0["kind"]?.string }) { $0 }
        return kinds.sorted { $0.key < $1.key }.map { ChildCount(kind: $0.key, count: $0.value.count) }
    }

    private static func time(_ json: JSONValue?) -> Timestamp? { json?.string.flatMap(Timestamp.init(rfc3339:)) }

    /// As kubectl writes an age; nothing where there is no time. A clock that is a little behind makes nothing older.
    static func age(of time: Timestamp?, at now: Timestamp) -> String {
        time.map { HumanAge.text(max(now - $0, .zero)) } ?? ""
    }
}
