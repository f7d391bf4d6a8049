import KubeAPI

/// From a CustomResourceDefinition to served kinds.
///
/// Source: Kubernetes documentation, "Extend the Kubernetes API with CustomResourceDefinitions".
enum CustomResources {
    /// The served versions of a CRD, the preferred one first. Empty while its names are not accepted.
    static func definitions(_ crd: JSONValue) -> [ResourceDefinition] {
        guard isTrue("Established", crd) else { return [] }
        let versions = (crd[path: ["spec", "versions"]]?.array ?? []).filter { $0["served"]?.bool == true }
        return versions.map { definition(crd, $0) }
            .sorted { VersionPriority($0.type.version) > VersionPriority($1.type.version) }
    }

    static func isTrue(_ condition: String, _ crd: JSONValue) -> Bool {
        (crd[path: ["status", "conditions"]]?.array ?? []).contains {
            $0["type"]?.string == condition && $0["status"]?.string == "True"
        }
    }

    private static func definition(_ crd: JSONValue, _ version: JSONValue) -> ResourceDefinition {
        let spec = crd["spec"] ?? [:]
        let names = crd[path: ["status", "acceptedNames"]] ?? [:]
        let schema = version[path: ["schema", "openAPIV3Schema"]]
        let type = ResourceType(
            group: spec["group"]?.string ?? "", version: version["name"]?.string ?? "",
            kind: names["kind"]?.string ?? "", plural: names["plural"]?.string ?? "",
            isNamespaced: spec["scope"]?.string != "Cluster")
        var definition = ResourceDefinition(
            type: type, singular: names["singular"]?.string ?? "", listKind: names["listKind"]?.string ?? "",
            shortNames: names["shortNames"]?.array?.compactMap(\.string) ?? [],
            categories: names["categories"]?.array?.compactMap(\.string) ?? [],
            schema: .customResource(schema), rules: schema.map(CompiledRules.of), isCustom: true,
            columns: columns(version))
        // The order in which the real server lists them.
        definition.verbs = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"]
        addSubresources(version["subresources"] ?? [:], to: &definition)
        definition.selectableFields = (version["selectableFields"]?.array ?? []).compactMap {
            $0["jsonPath"]?.string.flatMap(JSONPath.init)?.fieldNames?.joined(separator: ".")
        }
        if version["deprecated"]?.bool == true {
            definition.deprecationWarning =
                version["deprecationWarning"]?.string
                ?? "\(type.apiVersion) \(type.kind) is deprecated" + successor(of: type, in: spec)
        }
        return definition
    }

    /// The version to use instead, where the CRD has one.
    private static func successor(of type: ResourceType, in spec: JSONValue) -> String {
        let names = (spec["versions"]?.array ?? [])
            .filter { $0["served"]?.bool == true && $0["deprecated"]?.bool != true }.compactMap { $0["name"]?.string }
        guard let best = names.max(by: { VersionPriority($0) < VersionPriority($1) }),
            VersionPriority(best) > VersionPriority(type.version)
        else { return "" }
        return "; use \(type.group)/\(best) \(type.kind)"
    }

    private static func addSubresources(_ json: JSONValue, to definition: inout ResourceDefinition) {
        let verbs = ["get", "patch", "update"]
        if json["status"] != nil {
            definition.subresources.append(.init(name: "status", kind: definition.type.kind, verbs: verbs))
        }
        guard let scale = json["scale"] else { return }
        definition.subresources.append(
            .init(name: "scale", kind: "Scale", apiVersion: "autoscaling/v1", verbs: verbs))
        func path(_ key: String) -> [String]? { scale[key]?.string.flatMap(JSONPath.init)?.fieldNames }
        definition.scale = .init(
            specReplicas: path("specReplicasPath") ?? [], statusReplicas: path("statusReplicasPath") ?? [],
            selector: path("labelSelectorPath"))
    }

    private static func columns(_ version: JSONValue) -> [TableColumn] {
        let own = version["additionalPrinterColumns"]?.array ?? []
        return [PrinterColumns.name] + (own.isEmpty ? [PrinterColumns.age] : own.map(column))
    }

    private static func column(_ json: JSONValue) -> TableColumn {
        let path = json["jsonPath"]?.string.flatMap(JSONPath.init)
        let type = json["type"]?.string ?? "string"
        return TableColumn(
            name: json["name"]?.string ?? "", type: type, format: json["format"]?.string ?? "",
            text: json["description"]?.string
                ?? "Custom resource definition column (in JSONPath format): \(json["jsonPath"]?.string ?? "")",
            priority: json["priority"]?.integer.map(Int.init) ?? 0
        ) { object, now in
            cell(path?.values(in: object).first, type, now)
        }
    }

    /// A cell of the declared type; null where the object has nothing or something else there.
    private static func cell(_ value: JSONValue?, _ type: String, _ now: Timestamp) -> JSONValue {
        guard let value, !value.isNull else { return .null }
        switch type {
        case "integer": return value.integer.map(JSONValue.integer) ?? .null
        case "number": return value.number != nil ? value : .null
        case "boolean": return value.bool != nil ? value : .null
        case "date":
            guard value.string.flatMap(Timestamp.init(rfc3339:)) != nil else { return "<invalid>" }
            return .string(HumanAge.since(value, now))
        default: return value.string.map(JSONValue.string) ?? .string(value.serializedString())
        }
    }
}

/// Orders versions as Kubernetes does: `v2` before `v1`, both before `v1beta1`, that before `v1alpha1`, and all of
/// them before other names. Source: Kubernetes documentation, "Version priority".
struct VersionPriority: Comparable {
    private let text: String
    /// 3: general, 2: beta, 1: alpha, 0: no Kubernetes version.
    private var stage = 0
    private var major = 0
    private var minor = 0

    init(_ text: String) {
        self.text = text
        let rest = text.dropFirst()
        let digits = rest.prefix { $0.isNumber }
        guard text.first == "v", let major = Int(digits), major > 0 else { return }
        let suffix = rest.dropFirst(digits.count)
        for (name, stage) in [("beta", 2), ("alpha", 1)] where suffix.hasPrefix(name) {
            guard let minor = Int(suffix.dropFirst(name.count)) else { return }
            (self.stage, self.major, self.minor) = (stage, major, minor)
        }
        if suffix.isEmpty { (stage, self.major) = (3, major) }
    }

    static func < (left: VersionPriority, right: VersionPriority) -> Bool {
        if left.stage == 0, right.stage == 0 { return left.text > right.text }
        return (left.stage, left.major, left.minor) < (right.stage, right.major, right.minor)
    }
}
