internal import KubeAPI

/// Whether a pod may go to a node: node selector, required node affinity, taints, cordons and room.
///
/// Source: Kubernetes, "Assigning Pods to Nodes", "Taints and Tolerations". Affinity between pods and spread
/// constraints do not keep a pod from a node here; the choice among nodes spreads pods of one owner anyway.
enum NodeRequirement {
    /// Why the node does not take the pod, in the scheduler's words; `nil` where it does.
    static func refusal(of pod: PodFacts, node: NodeFacts, used: ResourceAmounts, podCount: Int) -> String? {
        let tolerations = Toleration.all(in: pod.spec)
        if node.isUnschedulable,
            !tolerations.contains(where: { $0.tolerates(.init(key: unschedulableKey, effect: .noSchedule)) })
        {
            return "node(s) were unschedulable"
        }
        if !matchesSelectorAndAffinity(pod, node) { return "node(s) didn't match Pod's node affinity/selector" }
        let isTainted = node.taints.contains { taint in
            [.noSchedule, .noExecute].contains(taint.effect) && taint.key != unschedulableKey
                && !tolerations.contains { $0.tolerates(taint) }
        }
        if isTainted { return "node(s) had untolerated taint(s)" }
        return shortage(pod.requests, node: node, used: used, podCount: podCount)
    }

    private static let unschedulableKey = "node.kubernetes.io/unschedulable"

    private static func shortage(
        _ requests: ResourceAmounts, node: NodeFacts, used: ResourceAmounts, podCount: Int
    ) -> String? {
        let total = used + requests
        if podCount >= node.podLimit { return "Too many pods" }
        if requests.cpu.nano > 0, total.cpu > node.allocatable.cpu { return "Insufficient cpu" }
        if requests.memory.nano > 0, total.memory > node.allocatable.memory { return "Insufficient memory" }
        return nil
    }

    static func matchesSelectorAndAffinity(_ pod: PodFacts, _ node: NodeFacts) -> Bool {
        for (key, value) in pod.spec["nodeSelector"]?.object ?? [:] where node.labels[key] != value.string {
            return false
        }
        let path = ["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"]
        guard let required = pod.spec[path: path] else { return true }
        // The terms are alternatives; one without any requirement matches no node.
        return (required["nodeSelectorTerms"]?.array ?? []).contains { term in
            let expressions = term["matchExpressions"]?.array ?? []
            let fields = term["matchFields"]?.array ?? []
            guard !expressions.isEmpty || !fields.isEmpty else { return false }
            return expressions.allSatisfy { matches($0, node.labels) }
                && fields.allSatisfy { matches($0, ["metadata.name": node.name]) }
        }
    }

    private static func matches(_ requirement: JSONValue, _ labels: [String: String]) -> Bool {
        let value = labels[requirement["key"]?.string ?? ""]
        let values = (requirement["values"]?.array ?? []).compactMap(\.string)
        switch requirement["operator"]?.string {
        case "In": return value.map(values.contains) ?? false
        case "NotIn": return !(value.map(values.contains) ?? false)
        case "Exists": return value != nil
        case "DoesNotExist": return value == nil
        case "Gt": return compare(value, values.first) { $0 > $1 }
        case "Lt": return compare(value, values.first) { $0 < $1 }
        default: return false
        }
    }

    private static func compare(_ left: String?, _ right: String?, _ order: (Int, Int) -> Bool) -> Bool {
        guard let left = left.flatMap({ Int($0) }), let right = right.flatMap({ Int($0) }) else { return false }
        return order(left, right)
    }
}
