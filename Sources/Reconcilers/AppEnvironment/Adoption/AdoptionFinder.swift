internal import KubeAPI

/// Finds what an environment has taken over and may take over, and what that would change.
///
/// Objects of others have no label by which an informer would show them: they are asked of the server, those that the spec lists in
/// each pass until they are the environment's, others where a child found its name taken.
struct AdoptionFinder: Sendable {
    private let client: FencedClient
    private let seal: Seal
    private let informers: [ResourceType: Informer]
    private let workloads: EnvironmentWorkloads
    private let tried: TriedChanges

    init(_ environment: ReconcilerEnvironment, _ workloads: EnvironmentWorkloads) {
        client = environment.client
        seal = environment.seal
        let types = AppEnvironment.Adoption.types
        informers = Dictionary(uniqueKeysWithValues: types.map { ($0, environment.children($0)) })
        self.workloads = workloads
        tried = TriedChanges(time: environment.time)
    }

    func forget(_ environment: ObjectKey) { tried.keep([], for: environment.name) }

    /// - Throws: `APIError`.
    func find(_ environment: ResolvedEnvironment) async throws -> Adoptions {
        var adoptions = Adoptions()
        try await recall(environment.workloadsAndServices, of: environment, into: &adoptions)
        // How many claims there are follows from the pods that a workload had.
        try await recall(environment.adopting(adoptions).ownClaims, of: environment, into: &adoptions)
        for (type, key) in environment.adoptable where adoptions[type, key] == nil {
            if let cached = informers[type]?.store.whole(key), environment.owns(cached, type, seal) {
                adoptions.entries[WrittenObject(type, key)] = own(cached.dynamic(), type, of: environment)
            } else if let live = try await client.read(type, key) {
                adoptions.entries[WrittenObject(type, key)] =
                    environment.owns(live, type, seal)
                    ? own(live, type, of: environment) : foreign(live, type, of: environment)
            }
        }
        for component in environment.components
        where adoptions[component.workloadType, environment.key(of: component)]?.isOwn == false {
            let key = environment.key(of: component)
            guard adoptions[.service, key] == nil, let service = try await client.read(.service, key),
                !environment.owns(service, .service, seal)
            else { continue }
            adoptions.bystanders[key] = service
        }
        if adoptions.entries.keys.contains(where: { $0.isOne(of: [.service]) }) {
            adoptions.serving = workloads.serving(environment)
        }
        return adoptions
    }

    /// What bears a record, or has borne one. Most have none, and that is quick to see.
    private func recall(
        _ objects: [(ResourceType, ObjectKey)], of environment: ResolvedEnvironment, into adoptions: inout Adoptions
    ) async throws {
        for (type, key) in objects {
            if let cached = informers[type]?.store.whole(key) {
                guard
                    cached.annotations[AnnotationKey.takenOver] != nil || environment.hasAdopted(claim: cached.uid)
                        || environment.isBereft(cached, type),
                    environment.owns(cached, type, seal)
                else { continue }
                adoptions.entries[WrittenObject(type, key)] = own(cached.dynamic(), type, of: environment)
            } else if environment.isRecorded(type, key), let live = try await client.read(type, key),
                environment.owns(live, type, seal)
            {
                // Somebody has taken its labels away, so that no informer shows it.
                let entry = own(live, type, of: environment)
                if entry.record != nil { adoptions.entries[WrittenObject(type, key)] = entry }
            }
        }
    }

    private func own(
        _ live: DynamicObject, _ type: ResourceType, of environment: ResolvedEnvironment
    ) -> Adoptions.Entry {
        let records = records(of: environment)
        let written = live.annotations[AnnotationKey.takenOver]
        if let written, let record = records.record(in: written, type, live.key) {
            return Adoptions.Entry(live: live, isOwn: true, record: record, annotation: written)
        }
        if environment.hasAdopted(claim: live.uid) { return foreign(live, type, of: environment).owned }
        let record = environment.remainder(of: live, type)
        return Adoptions.Entry(
            live: live, isOwn: true, record: record, annotation: record.map { records.annotation($0, type, live.key) })
    }

    private func foreign(
        _ live: DynamicObject, _ type: ResourceType, of environment: ResolvedEnvironment
    ) -> Adoptions.Entry {
        guard type.bearsRecord else { return Adoptions.Entry(live: live, isOwn: false) }
        let record = AdoptionRecord(of: live, as: type)
        let annotation = records(of: environment).annotation(record, type, live.key)
        return Adoptions.Entry(live: live, isOwn: false, record: record, annotation: annotation)
    }

    private func records(of environment: ResolvedEnvironment) -> AdoptionSeal {
        AdoptionSeal(seal: seal, environment: environment.name)
    }
}

// What is told of it.
extension AdoptionFinder {
    /// Adds what the status says of the objects, and to the failures of those that others have what could be done.
    ///
    /// - Parameter canTry: whether the operator has the rights to ask the server what a change would come to.
    /// - Throws: `APIError`, `NotLeaderError`.
    func report(
        _ wanted: [DesiredChild], of environment: ResolvedEnvironment, canTry: Bool,
        into written: inout ChildWriter.Result
    ) async throws -> [AppEnvironment.AdoptionStatus] {
        var told: [AppEnvironment.AdoptionStatus] = []
        for (type, key) in environment.adoptable {
            let child = wanted.first { $0.type == type && $0.object.key == key }
            let failure = written.failures.first { $0.failure.object == WrittenObject(type, key) }?.failure
            told.append(try await listed(type, key, child, failure, of: environment, canTry: canTry))
        }
        var found: [(index: Int, child: DesiredChild, live: DynamicObject)] = []
        for index in written.failures.indices {
            let failure = written.failures[index].failure
            guard failure.kind == .nameTaken, !failure.isDouble,
                let child = wanted.first(where: { $0.reference == failure.object && $0.type.isAdoptable }),
                !environment.mayAdopt(child.type, child.object.name),
                let live = try await client.read(child.type, child.object.key)
            else { continue }
            found.append((index, child, live))
        }
        // A Service is judged with the workload that it leads to.
        var adoptions = environment.inputs.adoptions
        for (_, child, live) in found {
            adoptions.entries[child.reference] = foreign(live, child.type, of: environment)
        }
        // As they would be made then: with as many pods as there are.
        var later = environment.adopting(adoptions)
        later.inputs.starting.subtract(later.adoptedWithPods)
        let children = found.isEmpty ? [] : try later.children()
        for (index, child, live) in found {
            let failure = written.failures[index].failure
            let wanted = children.first { $0.reference == child.reference } ?? child
            let entry = foreign(live, child.type, of: later)
            var (status, objection) = try await changes(
                wanted.fitted(to: entry, in: later), over: entry, of: later, canTry: canTry)
            status.state = .found
            status.message = objection ?? status.message
            written.failures[index].failure.message = """
                \(failure.object) exists and is left alone\(child.type == .persistentVolumeClaim ? " with its data" : ""): the operator has not made it; \
                \(objection.map { "it can't be taken over, since \($0); or" } ?? "list it in spec.adopt.objects to take it over, or") give \
                \(child.type == .persistentVolumeClaim ? "the volume" : "what wants it here") another name
                """
            told.append(status)
        }
        var judged = Set(environment.adoptable.map { WrittenObject($0.type, $0.key) } + found.map(\.child.reference))
        if canTry, !found.isEmpty || !environment.inputs.lostHosts.isEmpty {
            let following = try await following(wanted, of: later)
            told += following.map(\.status)
            judged.formUnion(following.map(\.object))
        }
        tried.keep(judged, for: environment.name)
        return Self.bounded(told)
    }

    /// What the environment wants only once it has taken over what is found: the claims of further pods, and an Ingress by which
    /// somebody else has the host.
    private func following(
        _ wanted: [DesiredChild], of environment: ResolvedEnvironment
    ) async throws -> [(object: WrittenObject, status: AppEnvironment.AdoptionStatus)] {
        var environment = environment
        environment.inputs.lostHosts = []
        let known = Set(wanted.map(\.reference))
        let children = try (environment.ingresses() + environment.claims()).filter {
            !known.contains($0.reference) && !environment.mayAdopt($0.type, $0.object.name)
        }
        var told: [(WrittenObject, AppEnvironment.AdoptionStatus)] = []
        // Each costs a request in each pass.
        for child in children.prefix(32) {
            guard let live = try await client.read(child.type, child.object.key),
                !environment.owns(live, child.type, seal)
            else { continue }
            let entry = foreign(live, child.type, of: environment)
            var (status, objection) = try await changes(
                child.fitted(to: entry, in: environment), over: entry, of: environment, canTry: true)
            status.state = .found
            status.message = objection ?? status.message
            told.append((child.reference, status))
        }
        return told
    }

    /// What the status has room for. Names of variables and containers are their authors' to choose, and as long as they like.
    static func bounded(_ told: [AppEnvironment.AdoptionStatus]) -> [AppEnvironment.AdoptionStatus] {
        var room = 64 * 1024
        return told.prefix(256).map { status in
            var status = status
            let changes = (status.changes ?? []).prefix { change in
                room -= change.utf8.count
                return room >= 0
            }
            status.changes = changes.isEmpty ? nil : Array(changes)
            return status
        }
    }

    private func listed(
        _ type: ResourceType, _ key: ObjectKey, _ child: DesiredChild?, _ failure: WriteFailure?,
        of environment: ResolvedEnvironment, canTry: Bool
    ) async throws -> AppEnvironment.AdoptionStatus {
        var status = AppEnvironment.AdoptionStatus(kind: type.kind, name: key.name, state: .pending)
        guard let child else {
            status.state = .refused
            status.message =
                environment.servedBeside(environment.inputs.adoptions[type, key]?.live)
                ?? "the environment wants no \(type.kind) of this name: remove it from spec.adopt.objects"
            return status
        }
        guard let entry = environment.inputs.adoptions[type, key] else {
            status.message = "there is none: it is made"
            return status
        }
        if entry.isOwn {
            let isWaiting = environment.selectsPodsOfBefore(child)
            status.state = isWaiting ? .pending : .adopted
            if isWaiting {
                status.message =
                    "it selects the pods of before, too, until those of component \(child.part) are available"
            }
            return status
        }
        if let failure, failure.kind == .nameTaken {
            status.state = .refused
            status.message = failure.message.cut(to: 1024)
            return status
        }
        let objection: String?
        (status, objection) = try await changes(
            child, over: entry, of: environment, canTry: canTry && (child.isHeld || environment.spec.suspend))
        status.message = (failure?.message ?? objection ?? status.message)?.cut(to: 1024)
        return status
    }

    /// What would change, by the API server's own word, or why nothing can.
    ///
    /// - Parameter child: as it would be made, fitted to what is there.
    private func changes(
        _ child: DesiredChild, over entry: Adoptions.Entry, of environment: ResolvedEnvironment, canTry: Bool
    ) async throws -> (status: AppEnvironment.AdoptionStatus, objection: String?) {
        let live = entry.live
        var status = AppEnvironment.AdoptionStatus(kind: child.type.kind, name: live.name, state: .pending)
        if let objection = AdoptionRules(environment: environment, child: child, live: live).objection {
            return (status, objection.cut(to: 512))
        }
        if child.type == .deployment, environment.component(child.part)?.hasBoundVolume == true {
            status.message = """
                it does not answer while its pods are replaced: the old ones end first, since a volume of component \(child.part) can be on \
                one node only
                """
        }
        if child.type == .service, entry.hasUnnamedPort, (child.object[path: "spec", "ports"]?.elements.count ?? 0) > 1
        {
            status.message = """
                it does not answer for a moment: its port gets a name, as it needs one beside others
                """
        }
        guard canTry, live["spec"] != nil else { return (status, nil) }
        let answer = try await answer(to: child, over: live, of: environment)
        (status.restarts, status.changes) = (answer.restarts, answer.changes)
        return (status, answer.refusal)
    }

    private func answer(
        to child: DesiredChild, over live: DynamicObject, of environment: ResolvedEnvironment
    ) async throws -> TriedChanges.Answer {
        let question = TriedChanges.Question(child.takeoverSpec(over: live), over: live)
        if let known = tried.answer(to: question, about: child.reference, for: environment.name) { return known }
        var answer = TriedChanges.Answer()
        do {
            let after = try await client.tryPatch(child.type, live.key, child.takeoverPatch(over: live))
            let fields = FieldChange.changes(from: live, to: after).filter { $0.path.hasPrefix("spec") }
            answer.restarts = fields.contains { $0.path.hasPrefix("spec.template") }
            let changes = fields.prefix(32).map(\.outline)
            answer.changes = changes.isEmpty ? nil : changes
        } catch let error as APIError where !error.isTransient {
            answer.refusal = "the API server would refuse it: \(error.message)".cut(to: 512)
        }
        tried.learn(answer, to: question, about: child.reference, for: environment.name)
        return answer
    }
}

extension DesiredChild {
    /// The same as it would be written, for a try.
    func takeoverPatch(over live: DynamicObject) -> Patch {
        .json([["op": "replace", "path": "/spec", "value": takeoverSpec(over: live)]])
    }

    /// What the spec becomes.
    fileprivate func takeoverSpec(over live: DynamicObject) -> JSONValue {
        let wanted = object["spec"]?.object ?? [:]
        var spec = type.takenFields == nil ? wanted : live["spec"]?.object ?? [:]
        for (field, value) in wanted { spec[field] = value }
        // Those are left to whoever scales it.
        if releasedFields.contains(.replicas) { spec["replicas"] = live[path: "spec", "replicas"] }
        return .object(spec)
    }
}

extension FieldChange {
    /// Without values: what is in the environment of a container may be secret.
    fileprivate var outline: String {
        let word = before == nil ? "is added" : after == nil ? "is removed" : "changes"
        return "\(path.cut(to: 480)) \(word)"
    }
}

extension ResourceType {
    /// Whether what it was like before matters later.
    var bearsRecord: Bool { [.deployment, .statefulSet, .service, .persistentVolumeClaim].contains(self) }
}

extension ResolvedEnvironment {
    /// What to do with an Ingress of another name that serves a host of the environment; `nil` where it serves none.
    fileprivate func servedBeside(_ live: DynamicObject?) -> String? {
        guard live?.kind == ResourceType.ingress.kind else { return nil }
        let served = (live?[path: "spec", "rules"]?.elements ?? []).compactMap { $0["host"]?.string }
        let entries = (spec.ingress ?? []).flatMap { entry in entry.hosts.map { ($0, entry.mainName) } }
        guard let (host, name) = entries.first(where: { served.contains($0.0) }) else { return nil }
        return """
            the environment's Ingress of host \(host) is called \(name), so that this one is not taken over, and both serve the host: \
            once Ingress \(name) answers, delete this one and remove it from spec.adopt.objects
            """
    }

    /// What may bear a record, beside claims.
    fileprivate var workloadsAndServices: [(ResourceType, ObjectKey)] {
        components.flatMap { component in
            var objects = component.runsToItsEnd ? [] : [(component.workloadType, key(of: component))]
            if !component.ports.isEmpty { objects.append((.service, key(of: component))) }
            if component.kind == .statefulSet {
                objects.append((.service, ObjectKey(namespace: namespace, name: component.governingServiceName)))
            }
            return objects
        }
    }

    /// Whether a workload has somebody else's selector and no record that says so.
    fileprivate func isBereft(_ cached: CachedObject, _ type: ResourceType) -> Bool {
        guard isRecorded(cached.uid), let component = component(of: type, cached.key) else { return false }
        return cached.value(at: "spec", "selector", "matchLabels")?.strings != component.podSelector
    }

    fileprivate func isRecorded(_ type: ResourceType, _ key: ObjectKey) -> Bool {
        environment.status?.inventory?.contains { $0.kind == type.kind && $0.key == key } == true
    }

    fileprivate var ownClaims: [(ResourceType, ObjectKey)] {
        components.flatMap { component in
            component.ownVolumes.flatMap(component.claimNames).map {
                (.persistentVolumeClaim, ObjectKey(namespace: namespace, name: $0))
            }
        }
    }
}

extension Adoptions.Entry {
    /// The same as the environment's already.
    fileprivate var owned: Adoptions.Entry {
        var entry = self
        entry.isOwn = true
        return entry
    }
}
