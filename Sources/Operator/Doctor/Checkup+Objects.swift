internal import KubeAPI
internal import Reconcilers

extension Checkup {
    /// What keeps the objects of ours from what they ask for, and who has to do something about it.
    ///
    /// - Parameter isLed: whether an operator works.
    func objects(isLed: Bool) async throws -> [Diagnosis] {
        let choice = try OwnObjects.Choice(nil, namespace: nil)
        let objects = try await OwnObjects(client: client).list(choice)
        guard !objects.isEmpty else { return [] }
        let count = objects.count == 1 ? "1 object" : "\(objects.count) objects"
        var findings: [Diagnosis] = []
        for object in objects {
            findings += Self.condition(of: object, isLed: isLed)
            guard !object.isBeingDeleted else { continue }
            findings += try await needs(of: object)
        }
        if findings.contains(where: { $0.verdict == .trouble }) { return findings }
        return findings + [Diagnosis(.fine, "objects", "\(count) of quartermaster.dev, none of which lacks anything")]
    }

    /// What the object says of itself.
    static func condition(of object: DynamicObject, isLed: Bool) -> [Diagnosis] {
        let (subject, report) = ("\(object.kind) \(object.key)", ObjectReport(object))
        if object.isBeingDeleted, object.finalizers.contains(Finalizer.cleanup), !isLed {
            return [
                Diagnosis(
                    .trouble, subject,
                    "is being deleted, and no operator is there to do what its finalizer \(Finalizer.cleanup) waits for; "
                        + "start the operator: \(Installation.applying)")
            ]
        }
        if report.suspended {
            return [
                Diagnosis(
                    .notice, subject, "is suspended: the operator writes nothing for it until spec.suspend is false")
            ]
        }
        if report.holds("Stalled") {
            return [Diagnosis(.trouble, subject, "needs an edit: \(report.reason): \(report.message)")]
        }
        if report.ready == .unknown, isLed {
            return [Diagnosis(.notice, subject, "\(report.message), and it leads; look at its log if that lasts")]
        }
        return []
    }

    /// What the object asks for and the cluster does not have.
    private func needs(of object: DynamicObject) async throws -> [Diagnosis] {
        let subject = "\(object.kind) \(object.key)"
        var findings = try await permitted(subject) { try await missingSecrets(of: object, subject) }
        if object.kind == RegionalWorkerPool.resourceType.kind {
            findings += try await permitted(subject) { try await emptyRegions(of: object, subject) }
        }
        // A manifest that breaks a rule has no children; its condition says so.
        guard let kind = Kinds.named(object.kind), let children = try? kind.init(defaulting: object).rendered() else {
            return findings
        }
        findings += try await permitted(subject) { try await missingAddOns(of: object, children, subject) }
        findings += try await permitted(subject) { try await missingStorage(children, subject) }
        return findings
    }

    // MARK: Nodes

    private func emptyRegions(of object: DynamicObject, _ subject: String) async throws -> [Diagnosis] {
        guard let pool = try? RegionalWorkerPool(defaulting: object) else { return [] }
        let nodes = try await client.listAll(.node).items
        return pool.spec.regions.filter { $0.enabled }.compactMap { region in
            guard !nodes.contains(where: { region.nodeSelector.matches($0.labels) }) else { return nil }
            return Diagnosis(
                .trouble, subject,
                "no node has the labels of region \(region.name) (\(region.nodeSelector.queryString)); label nodes so, or "
                    + "correct the region's nodeSelector")
        }
    }

    // MARK: Secrets

    /// Those of an environment are copied, and its own conditions tell which are missing.
    private func missingSecrets(of object: DynamicObject, _ subject: String) async throws -> [Diagnosis] {
        guard !object.namespace.isEmpty else { return [] }
        var findings: [Diagnosis] = []
        for (path, name) in Self.secretReferences(in: object["spec"] ?? .null, at: "spec") {
            let key = ObjectKey(namespace: object.namespace, name: name)
            guard try await client.find(.secret, key) == nil else { continue }
            findings.append(Diagnosis(.trouble, subject, "Secret \(key), which \(path) names, is not there; create it"))
        }
        return findings
    }

    /// Where a spec names Secrets that have to be there, each once.
    static func secretReferences(in value: JSONValue, at path: String) -> [(path: String, name: String)] {
        var found: [(path: String, name: String)] = []
        func visit(_ value: JSONValue, _ path: String, isReference: Bool) {
            if isReference, let name = value["name"]?.string, value["optional"]?.bool != true {
                if !found.contains(where: { $0.name == name }) { found.append((path, name)) }
                return
            }
            for (key, child) in value.object ?? [:] {
                let isReference = ["secretRef", "secretKeyRef"].contains(key) || key.hasSuffix("SecretRef")
                visit(child, "\(path).\(key)", isReference: isReference)
            }
            for (index, child) in (value.array ?? []).enumerated() {
                let isList = ["imagePullSecrets", "secretTargetRef"].contains { path.hasSuffix(".\($0)") }
                visit(child, "\(path)[\(index)]", isReference: isList)
            }
        }
        visit(value, path, isReference: false)
        return found
    }

    // MARK: APIs of others

    private func missingAddOns(
        of object: DynamicObject, _ children: [DesiredChild], _ subject: String
    ) async throws -> [Diagnosis] {
        var types: [ResourceType] = []
        for child in children where child.type.isOptional && !types.contains(child.type) { types.append(child.type) }
        var findings: [Diagnosis] = []
        for type in types where try await client.resourceType(apiVersion: type.apiVersion, kind: type.kind) == nil {
            guard let (addOn, isNeeded) = Self.addOn(of: type, for: object) else { continue }
            findings.append(
                Diagnosis(
                    isNeeded ? .trouble : .notice, subject,
                    "asks for a \(type.kind), and the API server does not serve \(type.apiVersion); install \(addOn), or "
                        + "take it out of the spec"))
        }
        return findings
    }

    /// Who brings an API, and whether an object can't be what it asks for without it.
    private static func addOn(of type: ResourceType, for object: DynamicObject) -> (name: String, isNeeded: Bool)? {
        switch type {
        case .scaledObject: object[path: "spec", "scaling", "engine"] == "KEDA" ? ("KEDA", true) : nil
        case .serviceMonitor: ("the Prometheus operator", true)
        // The alerts of a policy are made unless it says otherwise.
        case .prometheusRule: ("the Prometheus operator", object.kind != BackupPolicy.resourceType.kind)
        case .veleroSchedule: ("Velero", true)
        default: nil
        }
    }

    // MARK: Storage

    static let storageClass = ResourceType(
        group: "storage.k8s.io", version: "v1", kind: "StorageClass", plural: "storageclasses", isNamespaced: false)

    /// Claims that nobody would make a volume for. One that has a volume needs no class any more.
    private func missingStorage(_ children: [DesiredChild], _ subject: String) async throws -> [Diagnosis] {
        let claims = children.flatMap { child -> [(key: ObjectKey?, spec: JSONValue)] in
            guard child.type != .persistentVolumeClaim else {
                return [(child.object.key, child.object["spec"] ?? .null)]
            }
            return Self.claims(in: child.object.json).map { (nil, $0) }
        }
        guard !claims.isEmpty else { return [] }
        let classes = try await client.listAll(Self.storageClass).items
        let hasDefault = classes.contains { $0.annotations["storageclass.kubernetes.io/is-default-class"] == "true" }
        var problems: [String] = []
        for claim in claims {
            let name = claim.spec["storageClassName"]?.string
            // An empty name asks for a volume that somebody has made by hand.
            guard name != "", !(name.map { name in classes.contains { $0.name == name } } ?? hasDefault) else {
                continue
            }
            if let key = claim.key, let live = try await client.find(.persistentVolumeClaim, key),
                live[path: "status", "phase"] == "Bound"
            {
                continue
            }
            let problem =
                name.map {
                    "asks for volumes of StorageClass \($0), which is not there; create it, or name another one"
                }
                ?? "asks for volumes of the default StorageClass, and there is none; mark one as the default, or name one"
            if !problems.contains(problem) { problems.append(problem) }
        }
        return problems.map { Diagnosis(.trouble, subject, $0) }
    }

    /// The claims that pods bring with them.
    private static func claims(in value: JSONValue) -> [JSONValue] {
        var found: [JSONValue] = []
        for (key, child) in value.object ?? [:] {
            if key == "volumeClaimTemplate", let spec = child["spec"] { found.append(spec) }
            found += claims(in: child)
        }
        for child in value.array ?? [] { found += claims(in: child) }
        return found
    }
}
