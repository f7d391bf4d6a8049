import KubeAPI

/// One step of a path in a field set. Source: structured-merge-diff, fieldpath.PathElement.
enum PathElement: Sendable, Hashable {
    case field(String)
    /// An element of a list map, by its keys.
    case key(JSONObject)
    /// An element of a set, by its value.
    case value(JSONValue)
    case index(Int)

    /// Reads `f:name`, `k:{"name":"a"}`, `v:"a"`, `i:0`; `nil` for anything else.
    init?(fieldsV1 text: String) {
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

    var fieldsV1: String {
        switch self {
        case .field(let name): "f:\(name)"
        case .key(let keys): "k:" + String(decoding: JSONValue.object(keys).canonicalBytes(), as: UTF8.self)
        case .value(let value): "v:" + String(decoding: value.canonicalBytes(), as: UTF8.self)
        case .index(let index): "i:\(index)"
        }
    }

    /// As conflicts write it: `.name`, `[name="a"]`, `[="a"]`, `[0]`.
    var description: String {
        switch self {
        case .field(let name): ".\(name)"
        case .key(let keys):
            "[" + keys.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",") + "]"
        case .value(let value): "[=\(value)]"
        case .index(let index): "[\(index)]"
        }
    }
}

extension PathElement: Comparable {
    static func < (left: PathElement, right: PathElement) -> Bool {
        switch (left, right) {
        case (.field(let left), .field(let right)): left < right
        case (.index(let left), .index(let right)): left < right
        case (.key, .key), (.value, .value): left.fieldsV1 < right.fieldsV1
        default: left.rank < right.rank
        }
    }

    private var rank: Int {
        switch self {
        case .field: 0
        case .key: 1
        case .value: 2
        case .index: 3
        }
    }
}
