import KubeAPI

/// `metadata.managedFields`, by manager.
struct ManagedFields: Sendable, Hashable {
    enum Operation: String, Sendable, Comparable {
        case apply = "Apply"
        case update = "Update"

        static func < (left: Operation, right: Operation) -> Bool { left.rawValue < right.rawValue }
    }

    /// Who writes: an applier is the same in all versions, an updater is not.
    struct Writer: Sendable, Hashable {
        var manager: String
        var operation: Operation
        /// Empty for appliers.
        var apiVersion: String
        var subresource: String
    }

    struct Entry: Sendable, Hashable {
        var fields: FieldSet
        var apiVersion: String
        var time: Timestamp?
    }

    var entries: [Writer: Entry] = [:]

    init() {}

    /// Reads the field; entries that are broken make all of it void, as in the real server.
    init(_ object: JSONValue) {
        for entry in object[path: ["metadata", "managedFields"]]?.array ?? [] {
            guard let operation = entry["operation"]?.string.flatMap(Operation.init(rawValue:)),
                entry["fieldsType"]?.string == "FieldsV1"
            else {
                entries = [:]
                return
            }
            let apiVersion = entry["apiVersion"]?.string ?? ""
            let writer = Writer(
                manager: entry["manager"]?.string ?? "", operation: operation,
                apiVersion: operation == .apply ? "" : apiVersion, subresource: entry["subresource"]?.string ?? "")
            entries[writer] = Entry(
                fields: FieldSet(fieldsV1: entry["fieldsV1"] ?? [:]), apiVersion: apiVersion,
                time: entry["time"]?.string.flatMap(Timestamp.init(rfc3339:)))
        }
    }

    /// What a request's object says: its own managers if it brings any, else those of the live object.
    static func forUpdate(live: JSONValue, new: JSONValue) -> ManagedFields {
        let sent = new[path: ["metadata", "managedFields"]]?.array ?? []
        // One empty entry is the documented way to forget everything.
        if sent.count == 1, sent[0].object?.allSatisfy({ $0.value.isNull }) ?? true { return ManagedFields() }
        let own = ManagedFields(new)
        return own.entries.isEmpty ? ManagedFields(live) : own
    }

    /// Sorted as the real server sorts; `nil` where nobody manages anything.
    var json: JSONValue? {
        let sorted = entries.sorted { left, right in
            let order = (left.key.operation, left.value.time?.secondsSinceEpoch ?? 0, left.key.manager)
            let opposite = (right.key.operation, right.value.time?.secondsSinceEpoch ?? 0, right.key.manager)
            if order != opposite { return order < opposite }
            return (left.value.apiVersion, left.key.subresource) < (right.value.apiVersion, right.key.subresource)
        }
        return sorted.isEmpty ? nil : .array(sorted.map { Self.json($0.key, $0.value) })
    }

    private static func json(_ writer: Writer, _ entry: Entry) -> JSONValue {
        var fields: JSONValue = [
            "manager": .string(writer.manager), "operation": .string(writer.operation.rawValue),
            "apiVersion": .string(entry.apiVersion),
        ]
        if let time = entry.time { fields["time"] = .string(time.rfc3339) }
        fields["fieldsType"] = "FieldsV1"
        fields["fieldsV1"] = entry.fields.fieldsV1
        if !writer.subresource.isEmpty { fields["subresource"] = .string(writer.subresource) }
        return fields
    }

    /// Without times: what decides whether a write has an effect.
    var timeless: [Writer: FieldSet] { entries.mapValues(\.fields) }

    /// Takes fields from an entry; an entry that has none left goes.
    mutating func take(_ fields: FieldSet, from writer: Writer) {
        guard let rest = entries[writer]?.fields.difference(fields) else { return }
        entries[writer]?.fields = rest
        if rest.isEmpty { entries[writer] = nil }
    }
}

extension ManagedFields {
    private static let maximumUpdaters = 10

    /// More than ten updaters: the oldest become one, `ancient-changes`.
    mutating func capUpdaters() {
        let updaters = entries.filter { $0.key.operation == .update }.sorted { left, right in
            (left.value.time?.secondsSinceEpoch ?? 0, left.key.manager)
                < (right.value.time?.secondsSinceEpoch ?? 0, right.key.manager)
        }
        var surplus = updaters.count - Self.maximumUpdaters
        var first: [String: Writer] = [:]
        for (writer, entry) in updaters where surplus > 0 {
            let bucket = Writer(
                manager: "ancient-changes", operation: .update, apiVersion: entry.apiVersion, subresource: "")
            guard let earlier = first[entry.apiVersion] else {
                first[entry.apiVersion] = writer
                continue
            }
            if entries[bucket] == nil { entries[bucket] = entries.removeValue(forKey: earlier) }
            entries[bucket]?.fields.formUnion(entry.fields)
            entries[bucket]?.time = entry.time
            if writer != bucket { entries[writer] = nil }
            surplus -= 1
        }
    }
}
