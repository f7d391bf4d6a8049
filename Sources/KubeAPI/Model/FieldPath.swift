/// Where a field stands in an object: `spec.template.spec.containers[name=worker].image`.
package struct FieldPath: Sendable, Hashable, CustomStringConvertible {
    package enum Element: Sendable, Hashable {
        case field(String)
        /// An element of a list with keys, by their values.
        case key(JSONObject)
        /// An element of a set.
        case value(JSONValue)
        case index(Int)
    }

    package var elements: [Element] = []

    package static let root = FieldPath()

    package func appending(_ element: Element) -> FieldPath { FieldPath(elements: elements + [element]) }
    package func appending(_ field: String) -> FieldPath { appending(.field(field)) }

    /// The names of the fields on the way, without list positions.
    var fields: [String] {
        elements.compactMap { if case .field(let name) = $0 { name } else { nil } }
    }

    /// The last of `fields`.
    var lastField: String? {
        for case .field(let name) in elements.reversed() { return name }
        return nil
    }

    package var description: String {
        elements.reduce(into: "") { text, element in
            switch element {
            case .field(let name) where name.contains(where: { $0 == "." || $0 == "/" }): text += "[\(name)]"
            case .field(let name): text += text.isEmpty ? name : ".\(name)"
            case .key(let keys):
                text += "[" + keys.map { "\($0.key)=\(Self.plain($0.value))" }.joined(separator: ",") + "]"
            case .value(let value): text += "[\(Self.plain(value))]"
            case .index(let index): text += "[\(index)]"
            }
        }
    }

    private static func plain(_ value: JSONValue) -> String { value.string ?? value.serializedString() }
}

extension FieldPath.Element {
    /// Reads `f:name`, `k:{"name":"a"}`, `v:"a"`, `i:0`; `nil` for anything else. Source: Kubernetes API, `FieldsV1`.
    package init?(fieldsV1 text: String) {
        let rest = String(text.dropFirst(2))
        switch text.prefix(2) {
        case "f:": self = .field(rest)
        case "k:":
            guard let keys = (try? JSONValue.parse(rest))?.object else { return nil }
            self = .key(keys)
        case "v:":
            guard let value = try? JSONValue.parse(rest) else { return nil }
            self = .value(value)
        case "i:":
            guard let index = Int(rest) else { return nil }
            self = .index(index)
        default: return nil
        }
    }

    package var fieldsV1: String {
        switch self {
        case .field(let name): "f:\(name)"
        case .key(let keys): "k:" + String(decoding: JSONValue.object(keys).canonicalBytes(), as: UTF8.self)
        case .value(let value): "v:" + String(decoding: value.canonicalBytes(), as: UTF8.self)
        case .index(let index): "i:\(index)"
        }
    }
}
