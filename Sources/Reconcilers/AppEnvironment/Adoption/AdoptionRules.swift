internal import KubeAPI

/// Why an object of somebody else's can't be taken over, in words that say what to do. Pure.
struct AdoptionRules {
    let environment: ResolvedEnvironment
    /// What the environment wants in its place.
    let child: DesiredChild
    let live: DynamicObject

    /// `nil` where it can be.
    var objection: String? { belonging ?? special }

    private var component: Component? { environment.component(child.part) }

    private var place: String { "spec.components[\(child.part)]" }

    // MARK: Whose it is

    private var belonging: String? {
        if let owner = live.ownerReferences.first(where: { $0.controller == true }) {
            return "it is controlled by \(owner.kind) \(owner.name)"
        }
        let own = environment.ownerLabels
        let labels = live.labels
        for (key, value) in own.sorted(by: { $0.key < $1.key }) {
            if let other = labels[key], other != value { return "its label \(key) is \(other.cut(to: 63)): remove it" }
        }
        if own.contains(where: { labels[$0.key] == nil }), live.annotations[AnnotationKey.madeFor] != nil {
            return "its annotation \(AnnotationKey.madeFor) says that it belongs to another object: remove that"
        }
        return NamespaceTracker(of: live).map { "\($0.objection): have that let go of it and remove the mark" }
    }

    // MARK: What it is

    private var special: String? {
        switch child.type {
        case .deployment, .statefulSet: workload
        case .service: service
        case .persistentVolumeClaim: claim
        case .ingress: ingress
        case .horizontalPodAutoscaler: autoscaler
        default: nil
        }
    }

    private var workload: String? {
        guard let component else { return nil }
        let way =
            "it can be made anew around its pods: kubectl delete \(child.type.kind.lowercased()) \(live.name) --cascade=orphan"
        guard let selector = component.adoptableSelector(live) else {
            return """
                its selector, which can't be changed, has expressions, keys under quartermaster.dev, or nothing; \(way)
                """
        }
        for other in environment.components where other.name != component.name {
            let labels = environment.podLabels(of: other)
            if selector.allSatisfy({ labels[$0.key] == $0.value }) {
                return "its selector, which can't be changed, would match pods of component \(other.name), too; \(way)"
            }
        }
        let record = AdoptionRecord(of: live, as: child.type)
        if record.labels.count > 64 { return "its pods have more than 64 labels" }
        if component.spec.replicas == nil, component.autoscaling == nil, let replicas = record.replicas,
            replicas > Component.mostReplicas
        {
            return
                "it is to have \(replicas) pods, and a component has \(Component.mostReplicas) at most: set \(place).replicas"
        }
        if let objection = strandedService { return objection }
        guard component.kind == .statefulSet else { return nil }
        return component.fixedFinding(FixedFields(adopting: live, as: component), in: environment.namespace)?.message
    }

    /// A Service that stays as it is and leads to a port by its name: once there are only pods without such a port nobody answers.
    private var strandedService: String? {
        guard let service = serviceLeftAlone else { return nil }
        let labels = live[path: "spec", "template", "metadata", "labels"]?.strings ?? [:]
        let selector = service[path: "spec", "selector"]?.strings ?? [:]
        guard !selector.isEmpty, selector.allSatisfy({ labels[$0.key] == $0.value }) else { return nil }
        let containers = child.object[path: "spec", "template", "spec", "containers"]?.elements ?? []
        let names = Set(containers.flatMap { $0["ports"]?.elements ?? [] }.compactMap { $0["name"]?.string })
        let targets = (service[path: "spec", "ports"]?.elements ?? []).compactMap { $0["targetPort"]?.string }
        return targets.first { !names.contains($0) }.map { name in
            """
            Service \(service.name), which stays as it is, leads to what the pods call \(name.cut(to: 15)), and those of component \
            \(child.part) have no such port: have it taken over, too, or lead to a number
            """
        }
    }

    /// The Service of the workload's name, where that is somebody else's for now.
    private var serviceLeftAlone: DynamicObject? {
        let adoptions = environment.inputs.adoptions
        if let bystander = adoptions.bystanders[live.key] { return bystander }
        guard let entry = adoptions[.service, live.key], !entry.isOwn,
            let wanted = try? environment.services().first(where: { $0.object.key == live.key }),
            AdoptionRules(environment: environment, child: wanted, live: entry.live).objection != nil
        else { return nil }
        return entry.live
    }

    private var service: String? {
        let type = live[path: "spec", "type"]?.string ?? "ClusterIP"
        let isHeadless = live[path: "spec", "clusterIP"]?.string == "None"
        let wantsHeadless = child.object[path: "spec", "clusterIP"]?.string == "None"
        if type == "ExternalName" {
            return "it is of type ExternalName and leads to no pods: give the component another name, or delete it"
        }
        if type != child.object[path: "spec", "type"]?.string || isHeadless != wantsHeadless {
            return "it is of type \(isHeadless ? "Headless" : type): set \(place).service.type so"
        }
        if live[path: "spec", "selector"]?.strings.isEmpty ?? true {
            return "it has no selector: its endpoints are made by hand"
        }
        // Pods are called by their own names and at any port: those of this Service bear no connection.
        if let component, live.name == component.governingServiceName, component.kind == .statefulSet { return nil }
        for port in live[path: "spec", "ports"]?.elements ?? [] {
            if let objection = objection(to: port) { return objection }
        }
        return nil
    }

    /// A port that goes, is called otherwise or leads elsewhere cuts off whoever uses it.
    private func objection(to port: JSONValue) -> String? {
        let number = port["port"]?.integer ?? 0
        let transport = port["protocol"]?.string ?? "TCP"
        let wanted = (child.object[path: "spec", "ports"]?.elements ?? []).first {
            $0["port"]?.integer == number && $0["protocol"]?.string == transport
        }
        guard let wanted else { return "its port \(number)/\(transport) is not among \(place).ports: add it" }
        if let name = port["name"]?.string, name != wanted["name"]?.string {
            return "its port \(number) is called \(name.cut(to: 15)): call it so in \(place).ports"
        }
        let target: Int64?
        if let name = port["targetPort"]?.string {
            target = portNumber(called: name)
            if target == nil {
                return """
                    its port \(number) leads to what the pods call \(name.cut(to: 15)), which \(place).ports can't say: have it lead to a \
                    number
                    """
            }
        } else {
            target = port["targetPort"]?.integer ?? number
        }
        guard target == wanted["targetPort"]?.integer else {
            return "its port \(number) leads to port \(target ?? 0) of the pods: set targetPort in \(place).ports so"
        }
        return nil
    }

    /// What the pods that serve now call a port.
    private func portNumber(called name: String) -> Int64? {
        guard let component,
            let workload = environment.inputs.adoptions[component.workloadType, environment.key(of: component)]
        else { return nil }
        let containers = workload.live[path: "spec", "template", "spec", "containers"]?.elements ?? []
        return containers.flatMap { $0["ports"]?.elements ?? [] }.first { $0["name"]?.string == name }?[
            "containerPort"]?
            .integer
    }

    private var claim: String? {
        let wanted = child.object[path: "spec", "accessModes"]?.elements ?? []
        let has = live[path: "spec", "accessModes"]?.elements ?? []
        if has != wanted {
            let modes = has.compactMap(\.string).joined(separator: ", ")
            return "its access mode is \(modes.cut(to: 128)): set accessMode of the volume in \(place).volumes so"
        }
        if live[path: "spec", "volumeMode"]?.string == "Block" { return "it is a block device, not a file system" }
        let ownClass = live[path: "spec", "storageClassName"]?.string
        if let name = child.object[path: "spec", "storageClassName"]?.string, name != ownClass {
            return
                "its StorageClass is \(ownClass ?? "none"): set storageClass of the volume in \(place).volumes so, or leave it away"
        }
        return nil
    }

    /// Hosts that it alone serves, and certificates that it alone has.
    private var ingress: String? {
        let wanted = Set((child.object[path: "spec", "rules"]?.elements ?? []).map { $0["host"]?.string })
        for host in (live[path: "spec", "rules"]?.elements ?? []).map({ $0["host"]?.string })
        where !wanted.contains(host) {
            return "it serves \(host ?? "every host"), too: give that an Ingress of its own first"
        }
        let secret = child.object[path: "spec", "tls"]?[0]?["secretName"]?.string
        for entry in live[path: "spec", "tls"]?.elements ?? [] where entry["secretName"]?.string != secret {
            let name = entry["secretName"]?.string ?? "none"
            return "the Secret of its certificate is \(name): set tlsSecretName of the host in spec.ingress so"
        }
        return nil
    }

    private var autoscaler: String? {
        let (has, wanted) = (live[path: "spec", "scaleTargetRef"], child.object[path: "spec", "scaleTargetRef"])
        guard has?["kind"] != wanted?["kind"] || has?["name"] != wanted?["name"] else { return nil }
        return "it scales \(has?["kind"]?.string ?? "") \(has?["name"]?.string ?? "")"
    }
}

extension ResolvedEnvironment {
    /// Every label that pods of a component have or get.
    fileprivate func podLabels(of component: Component) -> [String: String] {
        let kept = inputs.adoptions[component.workloadType, key(of: component)]?.record?.labels ?? [:]
        let given = component.spec.template?["metadata"]?["labels"]?.strings ?? [:]
        return component.podLabels.merging(kept) { $1 }.merging(given) { $1 }
    }
}

extension FixedFields {
    /// As a StatefulSet has them that is taken over: it keeps the name of the Service that gives its pods names.
    init(adopting live: DynamicObject, as component: Component) {
        self.init(live["spec"])
        serviceName = component.governingServiceName
    }
}
