internal import KubeAPI

/// What an environment has taken over of others, and what it is about to.
package struct Adoptions: Sendable, Hashable {
    struct Entry: Sendable, Hashable {
        var live: DynamicObject
        /// It is the environment's already.
        var isOwn: Bool
        /// `nil` where the operator has made the object itself.
        var record: AdoptionRecord?
        /// The record as it stands on the object, or is to.
        var annotation: String?

        /// Whether it is a Service with a port without a name: then that is its only one.
        var hasUnnamedPort: Bool { live[path: "spec", "ports"]?[0].map { $0["name"] == nil } ?? false }
    }

    var entries: [WrittenObject: Entry] = [:]
    /// Components whose pods all run by the present spec: their Services can select them alone.
    var serving: Set<String> = []
    /// Services of others that nobody has listed, before workloads that are to be taken over.
    var bystanders: [ObjectKey: DynamicObject] = [:]

    subscript(_ type: ResourceType, _ key: ObjectKey) -> Entry? { entries[WrittenObject(type, key)] }
}

extension Adoptions {
    /// What a preview can ask a server, with the rights of whoever runs it. Whether a record is the operator's it can't tell.
    ///
    /// - Throws: `APIError`.
    init(of environment: ResolvedEnvironment, asking client: KubeClient) async throws {
        self.init()
        let records = AdoptionSeal(seal: nil, environment: environment.name)
        for type in AppEnvironment.Adoption.types where type.bearsRecord {
            for live in (try? await client.list(type, namespace: environment.namespace).items) ?? [] {
                guard environment.isOwn(asShown: live) else { continue }
                if let annotation = live.annotations[AnnotationKey.takenOver] {
                    entries[WrittenObject(type, live.key)] = Entry(
                        live: live, isOwn: true, record: records.record(in: annotation, type, live.key),
                        annotation: annotation)
                } else if let record = environment.remainder(of: live, type) {
                    entries[WrittenObject(type, live.key)] = Entry(live: live, isOwn: true, record: record)
                }
            }
        }
        for (type, key) in environment.adoptable where self[type, key] == nil {
            guard let live = try await client.find(type, key) else { continue }
            let isOwn = environment.isOwn(asShown: live)
            entries[WrittenObject(type, key)] = Entry(
                live: live, isOwn: isOwn,
                record: isOwn || !type.bearsRecord ? nil : AdoptionRecord(of: live, as: type))
        }
        for component in environment.components where !component.runsToItsEnd {
            guard self[.service, environment.key(of: component)] != nil,
                let live = try await client.find(component.workloadType, environment.key(of: component)),
                try live.decode(Deployment.self).isRolledOut, environment.isOwn(asShown: live)
            else { continue }
            serving.insert(component.name)
        }
    }
}

extension AppEnvironment.Adoption {
    /// What can be taken over. Not among them: what has rights or secrets in it, ConfigMaps and Jobs, whose names hold a hash of
    /// their content, and what bounds a namespace.
    static let types: [ResourceType] = [
        .deployment, .statefulSet, .cronJob, .service, .persistentVolumeClaim, .ingress, .horizontalPodAutoscaler,
        .podDisruptionBudget, .serviceAccount, .networkPolicy,
    ]
}

extension ResourceType {
    var isAdoptable: Bool { AppEnvironment.Adoption.types.contains(self) }

    /// The fields of the spec that are taken from whoever wrote them; `nil`: all.
    ///
    /// The API server gives a Service its addresses, and a claim its volume: those stay with whoever has them.
    var takenFields: Set<String>? {
        switch self {
        case .service: ["selector", "ports"]
        case .persistentVolumeClaim, .serviceAccount: []
        default: nil
        }
    }

    /// Fields of what is taken that nobody has then: they stay as they are until that goes of which they are part.
    ///
    /// A node port is the API server's to give, and a component has no word for what is spoken at a port.
    fileprivate var leftFields: Set<String> { self == .service ? ["nodePort", "appProtocol"] : [] }
}

extension ResolvedEnvironment {
    /// Whether the environment seems to have made the object, to whom can't read seals.
    fileprivate func isOwn(asShown live: DynamicObject) -> Bool {
        isRecorded(live.uid) || ownerLabels.allSatisfy { live.labels[$0.key] == $0.value }
    }

    /// The component whose workload is called so.
    func component(of type: ResourceType, _ key: ObjectKey) -> Component? {
        components.first { $0.workloadType == type && !$0.runsToItsEnd && self.key(of: $0) == key }
    }

    /// What is known of a workload whose record somebody has taken off: it has the UID of the inventory, so it is the one that was
    /// judged, and nobody can have changed its selector since. Its other labels and its number of pods may be anybody's by now.
    func remainder(of live: DynamicObject, _ type: ResourceType) -> AdoptionRecord? {
        guard isRecorded(live.uid), let component = component(of: type, live.key),
            let selector = component.adoptableSelector(live), selector != component.podSelector
        else { return nil }
        return AdoptionRecord(labels: selector)
    }

    /// The objects that the spec lets the environment take over, in its order.
    var adoptable: [(type: ResourceType, key: ObjectKey)] {
        (spec.adopt?.objects ?? []).compactMap { object in
            AppEnvironment.Adoption.types.first { $0.kind == object.kind.rawValue }
                .map { ($0, ObjectKey(namespace: namespace, name: object.name)) }
        }
    }

    /// Whether the spec lets the environment take over the object.
    func mayAdopt(_ type: ResourceType, _ name: String) -> Bool {
        (spec.adopt?.objects ?? []).contains { $0.kind.rawValue == type.kind && $0.name == name }
    }

    func key(of component: Component) -> ObjectKey { ObjectKey(namespace: namespace, name: component.name) }

    /// The environment with what it takes over: no workload begins with fewer pods than it had unless the spec says how many.
    func adopting(_ adoptions: Adoptions) -> ResolvedEnvironment {
        var environment = self
        environment.inputs.adoptions = adoptions
        for index in components.indices {
            let component = components[index]
            // Each pod of a StatefulSet has a volume of its own.
            let isSingle = component.hasBoundVolume && component.kind != .statefulSet
            guard component.spec.replicas == nil, component.autoscaling == nil, !isSingle,
                let replicas = adoptions[component.workloadType, key(of: component)]?.record?.replicas
            else { continue }
            environment.components[index].replicas = max(component.replicas, min(replicas, Component.mostReplicas))
        }
        return environment
    }

    /// What scales a workload of somebody else's goes on to do so once that is taken over, from the number that is there.
    mutating func countAdoptedPods() {
        for component in components {
            guard let entry = inputs.adoptions[component.workloadType, key(of: component)], !entry.isOwn else {
                continue
            }
            inputs.scalers[component.name]?.replicas = Int(entry.live[path: "spec", "replicas"]?.integer ?? 1)
        }
    }

    /// Whether the Service of a component was taken over with a single port without a name, which it keeps. With another name a port
    /// is another one for what routes requests: nobody answers until the endpoints have that name as well.
    func keepsUnnamedPort(_ component: Component) -> Bool {
        guard component.ports.count == 1, let entry = inputs.adoptions[.service, key(of: component)],
            !entry.isOwn || entry.record != nil
        else { return false }
        return entry.hasUnnamedPort
    }

    /// Whether a Service, as it is written now, leads to the pods from before it was taken over.
    func selectsPodsOfBefore(_ child: DesiredChild) -> Bool {
        child.type == .service && inputs.adoptions[.service, child.object.key]?.record != nil
            && child.object[path: "spec", "selector"]?.strings != component(child.part)?.podSelector
    }

    /// Components whose workloads are about to be taken over with their pods.
    var adoptedWithPods: [String] {
        components.filter { component in
            guard let entry = inputs.adoptions[component.workloadType, key(of: component)] else { return false }
            return !entry.isOwn && entry.live[path: "spec", "replicas"]?.integer != 0
        }.map(\.name)
    }
}

extension DesiredChild {
    /// The child as it is to be where there is something of somebody else's that it becomes, or has become.
    func fitted(to entry: Adoptions.Entry, in environment: ResolvedEnvironment) -> DesiredChild {
        var child = self
        if let annotation = entry.annotation {
            child.object[path: "metadata", "annotations", AnnotationKey.takenOver] = .string(annotation)
        }
        if !entry.isOwn {
            child.takeover = FieldTakeover(of: entry.live, fields: type.takenFields, leaving: type.leftFields)
        }
        guard let record = entry.record, let component = environment.component(part) else { return child }
        switch type {
        case .deployment, .statefulSet: child.keepPods(of: entry.live, record, component)
        case .service:
            let isOurs = entry.live[path: "spec", "selector"]?.strings == component.podSelector
            // Until then the pods that serve are those of before, and new ones carry what it selects.
            if !isOurs, !environment.inputs.adoptions.serving.contains(component.name) {
                child.object[path: "spec", "selector"] = .strings(record.selector)
            }
            if environment.keepsUnnamedPort(component), var port = child.object[path: "spec", "ports"]?[0]?.object {
                port["name"] = nil
                child.object[path: "spec", "ports"] = [.object(port)]
            }
        case .persistentVolumeClaim:
            let size = entry.live[path: "spec", "resources", "requests", "storage"]
            let wanted = object[path: "spec", "resources", "requests", "storage"]
            if let has = Amount.quantity(size), let asks = Amount.quantity(wanted), asks < has {
                child.object[path: "spec", "resources", "requests", "storage"] = size
            }
        default: break
        }
        return child
    }

    /// The selector of a workload never changes, so its pods keep what it selects, and their other labels, beside ours.
    private mutating func keepPods(of live: DynamicObject, _ record: AdoptionRecord, _ component: Component) {
        guard let selector = component.adoptableSelector(live) else { return }
        object[path: "spec", "selector"] = ["matchLabels": .strings(selector)]
        let given = component.spec.template?["metadata"]?["labels"]?.object ?? [:]
        let labels = record.labels.filter { given[$0.key] == nil }.merging(selector) { $1 }
        for (key, value) in labels.sorted(by: { $0.key < $1.key }) where component.podSelector[key] == nil {
            object[path: "spec", "template", "metadata", "labels", key] = .string(value)
        }
        guard type == .statefulSet else { return }
        object[path: "spec", "serviceName"] = live[path: "spec", "serviceName"]
        let templates = (live[path: "spec", "volumeClaimTemplates"]?.elements ?? []).map { template in
            JSONValue.object((template.object ?? [:]).filter { $0.key != "status" })
        }
        object[path: "spec", "volumeClaimTemplates"] = templates.isEmpty ? nil : .array(templates)
    }
}

extension Component {
    /// What a Deployment or StatefulSet selects; `nil` where that can't be kept.
    func adoptableSelector(_ live: DynamicObject) -> [String: String]? {
        let selector = live[path: "spec", "selector"]
        let labels = selector?["matchLabels"]?.strings ?? [:]
        guard selector?["matchExpressions"]?.elements.isEmpty ?? true, !labels.isEmpty else { return nil }
        // Ours tell whose the pods are.
        let foreign = labels.filter { podSelector[$0.key] != $0.value }
        return foreign.keys.contains { $0.hasPrefix(LabelKey.prefix) } ? nil : labels
    }
}

extension ResolvedEnvironment {
    /// What `ChildWriter` writes, fitted to what is taken over, with why some of it can't be. A child in whose place there is such an
    /// object is held.
    func adoptingChildren() throws -> (children: [DesiredChild], objections: [ChildWriter.PartFailure]) {
        let wanted = try children()
        guard !inputs.adoptions.entries.isEmpty else { return (wanted, []) }
        var objections: [ChildWriter.PartFailure] = []
        let fitted = wanted.map { child -> DesiredChild in
            guard child.type.isAdoptable, let entry = inputs.adoptions[child.type, child.object.key] else {
                return child
            }
            let fitted = child.fitted(to: entry, in: self)
            guard !entry.isOwn,
                let objection = AdoptionRules(environment: self, child: fitted, live: entry.live).objection
            else { return fitted }
            let failure = WriteFailure(
                object: child.reference, kind: .nameTaken,
                message: "\(child.reference) can't be taken over and is left alone: \(objection)")
            objections.append(ChildWriter.PartFailure(part: child.part, failure: failure))
            return child.held(true)
        }
        let refused = objections.map(\.failure.object)
        return (fitted.map { child in child.held(refused.contains(where: child.scales)) }, objections)
    }

    /// The name of the Service that gives its pods names is kept, so that it is not compared.
    mutating func keepAdoptedStatefulSets() {
        for component in components where component.kind == .statefulSet {
            guard let entry = inputs.adoptions[.statefulSet, key(of: component)], entry.record != nil else { continue }
            inputs.statefulSets[component.name] = FixedFields(adopting: entry.live, as: component)
        }
    }
}

extension EnvironmentObservation {
    /// Its components, as many pods wanted of each as the environment as it was resolved wants.
    func components(as environment: ResolvedEnvironment) -> [ComponentObservation] {
        zip(components, environment.components).map { observation, component in
            var observation = observation
            observation.component = component
            return observation
        }
    }
}
