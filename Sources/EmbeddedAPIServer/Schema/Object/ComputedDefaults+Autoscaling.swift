import KubeAPI

extension ComputedDefaults {
    static func autoscalerSpec(_ fields: inout JSONObject) {
        if (fields["metrics"]?.array ?? []).isEmpty {
            fields["metrics"] = [
                [
                    "type": "Resource",
                    "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": 80]],
                ]
            ]
        }
        // Rules are completed only where somebody set any.
        guard var behavior = fields["behavior"] else { return }
        behavior["scaleUp"] = rules(
            behavior["scaleUp"], window: 0,
            policies: [
                ["type": "Pods", "value": 4, "periodSeconds": 15],
                ["type": "Percent", "value": 100, "periodSeconds": 15],
            ])
        behavior["scaleDown"] = rules(
            behavior["scaleDown"], window: nil, policies: [["type": "Percent", "value": 100, "periodSeconds": 15]])
        fields["behavior"] = behavior
    }

    private static func rules(_ rules: JSONValue?, window: JSONValue?, policies: JSONValue) -> JSONValue {
        var rules = rules ?? [:]
        if rules["stabilizationWindowSeconds"] == nil { rules["stabilizationWindowSeconds"] = window }
        if rules["selectPolicy"] == nil { rules["selectPolicy"] = "Max" }
        if (rules["policies"]?.array ?? []).isEmpty { rules["policies"] = policies }
        return rules
    }
}
