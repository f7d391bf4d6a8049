package import KubeAPI

/// Why a pool's new taints would lock out what the cluster can't do without.
package enum LockOut: Sendable, Hashable {
    /// A node as far as it matters here.
    package struct Place: Sendable, Hashable {
        package var name: String
        /// Whether it is well now: Ready, and without the taints by which the cluster says that it is not.
        package var isReady: Bool
        /// Neither cordoned nor being deleted.
        package var isOpen: Bool
        /// Those that keep pods away for good.
        package var taints: [Taint]
    }

    /// A pod of the operator itself or of the cluster's DNS.
    package struct VitalPod: Sendable, Hashable {
        /// `namespace/name`.
        package var name: String
        package var node: String?
        package var tolerations: [Toleration]
    }

    /// The last nodes for pods that tolerate nothing.
    case lastPlaces([String])
    case eviction(pod: String, node: String, taint: Taint)
    /// The last nodes for a pod that tolerates some.
    case lastPlacesOf(pod: String, [String])

    /// - Parameters:
    ///   - places: every node of the cluster, as it is.
    ///   - added: what would be new, by the node's name.
    /// - Returns: `nil` where the taints do no such harm, or none that has not been done before.
    package static func check(places: [Place], pods: [VitalPod], adding added: [String: [Taint]]) -> LockOut? {
        for pod in pods {
            for taint in pod.node.flatMap({ added[$0] }) ?? [] where taint.effect == .noExecute && !pod.stays(by: taint)
            {
                return .eviction(pod: pod.name, node: pod.node ?? "", taint: taint)
            }
        }
        if let last = last(of: places, adding: added, tolerating: []) { return .lastPlaces(last) }
        for pod in pods {
            // Not implied by the above: where every free node is tainted already, it may be the last one of this pod.
            if let last = last(of: places, adding: added, tolerating: pod.tolerations) {
                return .lastPlacesOf(pod: pod.name, last)
            }
        }
        return nil
    }

    /// The nodes that a pod could go to, where none of them would be left: of those that are well now, or of all, since
    /// nodes are not well when they join, and a pool must not take one after the other until then.
    private static func last(
        of places: [Place], adding added: [String: [Taint]], tolerating tolerations: [Toleration]
    ) -> [String]? {
        func isTolerated(_ taints: [Taint]) -> Bool {
            taints.allSatisfy { taint in
                taint.effect == .preferNoSchedule || tolerations.contains { $0.tolerates(taint) }
            }
        }
        let hosts = places.filter { $0.isOpen && isTolerated($0.taints) }
        for hosts in [hosts.filter(\.isReady), hosts] where !hosts.isEmpty {
            let areClosing = hosts.allSatisfy { !isTolerated(added[$0.name] ?? []) }
            if areClosing { return hosts.map(\.name).sorted() }
        }
        return nil
    }

    /// What stands in the condition.
    package var message: String {
        switch self {
        case .lastPlaces(let nodes):
            "the taints of this pool are held back: without \(nodes.listed) no node would be left for pods that tolerate "
                + "none; keep a node out of the pool, \(Self.otherWays)"
        case .lastPlacesOf(let pod, let nodes):
            "the taints of this pool are held back: without \(nodes.listed) no node would be left for Pod \(pod); keep a "
                + "node out of the pool, \(Self.otherWays)"
        case .eviction(let pod, let node, let taint):
            "the taints of this pool are held back: \(taint) on Node \(node) would evict Pod \(pod); have that pod run "
                + "elsewhere, keep that node out of the pool, \(Self.otherWays)"
        }
    }

    private static let otherWays =
        "take the taint out of nodes.taints, or set spec.nodes.lockOutPolicy to Allow if this is meant"
}

extension LockOut.VitalPod {
    /// The first toleration that fits decides how long. Source: Kubernetes, "Taint based Evictions".
    fileprivate func stays(by taint: Taint) -> Bool {
        tolerations.first { $0.tolerates(taint) }.map { $0.seconds == nil } ?? false
    }

    /// On the pods that stand for static ones. Kubelets can make no others, and taints do them nothing.
    private static let mirror = "kubernetes.io/config.mirror"

    /// - Returns: `nil` for a pod that is over, on its way out, or a kubelet's own.
    init?(_ object: CachedObject) {
        let phase = object.value(at: "status", "phase")?.string
        guard object.annotations[Self.mirror] == nil, !object.isBeingDeleted, phase != "Succeeded", phase != "Failed"
        else { return nil }
        name = "\(object.key)"
        node = object.value(at: "spec", "nodeName")?.string
        tolerations = Toleration.all(in: ["tolerations": object.value(at: "spec", "tolerations") ?? .array([])])
    }
}

extension LockOut.Place {
    /// Of the cluster's own taints: they come and go with the state of the node.
    private static let passingPrefixes = ["node.kubernetes.io/", "node.cloudprovider.kubernetes.io/"]

    init(_ object: CachedObject) {
        let all = (object.value(at: "spec", "taints")?.elements ?? []).compactMap(Taint.init(pushingAway:))
        let passing = all.filter { taint in Self.passingPrefixes.contains { taint.key.hasPrefix($0) } }
        let isReported = (object.value(at: "status", "conditions")?.elements ?? []).contains {
            $0["type"]?.string == "Ready" && $0["status"]?.string == "True"
        }
        self.init(
            name: object.key.name, isReady: isReported && passing.isEmpty,
            isOpen: !object.isBeingDeleted && object.value(at: "spec", "unschedulable")?.bool != true,
            taints: all.filter { !passing.contains($0) })
    }
}

extension Taint {
    /// A taint of a node; `nil` for one that only advises.
    fileprivate init?(pushingAway json: JSONValue) {
        guard let key = json["key"]?.string, let effect = json["effect"]?.string.flatMap(Effect.init),
            effect != .preferNoSchedule
        else { return nil }
        self.init(key: key, value: json["value"]?.string, effect: effect)
    }
}
