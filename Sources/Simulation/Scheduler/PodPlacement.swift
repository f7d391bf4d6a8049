internal import KubeAPI

/// Where a pod goes.
enum PodPlacement {
    /// A node and what is on it.
    struct Candidate: Sendable {
        var node: NodeFacts
        var used = ResourceAmounts()
        var podCount = 0
        /// How many of its pods have the same controller as the one to be placed.
        var siblings = 0
    }

    static func decide(pod: PodFacts, candidates: [Candidate], now: Timestamp) -> Decision {
        guard pod.isActive, pod.nodeName == nil, (pod.spec["schedulingGates"]?.array ?? []).isEmpty else {
            return .nothing
        }
        let verdicts = candidates.map { candidate in
            let refusal = NodeRequirement.refusal(
                of: pod, node: candidate.node, used: candidate.used, podCount: candidate.podCount)
            return (candidate: candidate, refusal: refusal)
        }
        let fitting = verdicts.filter { $0.refusal == nil }.map(\.candidate)
        guard let best = fitting.min(by: isBetter) else {
            return unschedulable(pod, message: message(verdicts.compactMap(\.refusal)), now: now)
        }
        return Decision(writes: [
            .bind(pod: pod.object.key, uid: pod.object.uid, node: best.node.name),
            .event(
                SimulatedEvent(
                    regarding: pod.object, reason: "Scheduled", action: "Binding",
                    note: "Successfully assigned \(pod.object.key) to \(best.node.name)")),
        ])
    }

    /// Spreads the pods of one owner first, then all pods.
    private static func isBetter(_ left: Candidate, _ right: Candidate) -> Bool {
        (left.siblings, left.podCount, left.node.name) < (right.siblings, right.podCount, right.node.name)
    }

    /// The scheduler's message, as of Kubernetes 1.36.
    static func message(_ refusals: [String]) -> String {
        guard !refusals.isEmpty else { return "no nodes available to schedule pods" }
        let counts = Dictionary(refusals.map { ($0, 1) }, uniquingKeysWith: +)
        let reasons = counts.map { "\($0.value) \($0.key)" }.sorted().joined(separator: ", ")
        let nodes = "0/\(refusals.count) nodes are available: "
        return nodes + reasons + ". no new claims to deallocate, preemption: " + nodes
            + "\(refusals.count) Preemption is not helpful for scheduling."
    }

    private static func unschedulable(_ pod: PodFacts, message: String, now: Timestamp) -> Decision {
        var conditions = ConditionList(of: pod.object)
        let old = conditions["PodScheduled"]
        guard old?["message"]?.string != message || old?["status"]?.string != "False" else { return .nothing }
        conditions.set("PodScheduled", false, reason: "Unschedulable", message: message, now: now)
        var status = pod.status
        status["conditions"] = .array(conditions.conditions)
        let event = SimulatedEvent(
            regarding: pod.object, isWarning: true, reason: "FailedScheduling", action: "Scheduling", note: message)
        let write = SimulatedWrite.status(status, of: pod.object, as: .pod, isGuarded: true)
        return Decision(writes: (write.map { [$0] } ?? []) + [.event(event)])
    }
}
