/// A machine of the cluster: the part that placing and claiming needs. Source: Kubernetes API reference, Node v1.
///
/// Other fields of `spec` and `status` are not read; write nodes by patch.
package struct Node: KubernetesObject, Hashable {
    package static let resourceType = ResourceType.node

    package struct Spec: Sendable, Hashable, Codable {
        /// A list that is replaced as a whole by server-side apply: write it with the `resourceVersion` it was read at.
        package var taints: [Taint]?
        /// Cordoned: the scheduler places nothing new here.
        package var unschedulable: Bool?
        package var providerID: String?

        package init(taints: [Taint]? = nil, unschedulable: Bool? = nil, providerID: String? = nil) {
            self.taints = taints
            self.unschedulable = unschedulable
            self.providerID = providerID
        }
    }

    package struct Status: Sendable, Hashable, Codable {
        package var conditions: [ObservedCondition]?
        /// What pods may use, by resource name: `cpu`, `memory`, `pods`.
        package var allocatable: [String: Quantity]?

        package init(conditions: [ObservedCondition]? = nil, allocatable: [String: Quantity]? = nil) {
            self.conditions = conditions
            self.allocatable = allocatable
        }
    }

    package var metadata: ObjectMeta
    package var spec: Spec?
    package var status: Status?

    package init(metadata: ObjectMeta, spec: Spec? = nil, status: Status? = nil) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }

    package var labels: [String: String] { metadata.labels ?? [:] }
    package var taints: [Taint] { spec?.taints ?? [] }
    package var isUnschedulable: Bool { spec?.unschedulable ?? false }
    /// The kubelet reports and says that it is well.
    package var isReady: Bool { status?.conditions?.status(of: "Ready") == .true }
}

/// Keeps pods away that do not tolerate it. `key` and `effect` together are its identity on a node.
package struct Taint: Sendable, Hashable, Codable {
    package enum Effect: String, Sendable, Codable, CaseIterable {
        case noSchedule = "NoSchedule"
        case preferNoSchedule = "PreferNoSchedule"
        case noExecute = "NoExecute"
    }

    package var key: String
    /// Missing is the same as empty.
    package var value: String?
    package var effect: Effect
    /// When the taint was added; set by Kubernetes for `NoExecute` only.
    package var timeAdded: Timestamp?

    package init(key: String, value: String? = nil, effect: Effect, timeAdded: Timestamp? = nil) {
        self.key = key
        self.value = value
        self.effect = effect
        self.timeAdded = timeAdded
    }

    /// `nil` for an effect that is none.
    private init?(_ json: JSONValue) {
        guard let effect = json["effect"]?.string.flatMap(Effect.init) else { return nil }
        self.init(
            key: json["key"]?.string ?? "", value: json["value"]?.string, effect: effect,
            timeAdded: json["timeAdded"]?.string.flatMap(Timestamp.init(rfc3339:)))
    }

    /// The taints of a list as it stands in a NodeSpec.
    package static func all(in list: JSONValue?) -> [Taint] { (list?.array ?? []).compactMap(Taint.init) }

    /// Same key and effect: a node carries only one of the two.
    package func matches(_ other: Taint) -> Bool { key == other.key && effect == other.effect }

    /// Matches and has the same value; when it was added does not count.
    package func isEquivalent(to other: Taint) -> Bool {
        matches(other) && (value ?? "") == (other.value ?? "")
    }
}

extension Taint: CustomStringConvertible {
    /// `key=value:Effect`, as kubectl writes it.
    package var description: String {
        let value = value ?? ""
        return value.isEmpty ? "\(key):\(effect.rawValue)" : "\(key)=\(value):\(effect.rawValue)"
    }
}
