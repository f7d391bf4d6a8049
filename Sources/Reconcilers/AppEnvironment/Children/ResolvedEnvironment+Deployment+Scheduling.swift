internal import KubeAPI

extension Component {
    /// The user's tolerations, and how long the pod stays bound to a node that is lost, unless they say it themselves.
    var tolerations: [JSONValue] {
        let own = (spec.placement.tolerations ?? []).map(JSONValue.object)
        let keys: [String] = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"]
        let ofFailure = keys.filter { key in
            !own.contains { $0["key"]?.string == key }
        }
        return own
            + ofFailure.map { key in
                [
                    "key": .string(key), "operator": "Exists", "effect": "NoExecute",
                    "tolerationSeconds": .integer(Int64(nodeFailureSeconds)),
                ]
            }
    }

    /// `nil` where the pods may be anywhere.
    var spreadConstraint: JSONValue? {
        guard spread != .none else { return nil }
        return [
            "maxSkew": 1,
            "topologyKey": .string(spec.placement.topologyKey),
            "whenUnsatisfiable": spread == .required ? "DoNotSchedule" : "ScheduleAnyway",
            "nodeTaintsPolicy": "Honor",
            "labelSelector": ["matchLabels": .strings(podSelector)],
            // The pods of a roll-out are spread among themselves: those that they replace are about to go.
            "matchLabelKeys": ["pod-template-hash"],
        ]
    }
}
