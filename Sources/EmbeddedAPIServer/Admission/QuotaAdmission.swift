internal import KubeAPI

/// ResourceQuota admission: counts of objects, and the requests and limits of pods.
///
/// What is used is counted from the stored objects, not read from a status. Source: Kubernetes documentation,
/// "Resource Quotas".
struct QuotaAdmission {
    let core: APICore

    private static let quotas = GroupResource(group: "", plural: "resourcequotas")

    /// - Throws: `APIFailure` 403 that names quota, request, use and limit.
    func check(_ object: JSONValue, _ context: RequestContext) throws {
        guard context.type.isNamespaced else { return }
        for quota in core.store.all(Self.quotas, namespace: context.key.namespace) {
            try check(object, quota, context)
        }
    }

    private func check(_ object: JSONValue, _ quota: StoredObject, _ context: RequestContext) throws {
        let name = object[path: ["metadata", "name"]]?.string ?? ""
        var exceeded: [(name: String, requested: String, used: String, limit: String)] = []
        for (key, value) in (quota.json[path: ["spec", "hard"]]?.object ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard let limit = Quantity(Self.text(value)), let measure = Measure(key, context.type) else { continue }
            if let missing = measure.missing(in: object), !missing.isEmpty {
                throw APIFailure.forbidden(
                    context.type, name,
                    "failed quota: \(quota.name): must specify \(key) for: \(missing.joined(separator: ","))")
            }
            let used = core.store.all(context.storage, namespace: context.key.namespace)
                .filter { !measure.isTerminal($0.json) }.reduce(Quantity(nano: 0)) { $0 + measure.amount($1.json) }
            let requested = measure.amount(object)
            guard requested > Quantity(nano: 0), limit < used + requested else { continue }
            let texts = [requested, used].map { Self.text($0, like: Self.text(value)) }
            exceeded.append((key, texts[0], texts[1], Self.text(value)))
        }
        guard !exceeded.isEmpty else { return }
        func list(_ value: KeyPath<(name: String, requested: String, used: String, limit: String), String>) -> String {
            exceeded.map { "\($0.name)=\($0[keyPath: value])" }.joined(separator: ",")
        }
        throw APIFailure.forbidden(
            context.type, name,
            "exceeded quota: \(quota.name), requested: \(list(\.requested)), used: \(list(\.used)), limited: "
                + "\(list(\.limit))")
    }

    private static func text(_ value: JSONValue) -> String { value.string ?? value.serializedString() }

    /// In binary units where the limit is in those.
    private static func text(_ amount: Quantity, like limit: String) -> String {
        let text = limit.hasSuffix("i") ? "\(amount.nano / 1_000_000_000 / 1024)Ki" : "\(amount.nano)n"
        return Quantity.canonical(text) ?? text
    }

    /// What one line of a quota counts of an object.
    private struct Measure {
        /// `nil`: the object itself.
        private let compute: (section: String, resource: String)?
        private let isPod: Bool
        /// `requests.storage` counts claims, and no pod has to name it.
        private let isClaim: Bool

        init?(_ key: String, _ type: ResourceType) {
            isPod = type == .pod
            isClaim = type.group.isEmpty && type.plural == "persistentvolumeclaims"
            let counted = type.group.isEmpty ? "count/\(type.plural)" : "count/\(type.plural).\(type.group)"
            if key == counted || type.group.isEmpty && key == type.plural {
                compute = nil
                return
            }
            if key == "requests.storage" {
                guard isClaim else { return nil }
                compute = ("requests", "storage")
                return
            }
            guard isPod else { return nil }
            let parts = key.split(separator: ".", maxSplits: 1).map(String.init)
            switch (parts.first, parts.count) {
            case ("requests", 2), ("limits", 2): compute = (parts[0], parts[1])
            case ("cpu", 1), ("memory", 1): compute = ("requests", key)
            default: return nil
            }
        }

        func isTerminal(_ object: JSONValue) -> Bool {
            isPod && ["Succeeded", "Failed"].contains(object[path: ["status", "phase"]]?.string)
        }

        func amount(_ object: JSONValue) -> Quantity {
            guard let compute else { return Quantity(nano: 1_000_000_000) }
            let holders = isClaim ? [object["spec"] ?? [:]] : containers(object)
            let amounts = holders.compactMap { $0[path: ["resources", compute.section, compute.resource]] }
            return amounts.compactMap { Quantity(QuotaAdmission.text($0)) }.reduce(Quantity(nano: 0), +)
        }

        /// Containers that do not say what the quota counts.
        func missing(in object: JSONValue) -> [String]? {
            guard let compute, !isClaim else { return nil }
            return containers(object)
                .filter { $0[path: ["resources", compute.section, compute.resource]] == nil }
                .compactMap { $0["name"]?.string }
        }

        private func containers(_ pod: JSONValue) -> [JSONValue] { pod[path: ["spec", "containers"]]?.array ?? [] }
    }
}
