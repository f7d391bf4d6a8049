internal import KubeAPI

/// What one line of a quota counts of the objects of one resource. Source: Kubernetes documentation, "Resource Quotas".
struct QuotaMeasure {
    private enum Subject {
        /// Each object once.
        case objects
        /// `requests` or `limits` of the containers of pods.
        case containers(section: String, resource: String)
        /// What volume claims ask for.
        case claims(resource: String)
        /// Services of a type, or their node ports.
        case services(type: String)
    }

    /// The resource whose objects are counted.
    let resource: GroupResource
    private let subject: Subject

    /// `nil` for a line that the server does not count.
    init?(_ key: String) {
        let parts = key.split(separator: ".", maxSplits: 1).map(String.init)
        switch (parts.first, parts.count) {
        case ("count/services", 1), ("services", 1): self.init(GroupResource(.service), .objects)
        case ("services", 2): self.init(GroupResource(.service), .services(type: parts[1]))
        case ("requests", 2) where parts[1] == "storage":
            self.init(GroupResource(group: "", plural: "persistentvolumeclaims"), .claims(resource: parts[1]))
        case ("requests", 2), ("limits", 2):
            self.init(GroupResource(.pod), .containers(section: parts[0], resource: parts[1]))
        case ("cpu", 1), ("memory", 1): self.init(GroupResource(.pod), .containers(section: "requests", resource: key))
        default:
            let plural = key.hasPrefix("count/") ? String(parts[0].dropFirst(6)) : parts[0]
            guard key.hasPrefix("count/") || parts.count == 1 else { return nil }
            self.init(GroupResource(group: parts.count > 1 ? parts[1] : "", plural: plural), .objects)
        }
    }

    /// `nil` where the line counts other objects.
    init?(_ key: String, _ resource: GroupResource) {
        self.init(key)
        guard self.resource == resource else { return nil }
    }

    private init(_ resource: GroupResource, _ subject: Subject) {
        self.resource = resource
        self.subject = subject
    }

    func total(_ objects: [StoredObject]) -> Quantity {
        objects.filter { !isTerminal($0.json) }.reduce(Quantity(nano: 0)) { $0 + amount($1.json) }
    }

    /// Pods that have ended count no more.
    private func isTerminal(_ object: JSONValue) -> Bool {
        resource == GroupResource(.pod) && ["Succeeded", "Failed"].contains(object[path: ["status", "phase"]]?.string)
    }

    func amount(_ object: JSONValue) -> Quantity {
        let one = Quantity(nano: 1_000_000_000)
        let none = Quantity(nano: 0)
        switch subject {
        case .objects: return one
        case .claims(let resource): return Self.amount(object[path: ["spec", "resources", "requests", resource]])
        case .services("nodeports"):
            let ports = (object[path: ["spec", "ports"]]?.array ?? []).filter { $0["nodePort"]?.integer ?? 0 > 0 }
            return ports.reduce(none) { sum, _ in sum + one }
        case .services(let type):
            let wanted = ["loadbalancers": "LoadBalancer"][type]
            return object[path: ["spec", "type"]]?.string == wanted && wanted != nil ? one : none
        case .containers(let section, let resource):
            func amounts(_ list: String) -> [Quantity] {
                (object[path: ["spec", list]]?.array ?? []).map {
                    Self.amount($0[path: ["resources", section, resource]])
                }
            }
            return amounts("initContainers").reduce(amounts("containers").reduce(none, +), max)
        }
    }

    private static func amount(_ value: JSONValue?) -> Quantity {
        value.flatMap { Quantity($0.quantityText) } ?? Quantity(nano: 0)
    }

    /// Containers that do not say what the line counts.
    func missing(in object: JSONValue) -> [String]? {
        guard case .containers(let section, let resource) = subject else { return nil }
        return ["containers", "initContainers"].flatMap { object[path: ["spec", $0]]?.array ?? [] }
            .filter { $0[path: ["resources", section, resource]] == nil }.compactMap { $0["name"]?.string }
    }
}

extension JSONValue {
    /// A quantity may be written as a number.
    var quantityText: String { string ?? serializedString() }
}

extension Quantity {
    /// In binary units where the limit is in those.
    func text(like limit: String) -> String {
        let text = limit.hasSuffix("i") ? "\(nano / 1_000_000_000 / 1024)Ki" : "\(nano)n"
        return Quantity.canonical(text) ?? text
    }
}
