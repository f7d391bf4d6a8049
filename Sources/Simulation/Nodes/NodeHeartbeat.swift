internal import KubeAPI

/// What the kubelet of a simulated node says about it.
enum NodeHeartbeat {
    /// Decides what to write for one node.
    ///
    /// - Parameters:
    ///   - lease: the node's Lease as observed.
    ///   - options: intervals and capacity.
    static func decide(
        node: NodeFacts, lease: DynamicObject?, now: Timestamp, options: SimulationOptions
    ) -> Decision {
        guard node.isSimulated, !node.object.isBeingDeleted else { return .nothing }
        var decision = Decision()
        if let write = statusWrite(node, now: now, options: options) { decision.writes.append(write) }
        // A node that is to be NotReady falls silent, as one does whose kubelet has died.
        guard node.isToBeReady else { return decision }
        decision.writes += leaseWrites(node, lease: lease, now: now, interval: options.leaseInterval)
        decision.checkAgain = options.leaseInterval
        return decision
    }

    static let leaseNamespace = "kube-node-lease"

    private static func statusWrite(
        _ node: NodeFacts, now: Timestamp, options: SimulationOptions
    ) -> SimulatedWrite? {
        let observed = node.object["status"] ?? .object([:])
        var wanted = observed
        wanted["capacity"] = observed["capacity"] ?? options.capacity.json
        wanted["allocatable"] = observed["allocatable"] ?? options.capacity.json
        // The loopback address: a request for logs of a simulated pod is refused at once and leaves the machine alone.
        wanted["addresses"] = [
            ["type": "InternalIP", "address": "127.0.0.1"], ["type": "Hostname", "address": .string(node.name)],
        ]
        wanted["nodeInfo"] = nodeInfo(node)
        wanted["conditions"] = .array(conditions(node, now: now, interval: options.statusInterval))
        return .status(wanted, of: node.object, as: .node, isGuarded: true)
    }

    private static func nodeInfo(_ node: NodeFacts) -> JSONValue {
        [
            "architecture": "amd64", "bootID": .string("boot-" + node.object.uid),
            "containerRuntimeVersion": "simulated://\(BuildInfo.version)", "kernelVersion": "6.1.0",
            "kubeProxyVersion": "", "kubeletVersion": "v1.36.2", "machineID": .string(node.object.uid),
            "operatingSystem": "linux", "osImage": "Simulated node", "systemUUID": .string(node.object.uid),
        ]
    }

    private static func conditions(_ node: NodeFacts, now: Timestamp, interval: Duration) -> [JSONValue] {
        let ready: (Bool, String, String) =
            node.isToBeReady
            ? (true, "KubeletReady", "kubelet is posting ready status")
            : (false, "KubeletNotReady", "the annotation \(SimulationAnnotation.nodeReady) says false")
        let wanted: [(type: String, status: Bool, reason: String, message: String)] = [
            ("MemoryPressure", false, "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
            ("DiskPressure", false, "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
            ("PIDPressure", false, "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
            ("Ready", ready.0, ready.1, ready.2),
        ]
        var list = ConditionList(of: node.object)
        let isDue = wanted.contains { condition in
            guard let observed = list[condition.type] else { return true }
            let lastHeartbeat = observed["lastHeartbeatTime"]?.string.flatMap { Timestamp(rfc3339: $0) }
            return observed["status"]?.string != (condition.status ? "True" : "False")
                || observed["reason"]?.string != condition.reason
                || lastHeartbeat.map { now - $0 >= interval } ?? true
        }
        guard isDue else { return list.conditions }
        for condition in wanted {
            list.set(
                condition.type, condition.status, reason: condition.reason, message: condition.message, now: now,
                times: ["lastHeartbeatTime"])
        }
        return list.conditions
    }

    private static func leaseWrites(
        _ node: NodeFacts, lease: DynamicObject?, now: Timestamp, interval: Duration
    ) -> [SimulatedWrite] {
        let duration = max(1, interval.components.seconds * 4)
        let spec: JSONValue = [
            "holderIdentity": .string(node.name), "leaseDurationSeconds": .integer(duration),
            "renewTime": .string(now.rfc3339Micro),
        ]
        guard let lease else {
            let new = DynamicObject(
                [
                    "apiVersion": "coordination.k8s.io/v1",
                    "kind": "Lease",
                    "metadata": [
                        "name": .string(node.name), "namespace": .string(leaseNamespace),
                        "ownerReferences": [
                            [
                                "apiVersion": "v1", "kind": "Node", "name": .string(node.name),
                                "uid": .string(node.object.uid),
                            ]
                        ],
                    ],
                    "spec": spec,
                ] as JSONObject)
            return [.create(new, .lease)]
        }
        let renewed = lease[path: "spec", "renewTime"]?.string.flatMap { Timestamp(rfc3339: $0) }
        // A tenth of slack, so that a timer that fires a little early still counts as due.
        if let renewed, now - renewed < interval * 0.9, renewed <= now { return [] }
        return [.patch(.lease, lease.key, ["spec": spec])]
    }
}

extension NodeCapacity {
    fileprivate var json: JSONValue {
        ["cpu": .string(cpu), "memory": .string(memory), "pods": .string(pods)]
    }
}
