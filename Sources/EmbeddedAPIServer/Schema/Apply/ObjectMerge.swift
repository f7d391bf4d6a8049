import KubeAPI

/// Merges an applied configuration into a live object. Source: structured-merge-diff, typed.Merge.
enum ObjectMerge {
    static func merge(_ live: JSONValue?, _ applied: JSONValue?, _ schema: TypeSchema) -> JSONValue? {
        guard let applied else { return live }
        guard let live else { return applied }
        let target = schema.resolved
        switch (schema.merging(applied.isNull ? live : applied), live, applied) {
        case (.map, .object(let fields), .object(let changes)): return .object(merge(fields, changes, target))
        // An applied null of a map or list that merges takes nothing away.
        case (.map, .object(let fields), .null) where !fields.isEmpty: return live
        case (.list, .array(let elements), .null) where !elements.isEmpty: return live
        case (.list, .array(let elements), .array(let changes)):
            if elements.isEmpty || changes.isEmpty { return elements.isEmpty ? applied : live }
            return .array(merge(elements, changes, target))
        default: return applied
        }
    }

    private static func merge(_ live: JSONObject, _ applied: JSONObject, _ schema: TypeSchema) -> JSONObject {
        var result = live
        for (name, change) in applied {
            result[name] = merge(live[name], change, schema.child(name) ?? .anything)
        }
        return result
    }

    /// Shared elements come in the applied order, those of the live list alone stay where they stood among them.
    private static func merge(_ live: [JSONValue], _ applied: [JSONValue], _ schema: TypeSchema) -> [JSONValue] {
        var merging = ListMerge(live: live, applied: applied, schema: schema)
        return merging.run()
    }
}

/// The ordering of two lists into one, step by step as structured-merge-diff takes them.
private struct ListMerge {
    private let live: [JSONValue]
    private let liveElements: [FieldPath.Element]
    private let appliedElements: [FieldPath.Element]
    private let liveValues: [FieldPath.Element: [JSONValue]]
    private let appliedValues: [FieldPath.Element: [JSONValue]]
    private let items: TypeSchema
    private var shared: ArraySlice<FieldPath.Element>
    private var merged: Set<FieldPath.Element> = []
    private var liveIndex = 0
    private var appliedIndex = 0
    private var result: [JSONValue] = []

    init(live: [JSONValue], applied: [JSONValue], schema: TypeSchema) {
        self.live = live
        liveElements = live.enumerated().map { schema.element($0.element, at: $0.offset) }
        let grouped = schema.grouped(applied)
        appliedElements = grouped.order
        appliedValues = grouped.values
        let values = schema.grouped(live).values
        liveValues = values
        items = schema.items ?? .anything
        shared = appliedElements.filter { values[$0] != nil }[...]
    }

    mutating func run() -> [JSONValue] {
        while liveIndex < liveElements.count || appliedIndex < appliedElements.count { step() }
        return result
    }

    private mutating func step() {
        if liveIndex < liveElements.count, appliedIndex < appliedElements.count {
            let element = liveElements[liveIndex]
            if element == appliedElements[appliedIndex] {
                take(element)
                liveIndex += 1
                appliedIndex += 1
                shared = shared.dropFirst()
                return
            }
            if appliedValues[element] != nil, let next = shared.first, next != element {
                // Shared, but not the one whose turn it is.
                liveIndex += 1
                return
            }
        }
        if liveIndex < liveElements.count {
            let element = liveElements[liveIndex]
            if appliedValues[element] == nil {
                result.append(live[liveIndex])
                liveIndex += 1
                return
            }
            if merged.contains(element) { liveIndex += 1 }
        }
        guard appliedIndex < appliedElements.count else { return }
        let element = appliedElements[appliedIndex]
        take(element)
        appliedIndex += 1
        if shared.first == element { shared = shared.dropFirst() }
    }

    private mutating func take(_ element: FieldPath.Element) {
        merged.insert(element)
        // Elements that stand twice in the live list cannot be merged into; the applied one replaces them.
        let before = liveValues[element].flatMap { $0.count == 1 ? $0[0] : nil }
        if let value = ObjectMerge.merge(before, appliedValues[element]?.first, items) { result.append(value) }
    }
}
