internal import KubeAPI

// Edits of what a user wrote and the API server has yet to check. A field that is not of the type that it should be is
// left as it is: the API server's refusal says it better than a guess would.
extension JSONObject {
    /// Changes an object below `key`, which is made where there is none.
    mutating func edit(object key: String, _ change: (inout JSONObject) -> Void) {
        switch self[key] ?? .null {
        case .null:
            var fields = JSONObject()
            change(&fields)
            if !fields.isEmpty { self[key] = .object(fields) }
        case .object(var fields):
            change(&fields)
            self[key] = .object(fields)
        default: break
        }
    }

    /// Changes a list below `key`, which is made where there is none and something is added.
    mutating func edit(list key: String, _ change: (inout [JSONValue]) -> Void) {
        switch self[key] ?? .null {
        case .null:
            var elements: [JSONValue] = []
            change(&elements)
            if !elements.isEmpty { self[key] = .array(elements) }
        case .array(var elements):
            change(&elements)
            self[key] = .array(elements)
        default: break
        }
    }

    /// Changes every object of a list below `key`; the list is not made.
    mutating func edit(eachOf key: String, _ change: (Int, inout JSONObject) -> Void) {
        guard self[key]?.array != nil else { return }
        edit(list: key) { elements in
            for index in elements.indices {
                guard var element = elements[index].object else { continue }
                change(index, &element)
                elements[index] = .object(element)
            }
        }
    }
}

extension JSONObject {
    /// The object with another one laid over it, as a strategic merge patch would: objects are merged, lists of named
    /// things are merged by their names, tolerations are added, every other list takes the place of the old one, and
    /// null removes.
    ///
    /// - Parameter type: says how lists are merged; `nil` for a field that is newer than the catalogue.
    func overlaid(with overlay: JSONObject, as type: TypeSchema?) -> JSONObject {
        let type = type?.resolved
        var result = self
        for (field, value) in overlay {
            let child = type?.child(field)
            switch (result[field], value) {
            case (_, .null): result[field] = nil
            case (.object(let old)?, .object(let new)): result[field] = .object(old.overlaid(with: new, as: child))
            case (.array(let old)?, .array(let new)): result[field] = .array(Self.merged(old, new, child))
            default: result[field] = value
            }
        }
        return result
    }

    private static func merged(_ old: [JSONValue], _ new: [JSONValue], _ list: TypeSchema?) -> [JSONValue] {
        let adds = list.map { $0.patch.merges && $0.patch.mergeKey == nil } ?? false
        // A patch would replace them, and with them those that the operator has added.
        if adds || list?.items?.reference == "Toleration" {
            let known = Set(old)
            return old + new.filter { !known.contains($0) }
        }
        guard let key = list?.patch.mergeKey else { return new }
        // Both lists may be as long as an object has room for, so none is searched for each element of the other.
        let names = old.enumerated().compactMap { place, element in element[key].map { ($0, place) } }
        var places = Dictionary(names, uniquingKeysWith: { first, _ in first })
        return new.reduce(into: old) { result, element in
            guard let name = element[key], let index = places[name] else {
                if let name = element[key] { places[name] = result.count }
                result.append(element)
                return
            }
            guard let before = result[index].object, let after = element.object else { return }
            result[index] = .object(before.overlaid(with: after, as: list?.items))
        }
    }
}

extension JSONValue {
    /// An object in the order given; what is `nil` is left out.
    static func compact(_ fields: KeyValuePairs<String, JSONValue?>) -> JSONValue {
        .object(JSONObject(fields.compactMap { key, value in value.map { (key, $0) } }))
    }

    /// An object of strings, sorted so that equal maps give equal text.
    static func strings(_ map: [String: String]) -> JSONValue {
        .object(JSONObject(map.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
    }

    /// The elements of an array, none where it is something else.
    var elements: [JSONValue] { array ?? [] }
}
