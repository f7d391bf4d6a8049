internal import KubeAPI

extension ResolvedPool {
    /// The ScaledObject of a region.
    ///
    /// KEDA's autoscaler gets the name that an HPA of ours would have, and the annotation lets KEDA take such a one over
    /// instead of refusing it: see docs/decisions/0007-scalers-change-hands.md.
    func scaledObject(of region: Region, _ plan: ScalerPlan) throws -> DesiredChild? {
        guard plan.hasScaledObject, let settings = spec.scaling?.keda else { return nil }
        var child = try DesiredChild(
            .scaledObject, of: pool, named: region.childName, labels: [LabelKey.region: region.name],
            part: region.name, [:])
        child.object[path: "metadata", "annotations", AnnotationKey.transferAutoscaler] = "true"
        child.object["spec"] = .compact([
            "scaleTargetRef": region.scaleTarget,
            "minReplicaCount": .integer(Int64(region.minReplicas)),
            "maxReplicaCount": .integer(Int64(region.maxReplicas)),
            "pollingInterval": .integer(Int64(settings.pollingInterval)),
            "cooldownPeriod": .integer(Int64(settings.cooldownPeriod)),
            "fallback": settings.fallback.map(JSONValue.object),
            "advanced": .object(advancedSettings(for: region)),
            "triggers": .array(settings.triggers.map { .object(trigger($0, for: region)) }),
        ])
        return child
    }

    /// The user's own, with the pool's behaviour where they say nothing of it.
    private func advancedSettings(for region: Region) -> JSONObject {
        var advanced = spec.scaling?.keda?.advanced ?? JSONObject()
        advanced.edit(object: "horizontalPodAutoscalerConfig") { autoscaler in
            autoscaler["name"] = .string(region.childName)
            autoscaler.edit(object: "behavior") { behavior in
                for (half, rules) in spec.scaling?.behavior.json.object ?? [:] where behavior[half] == nil {
                    behavior[half] = rules
                }
            }
        }
        return advanced
    }

    private func trigger(_ written: JSONObject, for region: Region) -> JSONObject {
        var trigger = written
        let values = [
            "REGION": region.name, "POOL": name, "NAMESPACE": namespace,
        ]
        trigger.edit(object: "metadata") { metadata in
            metadata = metadata.mapValues { value in
                value.string.map { .string($0.substituting(values)) } ?? value
            }
        }
        if spec.scaling?.keda?.authentication != nil, trigger["authenticationRef"] == nil {
            trigger["authenticationRef"] = ["name": .string(triggerAuthenticationName)]
        }
        return trigger
    }
}

extension String {
    /// The text with `$(NAME)` replaced by the value of that name; unknown names stay, and `$$(NAME)` becomes
    /// `$(NAME)`. Source: Kubernetes, "Define Dependent Environment Variables".
    func substituting(_ values: [String: String]) -> String {
        var result = ""
        var rest = self[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[dollar...]
            if rest.hasPrefix("$$(") {
                result += "$("
                rest = rest.dropFirst(3)
            } else if rest.hasPrefix("$("), let end = rest.firstIndex(of: ")"),
                let value = values[String(rest[rest.index(dollar, offsetBy: 2)..<end])]
            {
                result += value
                rest = rest[rest.index(after: end)...]
            } else {
                result += "$"
                rest = rest.dropFirst()
            }
        }
        return result + rest
    }
}

extension ResolvedPool {
    /// The TriggerAuthentication of the pool: KEDA reads the Secrets, the operator does not.
    func triggerAuthentications() throws -> [DesiredChild] {
        guard scaler == .keda, let parameters = spec.scaling?.keda?.authentication?.secretTargetRef else { return [] }
        return [
            try DesiredChild(
                .triggerAuthentication, of: pool, named: triggerAuthenticationName,
                [
                    "spec": [
                        "secretTargetRef": .array(
                            parameters.map {
                                [
                                    "parameter": .string($0.parameter), "name": .string($0.name),
                                    "key": .string($0.key),
                                ]
                            })
                    ]
                ])
        ]
    }
}
