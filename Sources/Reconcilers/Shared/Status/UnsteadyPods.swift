internal import KubeAPI

/// Pods that have something to say for themselves: they are not ready, or a container of theirs was restarted. Of a fleet that
/// is well they are few, and only they are looked at.
enum UnsteadyPods {
    /// The unsteady pods whose label says that they are of one object.
    static func indexer(_ label: String) -> Indexer {
        Indexer("unsteady \(label)") { pod in
            guard let owner = pod.labels[label], isUnsteady(pod) else { return [] }
            return [value(namespace: pod.key.namespace, owner)]
        }
    }

    static func of(_ owner: String, in namespace: String, by label: String, from pods: Informer) -> [Pod] {
        let found = pods.store.list(
            index: "unsteady \(label)", value: value(namespace: namespace, ChildName.labelValue(owner)))
        return found.compactMap { try? $0.decode(Pod.self) }
    }

    private static func value(namespace: String, _ owner: String) -> String { "\(namespace)/\(owner)" }

    static func isUnsteady(_ pod: CachedObject) -> Bool {
        let status = pod.value(at: "status")
        let phase = status?["phase"]?.string
        guard phase != "Succeeded", phase != "Failed" else { return false }
        let isReady = (status?["conditions"]?.elements ?? []).contains {
            $0["type"]?.string == "Ready" && $0["status"]?.string == "True"
        }
        return !isReady || restarts(status) > 0
    }

    /// Whether what a pod says for itself has changed. That it begins as pods do is no news.
    static func haveNews(_ event: InformerEvent) -> Bool {
        switch event {
        case .added(let pod, let isInitialList): !isInitialList && !news(of: pod).isEmpty
        case .updated(let old, let new): news(of: old) != news(of: new)
        case .deleted(let pod): !news(of: pod).isEmpty
        }
    }

    private static func news(of pod: CachedObject) -> [String] {
        guard isUnsteady(pod) else { return [] }
        let status = pod.value(at: "status")
        var news = containers(status).flatMap { container -> [String] in
            let name = container["name"]?.string ?? ""
            let waiting = container["state"]?["waiting"]?["reason"]?.string
            let isUsual = waiting == nil || waiting == "ContainerCreating" || waiting == "PodInitializing"
            let count = container["restartCount"]?.integer ?? 0
            // Within a loop of endings it says the same throughout.
            let hasEnded = container["state"]?["terminated"]?["exitCode"].map { $0 != 0 } ?? false
            return (isUsual ? [] : ["\(name) \(waiting ?? "")"]) + (hasEnded ? ["\(name) ended"] : [])
                + (count > 0 ? ["\(name) \(count)"] : [])
        }
        let scheduled = (status?["conditions"]?.elements ?? []).first { $0["type"]?.string == "PodScheduled" }
        if scheduled?["status"]?.string == "False" { news.append(scheduled?["message"]?.string ?? "") }
        return news
    }

    private static func restarts(_ status: JSONValue?) -> Int64 {
        containers(status).map { $0["restartCount"]?.integer ?? 0 }.max() ?? 0
    }

    private static func containers(_ status: JSONValue?) -> [JSONValue] {
        (status?["initContainerStatuses"]?.elements ?? []) + (status?["containerStatuses"]?.elements ?? [])
    }

    /// Larger ones are no pods as a kubelet reports them.
    private static let largest = 64 * 1024

    /// What is kept of pods that are looked at for nothing else.
    @Sendable static func trim(_ pod: CachedObject) -> JSONValue? {
        let metadata = pod.value(at: "metadata")
        let isTold = isUnsteady(pod) && pod.byteCount <= largest
        let conditions = pod.value(at: "status", "conditions")?.elements.filter { $0["type"]?.string == "Ready" }
        return .compact([
            "apiVersion": "v1", "kind": "Pod",
            "metadata": .compact([
                "namespace": metadata?["namespace"], "name": metadata?["name"], "uid": metadata?["uid"],
                "resourceVersion": metadata?["resourceVersion"], "deletionTimestamp": metadata?["deletionTimestamp"],
                "creationTimestamp": metadata?["creationTimestamp"],
                "labels": metadata?["labels"].map { labels in
                    .object(
                        JSONObject((labels.object ?? [:]).filter { kept.contains($0.key) }.map { ($0.key, $0.value) }))
                },
                "ownerReferences": metadata?["ownerReferences"].map { references in
                    .array(references.elements.filter { $0["controller"]?.bool == true })
                },
            ]),
            "spec": .compact(["nodeName": pod.value(at: "spec", "nodeName")]),
            "status": isTold
                ? pod.value(at: "status")
                : .compact(["phase": pod.value(at: "status", "phase"), "conditions": conditions.map(JSONValue.array)]),
        ])
    }

    private static let kept: Set = [LabelKey.regionalWorkerPool, LabelKey.region]
}

extension Pod {
    /// Whether a ReplicaSet of a Deployment has made it, as far as names tell. Labels are anybody's to set; whoever may make pods
    /// could still name a controller of such a name.
    func isMade(for deployment: String) -> Bool {
        guard let owner = metadata.controller else { return false }
        return owner.kind == "ReplicaSet" && owner.name.hasPrefix("\(deployment)-")
    }

    /// The same for what a component keeps a number of pods by.
    func isMade(for component: Component) -> Bool {
        guard component.kind == .statefulSet else { return isMade(for: component.name) }
        return metadata.controller.map { $0.kind == "StatefulSet" && $0.name == component.name } ?? false
    }
}
