internal import KubeAPI

/// A PodDisruptionBudget's status: how many of its pods may be evicted now.
///
/// Source: Kubernetes, "Specifying a Disruption Budget for your Application".
enum DisruptionBudgetDecision {
    /// - Parameters:
    ///   - pods: all of the budget's namespace.
    ///   - scale: how many pods the controller of a pod wants, by the controller's UID.
    static func decide(
        budget: DynamicObject, pods: [DynamicObject], scale: (OwnerReference) -> Int?, now: Timestamp
    ) -> Decision {
        guard !budget.isBeingDeleted else { return .nothing }
        let spec = budget["spec"]
        let selector = LabelSelector(json: spec?["selector"])
        let chosen = pods.filter { selector.matches($0.labels) }.map(PodFacts.init)
        let evicted = evictions(booked: budget[path: "status", "disruptedPods"]?.object, pods: chosen, now: now)
        let healthy = chosen.count { $0.isActive && $0.isReady && evicted[$0.object.name] == nil }
        let (expected, desired) = counts(spec, pods: chosen.filter { !$0.isFinished }, scale: scale)
        let allowed = expected > 0 ? max(0, healthy - desired) : 0
        var status = StatusFields()
        status.set("disruptedPods", evicted.isEmpty ? nil : .object(evicted))
        status.set("observedGeneration", always: Int(budget.generation))
        status.set("currentHealthy", always: healthy)
        status.set("desiredHealthy", always: desired)
        status.set("disruptionsAllowed", always: allowed)
        status.set("expectedPods", always: expected)
        status.set(
            "conditions", conditions: conditions(budget, isAllowed: allowed > 0, now: now))
        let write = SimulatedWrite.status(status.json, of: budget, as: .podDisruptionBudget)
        return Decision(writes: write.map { [$0] } ?? [])
    }

    /// Evictions whose pods are not seen to go yet: such a pod counts as gone already. One that is not deleted within
    /// two minutes is healthy again. Source: kube-controller-manager's disruption controller.
    private static func evictions(booked: JSONObject?, pods: [PodFacts], now: Timestamp) -> JSONObject {
        let staying = Set(pods.filter { !$0.object.isBeingDeleted }.map(\.object.name))
        return JSONObject(
            (booked ?? [:]).filter { name, time in
                guard staying.contains(name), let since = time.string.flatMap(Timestamp.init(rfc3339:)) else {
                    return false
                }
                return since + .seconds(120) > now
            })
    }

    private static func counts(
        _ spec: JSONValue?, pods: [PodFacts], scale: (OwnerReference) -> Int?
    ) -> (expected: Int, desired: Int) {
        if let limit = IntOrString(json: spec?["maxUnavailable"]) {
            let expected = expectedPods(pods, scale: scale)
            return (expected, max(0, expected - limit.resolved(of: expected, roundingUp: true)))
        }
        switch IntOrString(json: spec?["minAvailable"]) {
        case .int(let number): return (pods.count, number)
        case .string(let text):
            let expected = expectedPods(pods, scale: scale)
            return (expected, IntOrString.string(text).resolved(of: expected, roundingUp: true))
        case nil: return (pods.count, max(0, pods.count - 1))
        }
    }

    /// The scale of each controller once; pods without one count for themselves.
    private static func expectedPods(_ pods: [PodFacts], scale: (OwnerReference) -> Int?) -> Int {
        var controllers: Set<String> = []
        return pods.reduce(0) { sum, pod in
            guard let controller = pod.object.controller else { return sum }
            return controllers.insert(controller.uid).inserted ? sum + (scale(controller) ?? 0) : sum
        }
    }

    private static func conditions(_ budget: DynamicObject, isAllowed: Bool, now: Timestamp) -> [JSONValue] {
        var list = ConditionList(of: budget)
        list.setUnlessSame(
            "DisruptionAllowed", isAllowed, reason: isAllowed ? "SufficientPods" : "InsufficientPods", message: "",
            now: now)
        var condition = list["DisruptionAllowed"] ?? .object([:])
        condition["observedGeneration"] = .integer(budget.generation)
        return list.conditions.map { $0["type"]?.string == "DisruptionAllowed" ? condition : $0 }
    }
}
