/// Compares a desired object with the live one, by meaning.
///
/// Only what is desired is compared: fields that the server or another manager added are none of our business, except
/// where an addition changes what our fields mean, as in a selector.
package struct Comparison {
    private var differences: [Difference] = []
    /// Where the comparison is.
    private var path = FieldPath.root

    package static func differences(desired: DynamicObject, live: DynamicObject) -> [Difference] {
        var comparison = Comparison()
        let root = FieldMeaning(apiVersion: desired.apiVersion, kind: desired.kind)
        for (field, value) in desired.fields where !["apiVersion", "kind", "metadata", "status"].contains(field) {
            comparison.compare(value, live.fields[field], at: .field(field), root.field(field), isClosed: false)
        }
        let metadata = FieldMeaning(type: TypeCatalogue.type(named: "ObjectMeta"))
        comparison.path = FieldPath.root.appending("metadata")
        for field in ["labels", "annotations", "ownerReferences", "finalizers"] {
            guard let value = desired.fields["metadata"]?[field] else { continue }
            comparison.compare(
                value, live.fields["metadata"]?[field], at: .field(field), metadata.field(field), isClosed: false)
        }
        return comparison.differences
    }

    private mutating func compare(
        _ desired: JSONValue, _ live: JSONValue?, at element: FieldPath.Element, _ meaning: FieldMeaning, isClosed: Bool
    ) {
        path.elements.append(element)
        defer { path.elements.removeLast() }
        guard let live, !live.isNull else { return compareWithNothing(desired, meaning) }
        switch (desired, live) {
        case (.null, _): break  // nothing is desired of it
        case (.object(let desired), .object(let live)):
            compare(desired, live, meaning, isClosed: isClosed || meaning.isClosed(path))
        case (.array(let desired), .array(let live)):
            compare(desired, live, meaning, isClosed: isClosed || meaning.isClosed(path))
        default:
            if !isEqual(desired, live, meaning) { note(desired, live) }
        }
    }

    private mutating func compareWithNothing(_ desired: JSONValue, _ meaning: FieldMeaning) {
        if meaning.isOmitted(desired, path) { return }
        // An object is missing with all its fields; it counts if one of them does.
        if case .object(let fields) = desired, !fields.isEmpty, !meaning.isStoredEmpty {
            let count = differences.count
            for (field, value) in fields {
                compare(value, nil, at: .field(field), meaning.field(field), isClosed: false)
            }
            if differences.count == count { return }
            differences.removeSubrange(count...)
        }
        note(desired, nil)
    }

    private mutating func compare(
        _ desired: JSONObject, _ live: JSONObject, _ meaning: FieldMeaning, isClosed: Bool
    ) {
        for (field, value) in desired {
            let found = live[field]
            // Most fields are these, and need no path.
            if value.isScalar, value == found { continue }
            compare(value, found, at: .field(field), meaning.field(field), isClosed: isClosed)
        }
        guard isClosed else { return }
        for (field, value) in live where !desired.contains(field) && !meaning.isServerDefault(field, value) {
            path.elements.append(.field(field))
            note(nil, value)
            path.elements.removeLast()
        }
    }

    private mutating func compare(
        _ desired: [JSONValue], _ live: [JSONValue], _ meaning: FieldMeaning, isClosed: Bool
    ) {
        switch meaning.list(path, elements: desired) {
        case .ordered:
            guard desired.count == live.count else { return note(.array(desired), .array(live)) }
            for (index, pair) in zip(desired, live).enumerated() {
                compare(pair.0, pair.1, at: .index(index), meaning.element, isClosed: isClosed)
            }
        case .set:
            let live = Set(live)
            for value in desired where !live.contains(value) {
                path.elements.append(.value(value))
                note(value, nil)
                path.elements.removeLast()
            }
        case .keyed(let keys): compare(desired, live, by: keys, meaning.element, isClosed: isClosed)
        }
    }

    /// An element is looked for in its own place first, since both lists mostly have one order, and then in an index: authors
    /// write lists of 100,000 variables, and a search through all of them for each one would keep the process from its lease.
    private mutating func compare(
        _ desired: [JSONValue], _ live: [JSONValue], by keys: [FieldMeaning.Key], _ meaning: FieldMeaning,
        isClosed: Bool
    ) {
        let identities = live.map { Self.identity(of: $0, keys) }
        var index: [JSONObject: Int]?
        for (place, element) in desired.enumerated() {
            let identity = Self.identity(of: element, keys)
            var match = place < live.count && identities[place] == identity ? place : nil
            if match == nil {
                let known = index ?? Dictionary(zip(identities, live.indices), uniquingKeysWith: { first, _ in first })
                index = known
                match = known[identity]
            }
            compare(element, match.map { live[$0] }, at: .key(identity), meaning, isClosed: isClosed)
        }
    }

    private static func identity(of element: JSONValue, _ keys: [FieldMeaning.Key]) -> JSONObject {
        JSONObject(keys.compactMap { key in (element[key.field] ?? key.fallback).map { (key.field, $0) } })
    }

    private func isEqual(_ desired: JSONValue, _ live: JSONValue, _ meaning: FieldMeaning) -> Bool {
        if desired == live { return true }
        if let desired = desired.number, let live = live.number, desired == live { return true }
        if live == meaning.valueInstead(of: desired) { return true }
        guard meaning.isQuantity(path) else { return false }
        guard let desired = Self.quantity(desired), let live = Self.quantity(live) else { return false }
        return desired == live
    }

    private static func quantity(_ value: JSONValue) -> Quantity? {
        switch value {
        case .string(let text): Quantity(text)
        case .integer, .number: Quantity(value.serializedString())
        default: nil
        }
    }

    private mutating func note(_ desired: JSONValue?, _ live: JSONValue?) {
        differences.append(Difference(path: path, desired: desired, live: live))
    }
}
