internal import KubeAPI

// The rules that the CRD has in CEL, in the same words. That tier, namespace and volumes do not change in what they
// can't is the API server's matter: only it knows what was there before.
extension AppEnvironment {
    /// The rules across fields.
    package var ruleViolations: [Violation] {
        var rules = Rules()
        if let inherited = spec.inheritedMetadata { inherited.check(&rules, at: "spec.inheritedMetadata") }
        checkNamespace(&rules)
        rules.require(
            spec.ttl == nil || spec.tier == .preview, "spec.ttl",
            "only previews expire; remove ttl or set tier to preview")
        rules.require(
            spec.tier != .production || spec.components.allSatisfy { ImageReference.isFixed($0.image) },
            "spec.components",
            "in production an image has a digest or a tag other than latest, so that every pod runs the same")
        spec.limitRange.check(&rules, at: "spec.limitRange")
        InheritedMetadata(labels: spec.observability.labels).check(&rules, at: "spec.observability")
        for (index, binding) in (spec.access.bindings ?? []).enumerated() {
            binding.check(&rules, at: "spec.access.bindings[\(index)]")
        }
        for (index, component) in spec.components.enumerated() {
            component.check(&rules, at: "spec.components[\(index)]")
        }
        checkReferences(&rules)
        checkClaims(&rules)
        for (index, cidr) in (spec.network.ingressController.cidrs ?? []).enumerated() {
            rules.require(
                AddressRange.isValid(cidr), "spec.network.ingressController.cidrs[\(index)]", AddressRange.message)
        }
        for (index, cidr) in (spec.network.dns.cidrs ?? []).enumerated() {
            rules.require(AddressRange.isValid(cidr), "spec.network.dns.cidrs[\(index)]", AddressRange.message)
        }
        return rules.violations
    }

    private func checkNamespace(_ rules: inout Rules) {
        func isOfTheCluster(_ name: String) -> Bool {
            name == "default" || name == "quartermaster-system" || name.hasPrefix("kube-")
        }
        if let name = spec.namespace.name {
            rules.require(
                !isOfTheCluster(name), "spec.namespace.name",
                "the namespaces of the cluster itself are no environments; choose a name of your own")
            return
        }
        let name = metadata.name ?? ""
        rules.require(
            name.isEmpty || Names.problems(ofLabel: name).isEmpty, "",
            "the name of the environment is no name of a namespace; set spec.namespace.name")
        rules.require(
            !isOfTheCluster(name), "",
            "the namespaces of the cluster itself are no environments; set spec.namespace.name to one of your own")
    }

    /// The name of a claim is put together from two, and two pairs can come out as one: then two components would write over
    /// each other's data. Not in the CRD: to compare all pairs there costs more than the API server allows.
    private func checkClaims(_ rules: inout Rules) {
        var first: [String: (component: String, volume: String)] = [:]
        for (index, component) in spec.components.enumerated() {
            for volume in component.volumes ?? [] {
                let claim = Component.claimName(component.name, volume.name)
                guard let other = first.updateValue((component.name, volume.name), forKey: claim) else { continue }
                rules.require(
                    other.component == component.name, "spec.components[\(index)].volumes",
                    """
                    volume \(volume.name) of component \(component.name) and volume \(other.volume) of component \
                    \(other.component) would be the same PersistentVolumeClaim \(claim); give one of them another name
                    """)
            }
        }
    }

    /// Names of components and ports that stand elsewhere in the spec.
    private func checkReferences(_ rules: inout Rules) {
        let names = Set(spec.components.map(\.name))
        rules.require(
            spec.components.allSatisfy { component in
                (component.connectsTo ?? []).compactMap(\.component).allSatisfy(names.contains)
            }, "spec.components",
            "connectsTo names a component that is not in the list; name one that is, or give namespace and podLabels")
        rules.require(
            !spec.access.deployer || !names.contains(ResolvedEnvironment.deployer), "spec.components",
            """
            deployer is the ServiceAccount of access.deployer; give the component another name, or set access.deployer to \
            false
            """)
        rules.require(
            (spec.ingress ?? []).flatMap(\.paths).allSatisfy { path in
                spec.components.contains { component in
                    component.name == path.component && (component.ports ?? []).contains { $0.name == path.port }
                }
            }, "spec.ingress",
            "a path's component and port must be a component of the list and the name of one of its ports")
    }
}

extension AppEnvironment.LimitRange {
    fileprivate func check(_ rules: inout Rules, at path: String) {
        for (name, amounts) in [
            ("min", min), ("defaultRequest", defaultRequest), ("default", self.default), ("max", max),
        ] {
            rules.require(
                (amounts ?? [:]).keys.allSatisfy { $0 == "cpu" || $0 == "memory" }, path.field(name),
                "give cpu and memory only")
        }
        let pairs = [(min, max), (defaultRequest, self.default), (min, defaultRequest), (self.default, max)]
        let grows = pairs.allSatisfy { lower, upper in
            (lower ?? [:]).allSatisfy { name, amount in
                guard let low = Amount.quantity(amount), let high = Amount.quantity(upper?[name]) else { return true }
                return low <= high
            }
        }
        rules.require(grows, path, "must grow: min, defaultRequest, default, max")
    }
}

extension AppEnvironment.Access.Binding {
    fileprivate func check(_ rules: inout Rules, at path: String) {
        for (index, subject) in subjects.enumerated() {
            rules.require(
                (subject.kind == .serviceAccount) == (subject.namespace != nil), path.field("subjects[\(index)]"),
                "a ServiceAccount has a namespace, a User and a Group have none")
        }
    }
}

extension AppEnvironment.ComponentSpec {
    fileprivate func check(_ rules: inout Rules, at path: String) {
        rules.require(replicas == nil || autoscaling == nil, path, "give either replicas or autoscaling")
        let isBound = (volumes ?? []).contains { $0.accessMode == .readWriteOnce }
        rules.require(
            !isBound || (autoscaling == nil && (replicas ?? 1) <= 1), path,
            """
            a ReadWriteOnce volume lets one pod run; set replicas to 1 and leave out autoscaling, or use a volume that is \
            ReadWriteMany
            """)
        let paths = (volumes ?? []).map(\.path)
        rules.require(
            Set(paths).count == paths.count, path.field("volumes"),
            "two volumes have the same path; give each its own")
        if let autoscaling {
            rules.require(
                (autoscaling.min ?? 1) <= autoscaling.max, path.field("autoscaling"), "min must not be more than max")
        }
        for (index, variable) in (env ?? []).enumerated() {
            rules.require(
                variable["value"] == nil || variable["valueFrom"] == nil, path.field("env[\(index)]"),
                "give either value or valueFrom")
        }
        rules.require(
            (config ?? [:]).keys.allSatisfy { $0.matches(pattern: "^[-._a-zA-Z][-._a-zA-Z0-9]{0,252}$") },
            path.field("config"), "a key is the name of a variable such as LOG_LEVEL")
        for (index, peer) in (connectsTo ?? []).enumerated() {
            peer.check(&rules, at: path.field("connectsTo[\(index)]"))
        }
    }
}

extension AppEnvironment.Peer {
    fileprivate func check(_ rules: inout Rules, at path: String) {
        let given = [component, namespace, cidr].compactMap(\.self).count
        rules.require(given == 1, path, "give exactly one of component, namespace and cidr")
        rules.require(podLabels == nil || namespace != nil, path, "podLabels belong to a namespace; give one")
        rules.require(
            component != nil || ports != nil, path, "give the ports; only a component is known by its own")
        if let cidr { rules.require(AddressRange.isValid(cidr), path.field("cidr"), AddressRange.message) }
    }
}

/// The text of an image's name.
enum ImageReference {
    /// Whether it says, today and tomorrow, the same image: a digest, or a tag that is not `latest`.
    static func isFixed(_ image: String) -> Bool {
        image.matches(pattern: "(@sha256:[0-9a-f]{64}|^[^@]+:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})$")
            && !image.hasSuffix(":latest")
    }
}
