internal import KubeAPI

extension Component {
    /// The fields of a SecurityContext that a container has and a pod has not.
    private static let containerFields: Set = [
        "allowPrivilegeEscalation", "capabilities", "privileged", "procMount", "readOnlyRootFilesystem",
    ]

    /// What the user wrote, each field where it belongs, with what the restricted level asks for.
    /// Source: Kubernetes, "Pod Security Standards", Restricted.
    var securityContexts: (pod: JSONObject, container: JSONObject) {
        var pod: JSONObject = ["runAsNonRoot": true, "seccompProfile": ["type": "RuntimeDefault"]]
        var container: JSONObject = ["allowPrivilegeEscalation": false, "capabilities": ["drop": ["ALL"]]]
        for (field, value) in spec.securityContext ?? [:] {
            switch field {
            case "capabilities":
                // Added ones do not put back those that are dropped.
                container.edit(object: field) { capabilities in
                    for (key, list) in value.object ?? [:] { capabilities[key] = list }
                }
            case _ where Self.containerFields.contains(field): container[field] = value
            default: pod[field] = value
            }
        }
        // A pod that runs as root says so in both.
        if pod["runAsUser"]?.integer == 0, spec.securityContext?["runAsNonRoot"] == nil { pod["runAsNonRoot"] = false }
        return (pod, container)
    }
}
