internal import KubeAPI

/// Writes into the status of resource quotas how much of them is used.
struct QuotaController: Sendable {
    let core: APICore

    private static let quotas = GroupResource(group: "", plural: "resourcequotas")

    func react(to event: StoredEvent, in resource: GroupResource) {
        let namespace = event.object.namespace
        guard !namespace.isEmpty else { return }
        if resource == Self.quotas {
            if event.change != .deleted { count(event.object.name, namespace) }
            return
        }
        for quota in core.store.all(Self.quotas, namespace: namespace) where Self.counts(quota, resource) {
            count(quota.name, namespace)
        }
    }

    private static func hard(_ quota: StoredObject) -> JSONObject { quota.json[path: ["spec", "hard"]]?.object ?? [:] }

    private static func counts(_ quota: StoredObject, _ resource: GroupResource) -> Bool {
        hard(quota).contains { QuotaMeasure($0.key, resource) != nil }
    }

    private func count(_ name: String, _ namespace: String) {
        let key = ObjectKey(namespace: namespace, name: name)
        guard let quota = core.store.get(Self.quotas, key) else { return }
        var used = JSONObject()
        for (line, limit) in Self.hard(quota) {
            guard let measure = QuotaMeasure(line) else { continue }
            let amount = measure.total(core.store.all(measure.resource, namespace: namespace))
            used[line] = .string(amount.text(like: limit.quantityText))
        }
        var json = quota.json
        json["status"] = ["hard": .object(Self.hard(quota)), "used": .object(used)]
        guard json != quota.json else { return }
        // A conflict means a change, which brings the quota back here.
        _ = try? core.store.put(Self.quotas, json, expecting: .version(quota.resourceVersion))
    }
}
