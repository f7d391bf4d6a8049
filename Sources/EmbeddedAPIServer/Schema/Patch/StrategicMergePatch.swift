import KubeAPI

/// A strategic merge patch. Source: Kubernetes documentation, "Update API Objects in Place Using kubectl patch".
///
/// Lists with a merge key are merged element by element, other lists are replaced. Directives: `$patch`
/// (`delete`, `replace`, `merge`), `$retainKeys`, `$setElementOrder/…` and `$deleteFromPrimitiveList/…`.
enum StrategicMergePatch {
    /// - Throws: `StatusFailure` 400 for a patch that does not fit the type, such as a list element without its key.
    static func apply(
        _ patch: JSONValue, to target: JSONValue, schema: TypeSchema
    ) throws(StatusFailure) -> JSONValue {
        guard case .object(let changes) = patch else {
            throw .badRequest("unable to decode patch: expected an object, found \(patch.typeName)")
        }
        return .object(try merge(changes, into: target.object ?? [:], schema) ?? [:])
    }

    /// - Returns: `nil` where the patch deletes the map.
    private static func merge(
        _ patch: JSONObject, into target: JSONObject, _ schema: TypeSchema
    ) throws(StatusFailure) -> JSONObject? {
        let schema = schema.resolved
        switch patch["$patch"]?.string {
        case "replace": return patch.filter { $0.key != "$patch" }
        case "delete": return nil
        case "merge", nil: break
        case let other?: throw .badRequest("Unknown directive type: \(other)")
        }
        var result = try retained(patch, target)
        for (key, change) in patch where !key.hasPrefix("$") {
            try merge(key, change, into: &result, schema, patch)
        }
        // What is deleted or ordered without being patched in the same breath.
        for (key, value) in patch {
            if let name = key.directive("$deleteFromPrimitiveList/"), patch[name] == nil {
                result[name] = PatchedList.without(value, result[name])
            }
            if let name = key.directive("$setElementOrder/"), patch[name] == nil, let list = result[name]?.array {
                let child = schema.child(name) ?? .anything
                result[name] = .array(
                    PatchedList.ordered(list, by: value.array ?? [], key: child.patch.mergeKey, old: list))
            }
        }
        return result
    }

    private static func merge(
        _ key: String, _ change: JSONValue, into result: inout JSONObject, _ schema: TypeSchema, _ patch: JSONObject
    ) throws(StatusFailure) {
        let child = schema.child(key) ?? .anything
        switch (change, result[key]) {
        case (.null, _): result[key] = nil
        case (.object(let fields), let old):
            let before = child.patch.replaces ? nil : old?.object
            result[key] = try merge(fields, into: before ?? [:], child).map(JSONValue.object)
        case (.array(let changes), let old):
            var list = PatchedList(schema: child)
            list.order = patch["$setElementOrder/\(key)"]?.array
            list.deletions = patch["$deleteFromPrimitiveList/\(key)"]
            result[key] = .array(try list.merged(changes, into: old?.array ?? [], merge: merge))
        default: result[key] = change
        }
    }

    /// `$retainKeys`: every other field goes, and the patch may name no other.
    private static func retained(_ patch: JSONObject, _ target: JSONObject) throws(StatusFailure) -> JSONObject {
        guard let kept = patch["$retainKeys"]?.array.map({ Set($0.compactMap(\.string)) }) else { return target }
        for (key, value) in patch where !key.hasPrefix("$") && !value.isNull && !kept.contains(key) {
            throw .badRequest("$retainKeys list doesn't contains all keys in the patch")
        }
        return target.filter { kept.contains($0.key) }
    }
}

/// The lists of a strategic merge patch.
struct PatchedList {
    typealias MapMerge = (JSONObject, JSONObject, TypeSchema) throws(StatusFailure) -> JSONObject?

    let schema: TypeSchema
    /// `$setElementOrder`, where the patch has one.
    var order: [JSONValue]?
    /// `$deleteFromPrimitiveList`, where the patch has one.
    var deletions: JSONValue?

    init(schema: TypeSchema) { self.schema = schema }

    func merged(_ changes: [JSONValue], into old: [JSONValue], merge: MapMerge) throws(StatusFailure) -> [JSONValue] {
        let isReplacing = changes.contains { $0["$patch"]?.string == "replace" }
        guard schema.patch.merges, !isReplacing else {
            return changes.filter { $0["$patch"]?.string != "replace" && $0["$patch"]?.string != "delete" }
        }
        var result: [JSONValue]
        if let key = schema.patch.mergeKey {
            result = try mergedMaps(changes, into: old, key: key, merge: merge)
        } else {
            result = old.filter { !(deletions?.array ?? []).contains($0) }
            for change in changes where !result.contains(change) { result.append(change) }
        }
        // What the patch names stands in the patch's order, what is new in it before what it does not name.
        result = Self.ordered(result, by: changes, key: schema.patch.mergeKey, old: old)
        if let order { result = Self.ordered(result, by: order, key: schema.patch.mergeKey, old: old) }
        return result
    }

    private func mergedMaps(
        _ changes: [JSONValue], into old: [JSONValue], key: String, merge: MapMerge
    ) throws(StatusFailure) -> [JSONValue] {
        let items = schema.resolved.items ?? .anything
        var result = old
        for change in changes {
            guard let fields = change.object, let identity = fields[key] else {
                throw .badRequest("map: \(change) does not contain declared merge key: \(key)")
            }
            let isDeletion = fields["$patch"]?.string == "delete"
            let index = result.firstIndex { $0[key] == identity }
            if isDeletion {
                result.removeAll { $0[key] == identity }
            } else if let index {
                let before = result[index].object ?? [:]
                result[index] = .object(try merge(fields, before, items) ?? [:])
            } else {
                result.append(.object(try merge(fields, [:], items) ?? [:]))
            }
        }
        return result
    }

    static func without(_ deletions: JSONValue, _ list: JSONValue?) -> JSONValue? {
        guard let elements = list?.array else { return list }
        return .array(elements.filter { !(deletions.array ?? []).contains($0) })
    }

    /// Puts the named elements in their order; the others stay as near to where they stood as that allows.
    static func ordered(_ list: [JSONValue], by order: [JSONValue], key: String?, old: [JSONValue]) -> [JSONValue] {
        func identity(_ element: JSONValue) -> JSONValue { key.flatMap { element[$0] } ?? element }
        let places = Dictionary(
            order.enumerated().map { (identity($0.element), $0.offset) }, uniquingKeysWith: { first, _ in first })
        let oldPlaces = Dictionary(
            old.enumerated().map { (identity($0.element), $0.offset) }, uniquingKeysWith: { first, _ in first })
        var named = list.filter { places[identity($0)] != nil }
            .sorted { (places[identity($0)] ?? 0) < (places[identity($1)] ?? 0) }[...]
        var rest = list.filter { places[identity($0)] == nil }[...]
        var result: [JSONValue] = []
        // Merged as two queues, by where their heads stood before.
        while let next = named.first, let other = rest.first {
            let isOtherFirst =
                switch (oldPlaces[identity(other)], oldPlaces[identity(next)]) {
                case (let otherPlace?, let nextPlace?): otherPlace < nextPlace
                default: false
                }
            result.append(isOtherFirst ? rest.removeFirst() : named.removeFirst())
        }
        return result + named + rest
    }
}

extension String {
    /// What follows the directive's prefix.
    fileprivate func directive(_ prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }
}
