package import KubeAPI

/// What scales a part of an object of ours.
package enum Scaler: String, Sendable, Hashable {
    case keda = "KEDA"
    case hpa = "HPA"
    case fixed = "Fixed"
}

/// A workload of ours whose number of pods somebody may decide: a region's Deployment, a component's Deployment or StatefulSet.
package struct ScaleTarget: Sendable, Hashable {
    package var type: ResourceType
    /// Of the workload, and of what scales it.
    package var name: String
    /// Pods wanted where nothing scales.
    package var replicas: Int
    package var minReplicas: Int
    package var maxReplicas: Int

    package init(_ type: ResourceType, named name: String, replicas: Int, minReplicas: Int, maxReplicas: Int) {
        self.type = type
        self.name = name
        self.replicas = replicas
        self.minReplicas = minReplicas
        self.maxReplicas = maxReplicas
    }
}

extension ScaleTarget {
    private var reference: JSONValue {
        ["apiVersion": .string(type.apiVersion), "kind": .string(type.kind), "name": .string(name)]
    }

    /// The spec of a HorizontalPodAutoscaler.
    func autoscalerSpec(metrics: [JSONValue], behavior: JSONValue?) -> JSONValue {
        .compact([
            "scaleTargetRef": reference,
            // Only KEDA can scale to 0.
            "minReplicas": .integer(Int64(max(minReplicas, 1))),
            "maxReplicas": .integer(Int64(maxReplicas)),
            "metrics": .array(metrics),
            "behavior": behavior,
        ])
    }

    /// The spec of a ScaledObject.
    ///
    /// KEDA's autoscaler gets the name that an HPA of ours would have, so that KEDA can take such a one over instead of refusing it:
    /// see docs/decisions/0007-scalers-change-hands.md.
    ///
    /// - Parameters:
    ///   - behavior: where the settings say nothing of it.
    ///   - authentication: the name of the TriggerAuthentication, where the settings have one.
    ///   - values: what names in the metadata of triggers stand for.
    func scaledObjectSpec(
        _ settings: KEDASettings, behavior: JSONValue?, authentication: String, values: [String: String]
    ) -> JSONValue {
        .compact([
            "scaleTargetRef": reference,
            "minReplicaCount": .integer(Int64(minReplicas)),
            "maxReplicaCount": .integer(Int64(maxReplicas)),
            "pollingInterval": .integer(Int64(settings.pollingInterval)),
            "cooldownPeriod": .integer(Int64(settings.cooldownPeriod)),
            "fallback": settings.fallback.map(JSONValue.object),
            "advanced": .object(advanced(settings, behavior: behavior)),
            "triggers": .array(settings.triggers.map { .object(settings.trigger($0, authentication, values)) }),
        ])
    }

    private func advanced(_ settings: KEDASettings, behavior: JSONValue?) -> JSONObject {
        var advanced = settings.advanced ?? JSONObject()
        advanced.edit(object: "horizontalPodAutoscalerConfig") { autoscaler in
            autoscaler["name"] = .string(name)
            guard let behavior = behavior?.object else { return }
            autoscaler.edit(object: "behavior") { own in
                for (half, rules) in behavior where own[half] == nil { own[half] = rules }
            }
        }
        return advanced
    }
}

extension JSONValue {
    /// The metric of an autoscaler that aims for a part of what the pods request.
    static func utilization(of resource: String, percent: Int) -> JSONValue {
        [
            "type": "Resource",
            "resource": [
                "name": .string(resource),
                "target": ["type": "Utilization", "averageUtilization": .integer(Int64(percent))],
            ],
        ]
    }
}
