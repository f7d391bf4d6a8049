internal import KubeAPI

/// Why nodes are not ready, as their conditions say.
struct NodeReadiness: Sendable {
    private let nodes: Informer

    init(_ environment: ReconcilerEnvironment) { nodes = environment.informers.informer(Selection(.node)) }

    /// What follows the node's name: `is not ready: KubeletNotReady: …`; `nil` where it is ready.
    func problem(with node: String) -> String? {
        guard let object = nodes.store.get(ObjectKey(name: node)) else { return "is gone" }
        let ready = object.value(at: "status", "conditions")?.elements.first { $0["type"]?.string == "Ready" }
        guard ready?["status"]?.string != "True" else { return nil }
        let words = [ready?["reason"]?.string, ready?["message"]?.string].compactMap(\.self).filter { !$0.isEmpty }
        return (["is not ready"] + words).joined(separator: ": ")
    }

    /// Why the nodes of pods that are not ready are not ready, by their names.
    func problems(ofNodesOf pods: [Pod]) -> [String: String] {
        var problems: [String: String] = [:]
        for pod in pods where !pod.isReady {
            guard let node = pod.spec?.nodeName, !node.isEmpty, problems[node] == nil else { continue }
            problems[node] = problem(with: node)
        }
        return problems
    }
}
