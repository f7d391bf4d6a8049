internal import KubeAPI

/// Evicts pods within what their disruption budgets allow. Source: Kubernetes documentation, "API-initiated Eviction".
struct EvictionSubresource {
    let core: APICore
    let context: RequestContext

    private static let budgets = GroupResource(.podDisruptionBudget)

    func answer() throws -> Answer {
        let body = try context.body()
        guard let pod = core.store.get(context.storage, context.key) else {
            throw APIFailure.notFound(context.type, context.key.name)
        }
        var options = DeleteOptions()
        options.gracePeriodSeconds = body[path: ["deleteOptions", "gracePeriodSeconds"]]?.integer.map(Int.init)
        options.uid = body[path: ["deleteOptions", "preconditions", "uid"]]?.string
        options.dryRun =
            context.isDryRun || body[path: ["deleteOptions", "dryRun"]]?.array?.contains("All") ?? false
        if !mayIgnoreBudget(pod) { try useBudget(of: pod, isDryRun: options.dryRun) }
        let marked = options.dryRun ? pod : try mark(pod)
        _ = try core.delete(marked, context.definition, options)
        return .object(
            ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "code": 201], status: 201)
    }

    private func mayIgnoreBudget(_ pod: StoredObject) -> Bool {
        let phase = pod.json[path: ["status", "phase"]]?.string ?? ""
        return pod.isBeingDeleted || ["Succeeded", "Failed", "Pending"].contains(phase)
    }

    private func useBudget(of pod: StoredObject, isDryRun: Bool) throws {
        let matching = core.store.all(Self.budgets, namespace: pod.namespace).filter { budget in
            guard let selector = budget.json[path: ["spec", "selector"]],
                let decoded = try? JSONValueDecoder().decode(LabelSelector.self, from: selector)
            else { return false }
            return decoded.matches(pod.labels)
        }
        guard let budget = matching.first else { return }
        guard matching.count == 1 else {
            throw APIFailure.internalError(
                "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.")
        }
        if Self.toleratesUnhealthy(budget), !Self.isReady(pod) { return }
        try check(budget)
        guard !isDryRun else { return }
        try book(pod, on: budget)
    }

    private static func isReady(_ pod: StoredObject) -> Bool {
        (pod.json[path: ["status", "conditions"]]?.array ?? []).contains {
            $0["type"]?.string == "Ready" && $0["status"]?.string == "True"
        }
    }

    /// Whether a pod that is not ready goes whatever the budget says.
    private static func toleratesUnhealthy(_ budget: StoredObject) -> Bool {
        if budget.json[path: ["spec", "unhealthyPodEvictionPolicy"]]?.string == "AlwaysAllow" { return true }
        let status = budget.json["status"]
        let desired = status?["desiredHealthy"]?.integer ?? 0
        return desired > 0 && (status?["currentHealthy"]?.integer ?? 0) >= desired
    }

    private func check(_ budget: StoredObject) throws {
        let status = budget.json["status"]
        let generation = budget.metadata["generation"]?.integer ?? 0
        var refusal = APIFailure(
            429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.")
        if (status?["observedGeneration"]?.integer ?? 0) < generation {
            refusal.failure.causes = [
                .init(
                    reason: "DisruptionBudget",
                    message: "The disruption budget \(budget.name) is still being processed by the server.", field: "")
            ]
            refusal.retryAfterSeconds = 10
            throw refusal
        }
        guard (status?["disruptionsAllowed"]?.integer ?? 0) <= 0 else { return }
        refusal.failure.causes = [
            .init(
                reason: "DisruptionBudget",
                message:
                    "The disruption budget \(budget.name) needs \(status?["desiredHealthy"]?.integer ?? 0) healthy "
                    + "pods and has \(status?["currentHealthy"]?.integer ?? 0) currently",
                field: "")
        ]
        throw refusal
    }

    private func book(_ pod: StoredObject, on budget: StoredObject) throws {
        var json = budget.json
        let allowed = json[path: ["status", "disruptionsAllowed"]]?.integer ?? 0
        json[path: ["status", "disruptionsAllowed"]] = .integer(allowed - 1)
        json[path: ["status", "disruptedPods", pod.name]] = .string(core.now.rfc3339)
        do {
            try core.store.put(Self.budgets, json, expecting: .version(budget.resourceVersion))
        } catch {
            throw APIFailure.conflict(.podDisruptionBudget, budget.name)
        }
    }

    /// Says in the pod's status why it goes.
    private func mark(_ pod: StoredObject) throws -> StoredObject {
        var json = pod.json
        let conditions = (json[path: ["status", "conditions"]]?.array ?? []).filter {
            $0["type"]?.string != "DisruptionTarget"
        }
        let condition: JSONValue = [
            "type": "DisruptionTarget", "status": "True", "lastProbeTime": .null,
            "lastTransitionTime": .string(core.now.rfc3339), "reason": "EvictionByEvictionAPI",
            "message": "Eviction API: evicting",
        ]
        json[path: ["status", "conditions"]] = .array(conditions + [condition])
        do {
            return try core.store.put(context.storage, json, expecting: .version(pod.resourceVersion))
        } catch {
            throw APIFailure.conflict(context.type, pod.name)
        }
    }
}
