import KubeAPI

extension FieldPath.Element {
    /// As conflicts write it: `.name`, `[name="a"]`, `[="a"]`, `[0]`. Source: structured-merge-diff, fieldpath.PathElement.
    var conflictText: String {
        switch self {
        case .field(let name): ".\(name)"
        case .key(let keys):
            "[" + keys.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",") + "]"
        case .value(let value): "[=\(value)]"
        case .index(let index): "[\(index)]"
        }
    }
}

/// The order in which the real server lists fields.
extension FieldPath.Element: Comparable {
    static func < (left: FieldPath.Element, right: FieldPath.Element) -> Bool {
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
