import KubeAPI

/// The defaults of built-in types that depend on other fields, by the types' short names.
enum ComputedDefaults {
    typealias Function = @Sendable (inout JSONObject) -> Void

    static let functions: [String: Function] = [
        "Container": container, "EphemeralContainer": container, "PodSpec": podSpec, "Pod": pod, "Volume": volume,
        "DeploymentStrategy": rollingUpdate, "DaemonSetUpdateStrategy": rollingUpdate,
        "StatefulSetUpdateStrategy": rollingUpdate, "Job": job, "ServiceSpec": serviceSpec,
        "ServicePort": servicePort, "HorizontalPodAutoscalerSpec": autoscalerSpec,
        "NetworkPolicySpec": networkPolicySpec,
        "Subject": subject, "RoleRef": roleRef, "LimitRangeItem": limitRangeItem, "Namespace": namespace,
        "CustomResourceDefinitionSpec": customResourceSpec, "CustomResourceDefinitionNames": customResourceNames,
        "Secret": secret, "StatefulSetSpec": statefulSetSpec, "NodeStatus": nodeStatus,
    ]

    private static func container(_ fields: inout JSONObject) {
        guard fields["imagePullPolicy"] == nil, let image = fields["image"]?.string else { return }
        // The tag stands after the last colon that no slash follows; a digest pins the image.
        let name = image.split(separator: "/").last ?? ""
        let tag = name.split(separator: ":", maxSplits: 1).dropFirst().first
        let isLatest = !image.contains("@") && (tag == nil || tag == "latest")
        fields["imagePullPolicy"] = isLatest ? "Always" : "IfNotPresent"
    }

    private static func podSpec(_ fields: inout JSONObject) {
        // Two names of one field; the older one is kept for clients that know no other.
        let account = fields["serviceAccountName"] ?? fields["serviceAccount"]
        if let account {
            fields["serviceAccountName"] = account
            fields["serviceAccount"] = account
        }
        guard fields["hostNetwork"]?.bool == true else { return }
        for list in ["containers", "initContainers"] {
            guard let containers = fields[list]?.array else { continue }
            fields[list] = .array(containers.map(hostPorts))
        }
    }

    private static func hostPorts(_ container: JSONValue) -> JSONValue {
        var copy = container
        guard let ports = container["ports"]?.array else { return copy }
        copy["ports"] = .array(
            ports.map { port in
                var port = port
                if port["hostPort"] == nil { port["hostPort"] = port["containerPort"] }
                return port
            })
        return copy
    }

    private static func pod(_ fields: inout JSONObject) {
        var spec = fields["spec"] ?? [:]
        if spec["enableServiceLinks"] == nil { spec["enableServiceLinks"] = true }
        for list in ["containers", "initContainers"] {
            guard let containers = spec[list]?.array else { continue }
            spec[list] = .array(containers.map(requestsFromLimits))
        }
        fields["spec"] = spec
    }

    /// A limit without a request is the request, too.
    private static func requestsFromLimits(_ container: JSONValue) -> JSONValue {
        guard let limits = container[path: ["resources", "limits"]]?.object else { return container }
        var requests = container[path: ["resources", "requests"]]?.object ?? [:]
        for (name, amount) in limits where requests[name] == nil { requests[name] = amount }
        var copy = container
        copy[path: ["resources", "requests"]] = .object(requests)
        return copy
    }

    private static func volume(_ fields: inout JSONObject) {
        if fields.allSatisfy({ $0.key == "name" }) { fields["emptyDir"] = [:] }
    }

    private static func rollingUpdate(_ fields: inout JSONObject) {
        if fields["type"]?.string == "RollingUpdate", fields["rollingUpdate"] == nil { fields["rollingUpdate"] = [:] }
    }

    /// A CronJob's template of a job has none of these: they come with the jobs that are made of it.
    private static func job(_ fields: inout JSONObject) {
        var spec = fields["spec"] ?? [:]
        // Without either, a job is one pod.
        if spec["completions"] == nil, spec["parallelism"] == nil { spec["completions"] = 1 }
        let policy: JSONValue = spec["podFailurePolicy"] == nil ? "TerminatingOrFailed" : "Failed"
        let defaults: [(String, JSONValue)] = [
            ("parallelism", 1), ("podReplacementPolicy", policy), ("backoffLimit", 6), ("completionMode", "NonIndexed"),
            ("suspend", false), ("manualSelector", false),
        ]
        for (name, value) in defaults where spec[name] == nil { spec[name] = value }
        fields["spec"] = spec
    }

    private static func statefulSetSpec(_ fields: inout JSONObject) {
        guard let claims = fields["volumeClaimTemplates"]?.array else { return }
        fields["volumeClaimTemplates"] = .array(
            claims.map { claim in
                var claim = claim
                claim["apiVersion"] = "v1"
                claim["kind"] = "PersistentVolumeClaim"
                return claim
            })
    }

    private static func nodeStatus(_ fields: inout JSONObject) {
        if fields["allocatable"] == nil { fields["allocatable"] = fields["capacity"] }
    }

    private static func serviceSpec(_ fields: inout JSONObject) {
        let type = fields["type"]?.string
        if fields["sessionAffinity"]?.string == "ClientIP", fields["sessionAffinityConfig"] == nil {
            fields["sessionAffinityConfig"] = ["clientIP": ["timeoutSeconds": 10800]]
        }
        if type != "ExternalName", fields["internalTrafficPolicy"] == nil {
            fields["internalTrafficPolicy"] = "Cluster"
        }
        if type == "NodePort" || type == "LoadBalancer", fields["externalTrafficPolicy"] == nil {
            fields["externalTrafficPolicy"] = "Cluster"
        }
        if type == "LoadBalancer", fields["allocateLoadBalancerNodePorts"] == nil {
            fields["allocateLoadBalancerNodePorts"] = true
        }
    }

    private static func servicePort(_ fields: inout JSONObject) {
        if fields["targetPort"] == nil { fields["targetPort"] = fields["port"] }
    }

    private static func networkPolicySpec(_ fields: inout JSONObject) {
        guard fields["policyTypes"] == nil else { return }
        fields["policyTypes"] = fields["egress"] == nil ? ["Ingress"] : ["Ingress", "Egress"]
    }

    private static func subject(_ fields: inout JSONObject) {
        guard fields["apiGroup"] == nil, fields["kind"]?.string != "ServiceAccount" else { return }
        fields["apiGroup"] = "rbac.authorization.k8s.io"
    }

    private static func roleRef(_ fields: inout JSONObject) {
        if (fields["apiGroup"]?.string ?? "").isEmpty { fields["apiGroup"] = "rbac.authorization.k8s.io" }
    }

    private static func limitRangeItem(_ fields: inout JSONObject) {
        guard fields["type"]?.string == "Container" else { return }
        for (target, source) in [("default", "max"), ("defaultRequest", "default"), ("defaultRequest", "min")] {
            var amounts = fields[target]?.object ?? [:]
            for (name, amount) in fields[source]?.object ?? [:] where amounts[name] == nil { amounts[name] = amount }
            if !amounts.isEmpty { fields[target] = .object(amounts) }
        }
    }

    private static func namespace(_ fields: inout JSONObject) {
        guard let name = fields["metadata"]?["name"], name.string != "" else { return }
        var metadata = fields["metadata"] ?? [:]
        metadata[path: ["labels", "kubernetes.io/metadata.name"]] = name
        fields["metadata"] = metadata
    }

    private static func customResourceSpec(_ fields: inout JSONObject) {
        if fields["conversion"] == nil { fields["conversion"] = ["strategy": "None"] }
    }

    private static func customResourceNames(_ fields: inout JSONObject) {
        guard let kind = fields["kind"]?.string, !kind.isEmpty else { return }
        if fields["singular"] == nil { fields["singular"] = .string(kind.lowercased()) }
        if fields["listKind"] == nil { fields["listKind"] = .string(kind + "List") }
    }

    /// `stringData` is for writing only.
    private static func secret(_ fields: inout JSONObject) {
        guard let texts = fields["stringData"]?.object else { return }
        var data = fields["data"] ?? [:]
        for (key, value) in texts { data[key] = .string(Base64.encode(Array((value.string ?? "").utf8))) }
        fields["data"] = data
        fields["stringData"] = nil
    }
}
