internal import KubeAPI

/// The quotas and LimitRanges of namespaces, whoever has made them.
struct NamespaceBounds: Sendable {
    let quotas: Informer
    let ranges: Informer
    private let others: OthersUse

    init(_ environment: ReconcilerEnvironment) {
        quotas = environment.informers.informer(Selection(.resourceQuota), indexers: [.namespace])
        ranges = environment.informers.informer(Selection(.limitRange), indexers: [.namespace])
        others = OthersUse(time: environment.time)
    }

    func forget(_ environment: ObjectKey) { others.forget(environment) }

    /// - Parameter own: what the environment has in the namespace now.
    /// - Returns: the check, and when to requeue although nothing may have changed.
    func check(_ environment: ResolvedEnvironment, own: ResourceNeed) -> (QuotaCheck, requeueAfter: Duration?) {
        let namespace = environment.namespace
        var quotas = quotas.store.list(index: Indexer.namespace.name, value: namespace).map { quota in
            QuotaCheck.Quota(
                name: quota.key.name, hard: Self.texts(quota.value(at: "spec", "hard")),
                used: Self.texts(quota.value(at: "status", "used")),
                isScoped: quota.value(at: "spec", "scopes") != nil || quota.value(at: "spec", "scopeSelector") != nil)
        }
        let again = others.fill(&quotas, own: own, of: ObjectKey(name: environment.name))
        let bounds = ranges.store.list(index: Indexer.namespace.name, value: namespace).flatMap { range in
            (range.value(at: "spec", "limits")?.elements ?? []).compactMap { limit in
                QuotaCheck.Bounds.Subject(rawValue: limit["type"]?.string ?? "").map {
                    QuotaCheck.Bounds(
                        name: range.key.name, subject: $0, minimum: Self.texts(limit["min"]),
                        maximum: Self.texts(limit["max"]))
                }
            }
        }
        let check = QuotaCheck(
            environment, quotas: quotas.sorted { $0.name < $1.name }, bounds: bounds.sorted { $0.name < $1.name })
        return (check, again)
    }

    private static func texts(_ amounts: JSONValue?) -> [String: String] {
        (amounts?.object ?? [:]).reduce(into: [:]) { texts, entry in
            texts[entry.key] = entry.value.string ?? entry.value.serializedString()
        }
    }
}
