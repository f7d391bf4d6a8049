/// Compares a desired object with the live one, by meaning.
///
/// Only what is desired is compared: fields that the server or another manager added are none of our business, except
/// where an addition changes what our fields mean, as in a selector.
package struct Comparison {
    private let kind: String
    private var differences: [Difference] = []

    package static func differences(desired: DynamicObject, live: DynamicObject) -> [Difference] {
        var comparison = Comparison(kind: desired.kind)
        for (field, value) in desired.fields where !["apiVersion", "kind", "metadata", "status"].contains(field) {
            comparison.compare(value, live.fields[field], FieldPath.root.appending(field), isClosed: false)
        }
        let metadata = FieldPath.root.appending("metadata")
        for field in ["labels", "annotations", "ownerReferences", "finalizers"] {
            guard let value = desired.fields["metadata"]?[field] else { continue }
            comparison.compare(value, live.fields["metadata"]?[field], metadata.appending(field), isClosed: false)
        }
        return comparison.differences
    }

    private init(kind: String) { self.kind = kind }

    private mutating func compare(_ desired: JSONValue, _ live: JSONValue?, _ path: FieldPath, isClosed: Bool) {
        guard let live, !live.isNull else {
            compareWithNothing(desired, path)
            return
        }
        switch (desired, live) {
        case (.null, _): break  // nothing is desired of it
        case (.object(let desired), .object(let live)):
            compare(desired, live, path, isClosed: isClosed || FieldSemantics.isClosed(path, in: kind))
        case (.array(let desired), .array(let live)):
            compare(desired, live, path, isClosed: isClosed || FieldSemantics.isClosed(path, in: kind))
        default:
            if !isEqual(desired, live, path) { note(path, desired, live) }
        }
    }

    private mutating func compareWithNothing(_ desired: JSONValue, _ path: FieldPath) {
        if FieldSemantics.isOmitted(desired, at: path) { return }
        // An object is missing with all its fields; it counts if one of them does.
        if case .object(let fields) = desired, !fields.isEmpty {
            let count = differences.count
            for (field, value) in fields { compare(value, nil, path.appending(field), isClosed: false) }
            if differences.count == count { return }
            differences.removeSubrange(count...)
        }
        note(path, desired, nil)
    }

    private mutating func compare(_ desired: JSONObject, _ live: JSONObject, _ path: FieldPath, isClosed: Bool) {
        for (field, value) in desired {
            let found = live[field]
            // Most fields are these, and need no path.
            if value.isScalar, value == found { continue }
            compare(value, found, path.appending(field), isClosed: isClosed)
        }
        guard isClosed else { return }
        for (field, value) in live where !desired.contains(field) && !FieldSemantics.isServerDefault(field, value) {
            note(path.appending(field), nil, value)
        }
    }

    private mutating func compare(_ desired: [JSONValue], _ live: [JSONValue], _ path: FieldPath, isClosed: Bool) {
        switch FieldSemantics.list(at: path, in: kind, elements: desired) {
        case .ordered:
            guard desired.count == live.count else { return note(path, .array(desired), .array(live)) }
            for (index, pair) in zip(desired, live).enumerated() {
                compare(pair.0, pair.1, path.appending(.index(index)), isClosed: isClosed)
            }
        case .set:
            let live = Set(live)
            for value in desired where !live.contains(value) { note(path.appending(.value(value)), value, nil) }
        case .keyed(let keys): compare(desired, live, by: keys, path, isClosed: isClosed)
        }
    }

    /// An element is looked for in its own place first, since both lists mostly have one order, and then in an index: authors
    /// write lists of 100,000 variables, and a search through all of them for each one would keep the process from its lease.
    private mutating func compare(
        _ desired: [JSONValue], _ live: [JSONValue], by keys: [FieldSemantics.Key], _ path: FieldPath, isClosed: Bool
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
            compare(element, match.map { live[$0] }, path.appending(.key(identity)), isClosed: isClosed)
        }
    }

    private static func identity(of element: JSONValue, _ keys: [FieldSemantics.Key]) -> JSONObject {
        JSONObject(keys.compactMap { key in (element[key.field] ?? key.fallback).map { (key.field, $0) } })
    }

    private func isEqual(_ desired: JSONValue, _ live: JSONValue, _ path: FieldPath) -> Bool {
        if desired == live { return true }
        if let desired = desired.number, let live = live.number { return desired == live }
        guard FieldSemantics.isQuantity(path, in: kind) else { return false }
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

    private mutating func note(_ path: FieldPath, _ desired: JSONValue?, _ live: JSONValue?) {
        differences.append(Difference(path: path, desired: desired, live: live))
    }
}
