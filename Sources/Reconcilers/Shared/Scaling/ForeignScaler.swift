package import KubeAPI

/// A scaler of somebody else, with what is kept of it: whoever may edit a namespace can make one, and it says what they want it to.
package struct ForeignScaler: Sendable, Hashable {
    package var object: DynamicObject

    package init(_ object: DynamicObject) { self.object = object }

    /// `HorizontalPodAutoscaler shop/mine`.
    var name: String { "\(object.kind) \(object.key)" }

    var isVertical: Bool { object.kind == ResourceType.verticalPodAutoscaler.kind }

    private var isScaledObject: Bool { object.kind == ResourceType.scaledObject.kind }

    /// Source: KEDA, "ScaledObject specification": 100 where it does not say.
    var maxReplicas: Int {
        let most = object["spec"]?[isScaledObject ? "maxReplicaCount" : "maxReplicas"]?.integer
        return Int(Int32(clamping: most ?? (isScaledObject ? 100 : 1)))
    }

    /// Whether it may want no pods at all. KEDA may, and can be paused at 0; an HPA by a feature gate.
    var mayWantNone: Bool { isScaledObject || object[path: "spec", "minReplicas"]?.integer == 0 }

    /// Of a VerticalPodAutoscaler: whether it changes pods that run. Source: its API reference, UpdateMode.
    var changesPods: Bool {
        !["Off", "Initial"].contains(object[path: "spec", "updatePolicy", "updateMode"]?.string ?? "Auto")
    }

    func state(of part: String) -> ScalerState {
        isScaledObject ? ScalerState(scaledObject: object, of: part) : ScalerState(autoscaler: object, of: part)
    }
}

extension DynamicObject {
    /// The resources of pods that an autoscaler goes by, such as `cpu`.
    var scaledResources: Set<String> {
        Set((self[path: "spec", "metrics"]?.elements ?? []).compactMap(\.scaledResource))
    }

    /// Whether it says that it scales the target. Without an `apiVersion` a ScaledObject means `apps/v1`, and an HPA nothing.
    func scales(_ target: ScaleTarget) -> Bool {
        guard let reference = scaleReference else { return false }
        let isScaledObject = kind == ResourceType.scaledObject.kind
        let group = (reference["apiVersion"]?.string ?? (isScaledObject ? "apps/v1" : "")).split(separator: "/").first
        return reference["name"]?.string == target.name && group.map(String.init) == target.type.group
            && (reference["kind"]?.string ?? (isScaledObject ? ResourceType.deployment.kind : "")) == target.type.kind
    }

    private var scaleReference: JSONValue? { self[path: "spec", "scaleTargetRef"] ?? self[path: "spec", "targetRef"] }
}

extension JSONValue {
    fileprivate var scaledResource: String? {
        (self["resource"] ?? self["containerResource"])?["name"]?.string
    }
}

// What is kept of scalers.
extension ForeignScaler {
    /// Longer names are of nothing in a cluster, and longer words are cut.
    private static let longest = 256
    private static let conditionTypes: Set = ["Ready", "Active", "Fallback", "Paused", "AbleToScale", "ScalingActive"]

    /// The spec of a scaler without what nobody here looks at; `nil` for other objects.
    static func outline(ofSpec object: CachedObject) -> JSONValue? {
        let spec = object.value(at: "spec")
        guard let reference = spec?["scaleTargetRef"] ?? spec?["targetRef"] else { return nil }
        let target = ["apiVersion", "kind", "name"].reduce(into: JSONObject()) { $0[$1] = short(reference[$1]) }
        let resources = Set((spec?["metrics"]?.elements ?? []).compactMap(\.scaledResource))
        let hpaName = short(spec?["advanced"]?["horizontalPodAutoscalerConfig"]?["name"])
        return .compact([
            spec?["scaleTargetRef"] != nil ? "scaleTargetRef" : "targetRef": .object(target),
            "minReplicas": number(spec?["minReplicas"]), "maxReplicas": number(spec?["maxReplicas"]),
            "minReplicaCount": number(spec?["minReplicaCount"]), "maxReplicaCount": number(spec?["maxReplicaCount"]),
            "metrics": .array(
                ["cpu", "memory"].filter(resources.contains).map { ["resource": ["name": .string($0)]] }),
            "advanced": hpaName.map { ["horizontalPodAutoscalerConfig": ["name": $0]] },
            "updatePolicy": short(spec?["updatePolicy"]?["updateMode"]).map { ["updateMode": $0] },
        ])
    }

    static func outline(ofStatus object: CachedObject) -> JSONValue {
        let conditions = (object.value(at: "status", "conditions")?.elements ?? []).filter {
            conditionTypes.contains($0["type"]?.string ?? "")
        }
        return [
            "conditions": .array(
                conditions.prefix(conditionTypes.count).map { condition in
                    .object(
                        ["type", "status", "reason", "message"].reduce(into: JSONObject()) { kept, field in
                            kept[field] = condition[field]?.string.map { .string($0.cut(to: longest)) }
                        })
                })
        ]
    }

    /// Those by which KEDA is told to pause.
    static let annotationKeys: Set = ["autoscaling.keda.sh/paused", "autoscaling.keda.sh/paused-replicas"]

    private static func short(_ value: JSONValue?) -> JSONValue? {
        value?.string.flatMap { $0.utf8.count <= longest ? .string($0) : nil }
    }

    private static func number(_ value: JSONValue?) -> JSONValue? { value?.integer.map(JSONValue.integer) }
}
