internal import KubeAPI

/// LimitRange admission: defaults for containers, then bounds of containers, pods and volume claims.
///
/// Source: Kubernetes documentation, "Limit Ranges"; the words of refusals are those of kube-apiserver.
struct LimitRanger {
    let core: APICore

    private static let ranges = GroupResource(group: "", plural: "limitranges")
    private static let annotation = "kubernetes.io/limit-ranger"

    private func items(_ namespace: String, _ type: String) -> [JSONValue] {
        core.store.all(Self.ranges, namespace: namespace).flatMap { $0.json[path: ["spec", "limits"]]?.array ?? [] }
            .filter { $0["type"]?.string == type }
    }

    /// The pod with the requests and limits that its containers leave out. An annotation says which.
    func withDefaults(_ pod: JSONValue, namespace: String) -> JSONValue {
        let items = items(namespace, "Container")
        guard !items.isEmpty else { return pod }
        var pod = pod
        var notes: [String] = []
        for (list, title) in [("containers", "container"), ("initContainers", "init container")] {
            guard let containers = pod[path: ["spec", list]]?.array else { continue }
            pod[path: ["spec", list]] = .array(
                containers.map { container in
                    var container = container
                    let name = "\(title) \(container["name"]?.string ?? "")"
                    for (section, source) in [("requests", "defaultRequest"), ("limits", "default")] {
                        let set = Self.fill(&container, section, from: items.compactMap { $0[source]?.object })
                        guard !set.isEmpty else { continue }
                        notes.append("\(set.sorted().joined(separator: ", ")) \(section.dropLast()) for \(name)")
                    }
                    return container
                })
        }
        if !notes.isEmpty {
            pod[path: ["metadata", "annotations", Self.annotation]] = .string(
                "LimitRanger plugin set: \(notes.joined(separator: "; "))")
        }
        return pod
    }

    private static func fill(
        _ container: inout JSONValue, _ section: String, from defaults: [JSONObject]
    ) -> [String] {
        var set: [String] = []
        for amounts in defaults {
            for (resource, amount) in amounts where container[path: ["resources", section, resource]] == nil {
                container[path: ["resources", section, resource]] = amount
                set.append(resource)
            }
        }
        return set
    }

    /// - Throws: `APIFailure` 403 that names every bound that is crossed.
    func check(_ object: JSONValue, isNew: Bool, _ context: RequestContext) throws {
        let namespace = context.key.namespace
        var problems: [String] = []
        switch context.storage {
        case GroupResource(.pod) where isNew:
            let containers = Self.containers(object, "containers")
            let initial = Self.containers(object, "initContainers")
            for item in items(namespace, "Container") {
                for container in initial + containers { problems += Self.violations(item, "Container", container) }
            }
            for item in items(namespace, "Pod") {
                problems += Self.violations(item, "Pod", Amounts(containers: containers, initial: initial))
            }
        case GroupResource(group: "", plural: "persistentvolumeclaims"):
            let claim = Amounts(object["spec"]?["resources"] ?? [:])
            for item in items(namespace, "PersistentVolumeClaim") {
                for (resource, least) in Self.bounds(item, "min") {
                    problems += claim.below(least, resource, "PersistentVolumeClaim")
                }
                for (resource, most) in Self.bounds(item, "max") {
                    problems += claim.requestAbove(most, resource, "PersistentVolumeClaim")
                }
            }
        default: return
        }
        guard !problems.isEmpty else { return }
        throw APIFailure.forbidden(
            context.type, object[path: ["metadata", "name"]]?.string ?? "",
            problems.count == 1 ? problems[0] : "[\(problems.joined(separator: ", "))]")
    }

    private static func containers(_ pod: JSONValue, _ list: String) -> [Amounts] {
        (pod[path: ["spec", list]]?.array ?? []).map { Amounts($0["resources"] ?? [:]) }
    }

    private static func bounds(_ item: JSONValue, _ field: String) -> [(String, Quantity)] {
        (item[field]?.object ?? [:]).compactMap { name, value in Quantity(text(value)).map { (name, $0) } }
            .sorted { $0.0 < $1.0 }
    }

    fileprivate static func text(_ value: JSONValue) -> String { value.string ?? value.serializedString() }

    private static func violations(_ item: JSONValue, _ type: String, _ amounts: Amounts) -> [String] {
        bounds(item, "min").flatMap { amounts.below($0.1, $0.0, type) }
            + bounds(item, "max").flatMap { amounts.above($0.1, $0.0, type) }
            + bounds(item, "maxLimitRequestRatio").flatMap { amounts.beyondRatio($0.1, $0.0, type) }
    }
}

/// What a container, a pod or a claim asks for.
private struct Amounts {
    var requests: [String: Quantity]
    var limits: [String: Quantity]

    init(_ resources: JSONValue) {
        func amounts(_ section: String) -> [String: Quantity] {
            (resources[section]?.object ?? [:]).reduce(into: [:]) { $0[$1.key] = Quantity(LimitRanger.text($1.value)) }
        }
        requests = amounts("requests")
        limits = amounts("limits")
    }

    /// A pod's: the sum of its containers, or the largest of those that run before them.
    init(containers: [Amounts], initial: [Amounts]) {
        func total(_ section: KeyPath<Amounts, [String: Quantity]>) -> [String: Quantity] {
            let sums = containers.reduce(into: [String: Quantity]()) {
                $0.merge($1[keyPath: section], uniquingKeysWith: +)
            }
            return initial.reduce(into: sums) { $0.merge($1[keyPath: section], uniquingKeysWith: max) }
        }
        requests = total(\.requests)
        limits = total(\.limits)
    }

    func below(_ least: Quantity, _ resource: String, _ type: String) -> [String] {
        let rule = "minimum \(resource) usage per \(type) is \(least.text(resource))"
        guard let request = requests[resource] else { return ["\(rule).  No request is specified"] }
        if request < least { return ["\(rule), but request is \(request.text(resource))"] }
        guard let limit = limits[resource], limit < least else { return [] }
        return ["\(rule), but limit is \(limit.text(resource))"]
    }

    func above(_ most: Quantity, _ resource: String, _ type: String) -> [String] {
        let rule = "maximum \(resource) usage per \(type) is \(most.text(resource))"
        guard let limit = limits[resource] else { return ["\(rule).  No limit is specified"] }
        if limit > most { return ["\(rule), but limit is \(limit.text(resource))"] }
        guard let request = requests[resource], request > most else { return [] }
        return ["\(rule), but request is \(request.text(resource))"]
    }

    /// For claims, which have no limits.
    func requestAbove(_ most: Quantity, _ resource: String, _ type: String) -> [String] {
        let rule = "maximum \(resource) usage per \(type) is \(most.text(resource))"
        guard let request = requests[resource] else { return ["\(rule).  No request is specified"] }
        return request > most ? ["\(rule), but request is \(request.text(resource))"] : []
    }

    func beyondRatio(_ most: Quantity, _ resource: String, _ type: String) -> [String] {
        let rule = "\(resource) max limit to request ratio per \(type) is \(most.text(resource))"
        guard let request = requests[resource], request.nano > 0 else {
            return ["\(rule), but no request is specified or request is 0"]
        }
        guard let limit = limits[resource], limit.nano > 0 else {
            return ["\(rule), but no limit is specified or limit is 0"]
        }
        // Six digits, as Go's %f writes them.
        let millionths = limit.nano * 1_000_000 / request.nano
        guard limit.nano * 1_000_000_000 > most.nano * request.nano else { return [] }
        let digits = String(millionths % 1_000_000)
        let fraction = String(repeating: "0", count: 6 - digits.count) + digits
        return ["\(rule), but provided ratio is \(millionths / 1_000_000).\(fraction)"]
    }
}

extension Quantity {
    /// Memory and storage in binary units, everything else in decimal ones.
    fileprivate func text(_ resource: String) -> String {
        let isBinary = resource.hasSuffix("memory") || resource.hasSuffix("storage")
        let unit: Int128 = 1_000_000_000
        let source = isBinary && nano % (1024 * unit) == 0 ? "\(nano / unit / 1024)Ki" : "\(nano)n"
        return Quantity.canonical(source) ?? source
    }
}
