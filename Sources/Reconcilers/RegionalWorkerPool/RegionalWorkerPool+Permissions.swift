internal import KubeAPI

extension RegionalWorkerPool {
    /// The class that the pool names beside its template; it is no pool's own.
    var priorityClass: PriorityClasses.Request? {
        spec.placement.priorityClass.map {
            .init(name: $0.name, value: $0.value.map(Int64.init), create: $0.create)
        }
    }

    /// What pods of the regions ask for and the operator's configuration does not let them have, with what to do, by
    /// the region. The rights of whoever wrote the pool end there: the operator makes pods for people who may not.
    func refusals(by permissions: Permissions, _ classes: PriorityClasses) -> [String: String] {
        let namespace = metadata.namespace ?? ""
        guard !permissions.isPrivileged(namespace) else { return [:] }
        return enabledRegions.reduce(into: [:]) { refusals, region in
            let template = JSONValue.object(Self.podTemplate(for: region, of: self))
            let named = template["spec"]?["priorityClassName"]?.string ?? ""
            let requests = [priorityClass, named == priorityClass?.name ? nil : .init(name: named)]
            refusals[region.name] =
                region.runtime.refusal ?? Self.refusal(of: template)
                ?? requests.lazy.compactMap(\.self).compactMap { classes.refusal(of: $0, in: namespace) }.first
        }
    }

    private static func refusal(of template: JSONValue) -> String? {
        PodSecurityBaseline.violation(in: template, at: "spec.template").map {
            """
            \($0) is more than the Pod Security Standard baseline allows; remove it, or add the namespace to the \
            operator's --privileged-namespaces
            """
        }
    }
}

extension RegionalWorkerPool.Runtime {
    fileprivate var refusal: String? {
        guard type == .hostSocket || type == .dockerInDocker else { return nil }
        return """
            runtime.type \(type.rawValue) gives pods power over their node; choose another runtime, or add the namespace \
            to the operator's --privileged-namespaces (one that an AppEnvironment shares has spec.namespace.podSecurity \
            privileged, or the pool a namespace of its own)
            """
    }
}

extension JSONObject {
    /// Gives a pod's spec a PriorityClass where it names none.
    mutating func setPriorityClassIfNone(_ request: RegionalWorkerPool.PriorityClassRequest?) {
        guard let request, self["priorityClassName"]?.string ?? "" == "" else { return }
        self["priorityClassName"] = .string(request.name)
    }
}
