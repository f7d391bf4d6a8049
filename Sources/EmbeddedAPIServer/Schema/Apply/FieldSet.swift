import KubeAPI

/// A set of paths in an object. Source: structured-merge-diff, fieldpath.Set.
struct FieldSet: Sendable, Hashable {
    private(set) var members: Set<FieldPath.Element> = []
    private(set) var children: [FieldPath.Element: FieldSet] = [:]

    init() {}

    /// The set with these paths, each given by its field names.
    init(paths: [[String]]) {
        self.init()
        for path in paths { insert(path.map(FieldPath.Element.field)[...]) }
    }

    var isEmpty: Bool { members.isEmpty && children.isEmpty }

    func contains(_ element: FieldPath.Element) -> Bool { members.contains(element) }

    func child(_ element: FieldPath.Element) -> FieldSet { children[element] ?? FieldSet() }

    mutating func insert(_ element: FieldPath.Element) { members.insert(element) }

    mutating func insert(_ path: ArraySlice<FieldPath.Element>) {
        guard let first = path.first else { return }
        if path.count == 1 {
            members.insert(first)
        } else {
            children[first, default: FieldSet()].insert(path.dropFirst())
        }
    }

    /// Puts a set below an element; an empty one changes nothing.
    mutating func formUnion(_ other: FieldSet, below element: FieldPath.Element) {
        guard !other.isEmpty else { return }
        children[element, default: FieldSet()].formUnion(other)
    }

    mutating func formUnion(_ other: FieldSet) {
        members.formUnion(other.members)
        for (element, set) in other.children { children[element, default: FieldSet()].formUnion(set) }
    }

    func union(_ other: FieldSet) -> FieldSet {
        var result = self
        result.formUnion(other)
        return result
    }

    func intersection(_ other: FieldSet) -> FieldSet {
        var result = FieldSet()
        result.members = members.intersection(other.members)
        for (element, set) in children {
            guard let opposite = other.children[element] else { continue }
            result.formUnion(set.intersection(opposite), below: element)
        }
        return result
    }

    /// Without the other's paths; what lies below them stays.
    func difference(_ other: FieldSet) -> FieldSet {
        var result = FieldSet()
        result.members = members.subtracting(other.members)
        for (element, set) in children {
            let rest = other.children[element].map { set.difference($0) } ?? set
            result.formUnion(rest, below: element)
        }
        return result
    }

    /// Without the other's paths and all that lies below them.
    func recursiveDifference(_ other: FieldSet) -> FieldSet {
        var result = FieldSet()
        result.members = members.subtracting(other.members)
        for (element, set) in children where !other.members.contains(element) {
            let rest = other.children[element].map { set.recursiveDifference($0) } ?? set
            result.formUnion(rest, below: element)
        }
        return result
    }

    /// With the declared fields of structs themselves, wherever something below them is in the set.
    func withNamedFields(_ schema: TypeSchema) -> FieldSet {
        let schema = schema.resolved
        var result = FieldSet()
        result.members = members
        for (element, set) in children {
            var childSchema = schema.items ?? .anything
            if case .field(let name) = element {
                if schema.field(name) != nil { result.members.insert(element) }
                childSchema = schema.child(name) ?? .anything
            }
            result.formUnion(set.withNamedFields(childSchema), below: element)
        }
        return result
    }

    /// Every path as conflicts write it, members of a level before what lies deeper.
    func descriptions(below prefix: String = "") -> [String] {
        members.sorted().map { prefix + $0.conflictText }
            + children.sorted { $0.key < $1.key }.flatMap { $0.value.descriptions(below: prefix + $0.key.conflictText) }
    }
}

// MARK: - The form in managedFields

extension FieldSet {
    /// Reads a `fieldsV1`; steps that are none are left out.
    init(fieldsV1: JSONValue) {
        self.init()
        for (key, value) in fieldsV1.object ?? [:] {
            guard let element = FieldPath.Element(fieldsV1: key) else { continue }
            let below = FieldSet(fieldsV1: value)
            // Without anything below it, an element stands for itself.
            if below.isEmpty || value["."] != nil { insert(element) }
            formUnion(below, below: element)
        }
    }

    var fieldsV1: JSONValue {
        var fields: [(String, JSONValue)] = []
        for element in members.union(children.keys).sorted() {
            var value = children[element]?.fieldsV1.object ?? [:]
            if !value.isEmpty, members.contains(element) {
                value = JSONObject([(".", .object([:]))] + value.map { ($0.key, $0.value) })
            }
            fields.append((element.fieldsV1, .object(value)))
        }
        return .object(JSONObject(fields))
    }
}
