/// What the name of a field says where its type is unknown: custom resources carry pod templates and selectors of Kubernetes'
/// own types.
enum FieldNames {
    static func list(at path: FieldPath, elements: [JSONValue]) -> FieldMeaning.List {
        guard let field = path.lastField else { return .ordered }
        if field == "ports", elements.contains(where: { $0["containerPort"] != nil }) {
            return .keyed([Key(field: "containerPort"), Key(field: "protocol", fallback: "TCP")])
        }
        return listKeys[field].map(FieldMeaning.List.keyed) ?? .ordered
    }

    private typealias Key = FieldMeaning.Key

    private static let listKeys: [String: [Key]] = [
        "containers": [Key(field: "name")], "initContainers": [Key(field: "name")],
        "ephemeralContainers": [Key(field: "name")], "env": [Key(field: "name")], "volumes": [Key(field: "name")],
        "imagePullSecrets": [Key(field: "name")], "secrets": [Key(field: "name")],
        "resourceClaims": [Key(field: "name")], "volumeMounts": [Key(field: "mountPath")],
        "volumeDevices": [Key(field: "devicePath")], "hostAliases": [Key(field: "ip")],
        "ownerReferences": [Key(field: "uid")],
        "topologySpreadConstraints": [Key(field: "topologyKey"), Key(field: "whenUnsatisfiable")],
    ]

    /// Whether the values of a field are amounts, equal by meaning.
    static func isQuantity(_ path: FieldPath) -> Bool {
        let fields = path.fields
        guard let field = fields.last else { return false }
        let parent = fields.dropLast().last ?? ""
        return quantityParents.contains(parent) || quantityFields.contains(field)
            || (field == "value" && parent == "target")
    }

    private static let quantityParents: Set<String> = ["limits", "requests", "hard", "capacity", "overhead"]
    private static let quantityFields: Set<String> = ["sizeLimit", "averageValue", "divisor"]

    /// Whether an addition by somebody else changes the field's meaning: selectors, rules, and what is atomic.
    static func isClosed(_ path: FieldPath) -> Bool { path.lastField.map(closedFields.contains) ?? false }

    private static let closedFields: Set<String> = [
        "selector", "matchLabels", "matchExpressions", "podSelector", "namespaceSelector", "labelSelector",
        "nodeSelector", "nodeSelectorTerms", "tolerations", "subjects", "roleRef",
    ]

    /// What the server adds in a closed field by itself.
    static func isServerDefault(_ field: String, _ value: JSONValue) -> Bool {
        field == "apiGroup" || (field == "protocol" && value == "TCP")
    }

    /// Whether a missing field means the same as this desired value, because the server does not store the value.
    static func isOmitted(_ desired: JSONValue, at path: FieldPath) -> Bool {
        let field = path.lastField ?? ""
        switch desired {
        case .null: return true
        case .array(let elements): return elements.isEmpty
        case .object(let fields): return fields.isEmpty && stringMaps.contains(field)
        case .string(let text): return text.isEmpty && !stringMaps.contains(path.fields.dropLast().last ?? "")
        case .bool(let flag): return !flag && omittedFlags.contains(field)
        case .integer(let number): return number == 0 && omittedNumbers.contains(field)
        case .number: return false
        }
    }

    private static let stringMaps: Set<String> = [
        "labels", "annotations", "matchLabels", "nodeSelector", "data", "binaryData", "limits", "requests", "hard",
        "parameters", "selector",
    ]
    private static let omittedFlags: Set<String> = [
        "readOnly", "hostNetwork", "hostPID", "hostIPC", "stdin", "stdinOnce", "tty", "publishNotReadyAddresses",
        "paused", "unschedulable", "globalDefault",
    ]
    private static let omittedNumbers: Set<String> = [
        "nodePort", "hostPort", "minReadySeconds", "initialDelaySeconds",
    ]
}
