import KubeAPI

/// What differs between two objects of one type. Source: structured-merge-diff, typed.Comparison.
struct ObjectComparison: Sendable {
    private(set) var added = FieldSet()
    private(set) var removed = FieldSet()
    private(set) var modified = FieldSet()

    var isSame: Bool { added.isEmpty && removed.isEmpty && modified.isEmpty }

    init(_ old: JSONValue, _ new: JSONValue, _ schema: TypeSchema) {
        compare(old, new, schema, at: [])
    }

    /// Without what a path never changes.
    func ignoring(_ fields: FieldSet) -> ObjectComparison {
        var copy = self
        copy.added = added.recursiveDifference(fields)
        copy.removed = removed.recursiveDifference(fields)
        copy.modified = modified.recursiveDifference(fields)
        return copy
    }

    private enum Change { case added, removed, modified }

    private mutating func record(_ change: Change, _ path: [FieldPath.Element]) {
        switch change {
        case .added: added.insert(path[...])
        case .removed: removed.insert(path[...])
        case .modified: modified.insert(path[...])
        }
    }

    private mutating func compare(
        _ old: JSONValue?, _ new: JSONValue?, _ schema: TypeSchema, at path: [FieldPath.Element]
    ) {
        // What is the same has nothing to tell, however deep it is.
        if let old, let new, old == new { return }
        let target = schema.resolved
        switch merging(old, new, schema) {
        case .leaf: compareLeaf(old, new, at: path)
        case .map:
            compareFields(old?.object ?? [:], new?.object ?? [:], target, at: path)
            recordPresence(old, new, at: path)
        case .list:
            compareElements(old?.array ?? [], new?.array ?? [], target, at: path)
            recordPresence(old, new, at: path)
        }
    }

    private func merging(_ old: JSONValue?, _ new: JSONValue?, _ schema: TypeSchema) -> TypeSchema.Merging {
        let merging = schema.merging(new ?? old)
        if let old, let new, !old.isNull, !new.isNull, schema.merging(old) != merging { return .leaf }
        switch merging {
        case .leaf: return .leaf
        // Two empty ones are a leaf, so that empty and null are told apart.
        case .map: return (old?.object ?? [:]).isEmpty && (new?.object ?? [:]).isEmpty ? .leaf : .map
        case .list: return (old?.array ?? []).isEmpty && (new?.array ?? []).isEmpty ? .leaf : .list
        }
    }

    private mutating func compareLeaf(_ old: JSONValue?, _ new: JSONValue?, at path: [FieldPath.Element]) {
        switch (old, new) {
        case (nil, nil): break
        case (nil, _?): record(.added, path)
        case (_?, nil): record(.removed, path)
        case (let old?, let new?): if old != new { record(.modified, path) }
        }
    }

    private mutating func recordPresence(_ old: JSONValue?, _ new: JSONValue?, at path: [FieldPath.Element]) {
        if old == nil { record(.added, path) }
        if new == nil { record(.removed, path) }
    }

    private mutating func compareFields(
        _ old: JSONObject, _ new: JSONObject, _ schema: TypeSchema, at path: [FieldPath.Element]
    ) {
        for (name, value) in old {
            compare(value, new[name], schema.child(name) ?? .anything, at: path + [.field(name)])
        }
        for (name, value) in new where old[name] == nil {
            compare(nil, value, schema.child(name) ?? .anything, at: path + [.field(name)])
        }
    }

    private mutating func compareElements(
        _ old: [JSONValue], _ new: [JSONValue], _ schema: TypeSchema, at path: [FieldPath.Element]
    ) {
        let oldItems = schema.grouped(old)
        let newItems = schema.grouped(new)
        let items = schema.items ?? .anything
        for element in oldItems.order + newItems.order.filter({ oldItems.values[$0] == nil }) {
            let before = oldItems.values[element] ?? []
            let after = newItems.values[element] ?? []
            let place = path + [element]
            if before.count <= 1, after.count <= 1 {
                compare(before.first, after.first, items, at: place)
            } else if before != after {
                // Elements that cannot be told apart change as one.
                record(before.isEmpty ? .added : after.isEmpty ? .removed : .modified, place)
            }
        }
    }
}

extension TypeSchema {
    /// The elements of a list by what tells them apart, and in which order these appear first.
    func grouped(_ elements: [JSONValue]) -> (order: [FieldPath.Element], values: [FieldPath.Element: [JSONValue]]) {
        var order: [FieldPath.Element] = []
        var values: [FieldPath.Element: [JSONValue]] = [:]
        for (index, item) in elements.enumerated() {
            let path = element(item, at: index)
            if values[path] == nil { order.append(path) }
            values[path, default: []].append(item)
        }
        return (order, values)
    }
}
