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
        try checkCompleteness(object, quota, context)
        var exceeded: [(name: String, requested: String, used: String, limit: String)] = []
        for (key, value) in (quota.json[path: ["spec", "hard"]]?.object ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard let limit = Quantity(value.quantityText), let measure = QuotaMeasure(key, context.storage) else {
                continue
            }
            let used = measure.total(core.store.all(context.storage, namespace: context.key.namespace))
            let requested = measure.amount(object)
            guard requested > Quantity(nano: 0), limit < used + requested else { continue }
            let text = value.quantityText
            exceeded.append((key, requested.text(like: text), used.text(like: text), text))
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

    /// Every container of a pod must say what the quota counts.
    private func checkCompleteness(_ object: JSONValue, _ quota: StoredObject, _ context: RequestContext) throws {
        let keys = (quota.json[path: ["spec", "hard"]]?.object ?? [:]).map(\.key).sorted()
        let problems = keys.compactMap { key -> String? in
            guard let missing = QuotaMeasure(key, context.storage)?.missing(in: object), !missing.isEmpty else {
                return nil
            }
            return "\(key) for: \(missing.joined(separator: ","))"
        }
        guard !problems.isEmpty else { return }
        throw APIFailure.forbidden(
            context.type, object[path: ["metadata", "name"]]?.string ?? "",
            "failed quota: \(quota.name): must specify \(problems.joined(separator: "; "))")
    }
}
