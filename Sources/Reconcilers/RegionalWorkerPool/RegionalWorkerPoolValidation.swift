internal import KubeAPI

// The rules that the CRD has in CEL, in the same words: for `render` and `validate`, and as defence on a server without
// CEL. Types, bounds and patterns are the schema's.
extension RegionalWorkerPool {
    /// The rules across fields.
    package var ruleViolations: [Violation] {
        var rules = Rules()
        if let inherited = spec.inheritedMetadata { inherited.check(&rules, at: "spec.inheritedMetadata") }
        for (index, region) in spec.regions.enumerated() { region.check(&rules, at: "spec.regions[\(index)]") }
        spec.nodes.overrides.check(&rules, at: "spec.nodes")
        rules.require(
            (spec.disruption.maxUnavailable != nil) != (spec.disruption.minAvailable != nil), "spec.disruption",
            "give either maxUnavailable or minAvailable")
        spec.checkRegionNames(&rules)
        spec.placement.priorityClass?.check(&rules, at: "spec.placement.priorityClass")
        spec.monitoring?.check(&rules, at: "spec.monitoring")
        spec.checkScaling(&rules)
        spec.checkRuntimes(&rules)
        return rules.violations
    }
}

extension RegionalWorkerPool.RegionSpec {
    fileprivate func check(_ rules: inout Rules, at path: String) {
        nodeSelector.check(
            &rules, at: path.field("nodeSelector"), keyExample: "zone", domainExample: "topology.kubernetes.io/region",
            whenEmpty:
                "name at least one label of the region's nodes; an empty selector would claim every node of the cluster"
        )
        for (index, variable) in (env ?? []).enumerated() {
            rules.require(
                variable["value"] == nil || variable["valueFrom"] == nil, path.field("env[\(index)]"),
                "give either value or valueFrom")
        }
        nodes?.check(&rules, at: path.field("nodes"))
    }
}

extension RegionalWorkerPool.NodeSettings {
    fileprivate var overrides: RegionalWorkerPool.NodeOverrides {
        .init(labels: labels, regionLabelKey: regionLabelKey, taints: taints, onRelease: onRelease)
    }
}

extension RegionalWorkerPool.NodeOverrides {
    private static let reservedMessage =
        """
        label keys under kubernetes.io, k8s.io and quartermaster.dev are reserved; use a key without a prefix or with \
        one of your own
        """

    private static func isReserved(_ key: String) -> Bool {
        LabelSyntax.isReserved(key) || LabelSyntax.isOwn(key)
    }

    fileprivate func check(_ rules: inout Rules, at path: String) {
        let keys = (labels ?? [:]).keys
        rules.require(
            keys.allSatisfy(LabelSyntax.isKey), path.field("labels"),
            "a label key is a name such as workload, or a domain and a name such as example.com/workload")
        rules.require(!keys.contains(where: Self.isReserved), path.field("labels"), Self.reservedMessage)
        rules.require(
            !(regionLabelKey.map(Self.isReserved) ?? false), path.field("regionLabelKey"), Self.reservedMessage)
        for (index, taint) in (taints ?? []).enumerated() {
            let field = path.field("taints[\(index)].key")
            rules.require(
                !ReservedNodeKeys.isClustersTaint(taint.key), field,
                """
                taints under node.kubernetes.io and node.cloudprovider.kubernetes.io belong to the cluster; \
                use a key of your own
                """)
            rules.require(
                !ReservedNodeKeys.isControlPlaneTaint(taint.key), field,
                "the control plane's taints belong to the cluster; use a key of your own")
        }
    }
}

extension RegionalWorkerPool.Spec {
    /// The region's name has a variable and a label of its own, which nothing else may set.
    fileprivate func checkRegionNames(_ rules: inout Rules) {
        rules.require(
            !regions.contains { ($0.env ?? []).contains { $0["name"]?.string == regionEnvName } }, "spec",
            """
            the variable that regionEnvName names is set by the operator; remove it from env or choose another \
            regionEnvName
            """)
        let setsRegionLabel = regions.contains { region in
            (region.nodes?.labels ?? nodes.labels).keys.contains(region.nodes?.regionLabelKey ?? nodes.regionLabelKey)
        }
        rules.require(
            !setsRegionLabel, "spec",
            """
            nodes.labels must not hold the key that regionLabelKey names, its value is the region's name; remove it \
            from labels or choose another regionLabelKey
            """)
    }
}

extension RegionalWorkerPool.PriorityClassRequest {
    fileprivate func check(_ rules: inout Rules, at path: String) {
        rules.require(!create || value != nil, path, "create needs a value, the priority of the pods")
        rules.require(
            !create || !name.hasPrefix("system-"), path,
            """
            names that begin with system- belong to Kubernetes; choose another one, or leave create out to use the \
            class as it is
            """)
    }
}

extension RegionalWorkerPool.Monitoring {
    fileprivate func check(_ rules: inout Rules, at path: String) {
        rules.require(
            serviceMonitor != nil || alerts != nil, path,
            "give serviceMonitor, alerts or both; leave monitoring out to have neither")
        InheritedMetadata(labels: labels).check(&rules, at: path)
    }
}
