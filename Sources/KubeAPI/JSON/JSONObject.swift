/// The fields of a JSON object, in the order in which they were written.
///
/// Equality is by meaning: order does not count. A key stands once; the last one written wins.
package struct JSONObject: Sendable {
    package typealias Field = (key: String, value: JSONValue)

    private var fields: [Field]
    /// Positions by key, kept only for objects that are large enough for a scan to cost more than a hash.
    private var positions: [String: Int]?

    private static let scanLimit = 16

    package init() {
        fields = []
    }

    package init(minimumCapacity: Int) {
        fields = []
        fields.reserveCapacity(minimumCapacity)
    }

    package init(_ pairs: some Sequence<(String, JSONValue)>) {
        self.init()
        for (key, value) in pairs { self[key] = value }
    }

    package var count: Int { fields.count }
    package var isEmpty: Bool { fields.isEmpty }
    package var keys: some Sequence<String> { fields.lazy.map(\.key) }
    package var values: some Sequence<JSONValue> { fields.lazy.map(\.value) }

    /// The field's value. Setting `nil` removes the field; `.null` is a value.
    package subscript(key: String) -> JSONValue? {
        get { position(of: key).map { fields[$0].value } }
        set {
            switch (position(of: key), newValue) {
            case (let position?, let value?): fields[position].value = value
            case (let position?, nil): remove(at: position)
            case (nil, let value?): append(key, value)
            case (nil, nil): break
            }
        }
        _modify {
            var value: JSONValue?
            let position = position(of: key)
            if let position {
                // Moved out, not copied: a nested change stays linear in its depth.
                value = fields[position].value
                fields[position].value = .null
            }
            defer {
                switch (position, value) {
                case (let position?, let value?): fields[position].value = value
                case (let position?, nil): remove(at: position)
                case (nil, let value?): append(key, value)
                case (nil, nil): break
                }
            }
            yield &value
        }
    }

    package func contains(_ key: String) -> Bool { position(of: key) != nil }

    @discardableResult
    package mutating func removeValue(forKey key: String) -> JSONValue? {
        guard let position = position(of: key) else { return nil }
        let value = fields[position].value
        remove(at: position)
        return value
    }

    package func mapValues(_ transform: (JSONValue) throws -> JSONValue) rethrows -> JSONObject {
        var copy = self
        for index in copy.fields.indices { copy.fields[index].value = try transform(fields[index].value) }
        return copy
    }

    package func filter(_ isIncluded: (Field) throws -> Bool) rethrows -> JSONObject {
        var result = JSONObject()
        for field in fields where try isIncluded(field) { result.append(field.key, field.value) }
        return result
    }

    private func position(of key: String) -> Int? {
        if let positions { return positions[key] }
        return fields.firstIndex { $0.key == key }
    }

    private mutating func append(_ key: String, _ value: JSONValue) {
        fields.append((key, value))
        if positions != nil {
            positions?[key] = fields.count - 1
        } else if fields.count > Self.scanLimit {
            reindex()
        }
    }

    private mutating func remove(at position: Int) {
        fields.remove(at: position)
        if positions != nil { reindex() }
    }

    private mutating func reindex() {
        guard fields.count > Self.scanLimit else {
            positions = nil
            return
        }
        positions = Dictionary(fields.indices.map { (fields[$0].key, $0) }, uniquingKeysWith: { _, last in last })
    }
}

extension JSONObject: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { fields.count }
    package subscript(position: Int) -> Field { fields[position] }
}

extension JSONObject: Hashable {
    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        guard left.count == right.count else { return false }
        return left.fields.indices.allSatisfy { index in
            let field = left.fields[index]
            // The same order is the common case, so the other side is looked at there first.
            if right.fields[index].key == field.key { return right.fields[index].value == field.value }
            return right[field.key] == field.value
        }
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        var unordered = 0
        for field in fields {
            var one = Hasher()
            one.combine(field.key)
            one.combine(field.value)
            unordered ^= one.finalize()
        }
        hasher.combine(unordered)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}
