/// What the fields of core kinds mean beyond their JSON: list keys, quantities, values that the server leaves out.
///
/// Source: the `x-kubernetes-*` markers of Kubernetes' OpenAPI document. Kinds without an entry are compared field by
/// field, lists by position: what a server makes of those is learnt from its answers (`ApplyMemory`).
enum FieldSemantics {
    enum List: Hashable {
        /// By position; also the lists that server-side apply calls atomic.
        case ordered
        case set
        /// By the values of these fields, with the value that stands for a missing one.
        case keyed([Key])
    }

    struct Key: Hashable {
        var field: String
        var fallback: JSONValue?
    }

    static func list(at path: FieldPath, in kind: String, elements: [JSONValue]) -> List {
        guard let field = path.lastField else { return .ordered }
        if field == "finalizers", path.fields == ["metadata", "finalizers"] { return .set }
        let keys = field == "ports" ? portKeys(path, kind, elements) : listKeys[field]
        guard let keys else { return .ordered }
        // Another kind may use the name for another thing.
        let areKeyed = elements.allSatisfy { element in
            keys.allSatisfy { element[$0.field] != nil || $0.fallback != nil }
        }
        return areKeyed ? .keyed(keys) : .ordered
    }

    private static func portKeys(_ path: FieldPath, _ kind: String, _ elements: [JSONValue]) -> [Key]? {
        let portProtocol = Key(field: "protocol", fallback: "TCP")
        if elements.contains(where: { $0["containerPort"] != nil }) {
            return [Key(field: "containerPort"), portProtocol]
        }
        return kind == "Service" && path.fields == ["spec", "ports"] ? [Key(field: "port"), portProtocol] : nil
    }

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
    static func isQuantity(_ path: FieldPath, in kind: String) -> Bool {
        let fields = path.fields
        guard let field = fields.last else { return false }
        let parent = fields.dropLast().last ?? ""
        if quantityParents.contains(parent) || quantityFields.contains(field) { return true }
        if kind == "LimitRange" { return limitRangeParents.contains(parent) }
        return field == "value" && parent == "target"
    }

    private static let quantityParents: Set<String> = ["limits", "requests", "hard", "capacity", "overhead"]
    private static let quantityFields: Set<String> = ["sizeLimit", "averageValue", "divisor"]
    private static let limitRangeParents: Set<String> = [
        "max", "min", "default", "defaultRequest", "maxLimitRequestRatio",
    ]

    /// Whether an addition by somebody else changes the field's meaning: selectors, rules, and what is atomic.
    static func isClosed(_ path: FieldPath, in kind: String) -> Bool {
        guard let field = path.lastField else { return false }
        switch kind {
        case "NetworkPolicy" where path.fields == ["spec", "ingress"] || path.fields == ["spec", "egress"]: return true
        case "Role" where field == "rules", "ClusterRole" where field == "rules": return true
        default: return closedFields.contains(field)
        }
    }

    private static let closedFields: Set<String> = [
        "selector", "matchLabels", "matchExpressions", "podSelector", "namespaceSelector", "labelSelector",
        "nodeSelector", "nodeSelectorTerms", "tolerations", "subjects", "roleRef",
    ]

    /// What the server adds in a closed field by itself.
    static func isServerDefault(_ field: String, _ value: JSONValue) -> Bool {
        switch field {
        case "protocol": value == "TCP"
        case "apiGroup": true
        default: false
        }
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
