internal import CommandLineInterface
internal import KubeAPI
internal import Reconcilers

/// Takes the objects of quartermaster.dev out of a cluster while the operator still runs, in the order that leaves clean
/// nodes and keeps data: once the operator or its CRDs are gone, nobody does what their finalizers wait for.
struct Uninstall: Sendable {
    /// Why nothing was deleted.
    struct Failure: Error, CustomStringConvertible {
        var description: String

        init(_ description: String) { self.description = description }
    }

    /// What is left at the deadline.
    private struct Remainder: Error {
        var message: String
    }

    let client: KubeClient
    /// Of the operator.
    let lease: ObjectKey
    var timeout: Duration = .seconds(600)
    var time = TimeSource()
    let say: @Sendable (String) -> Void

    /// - Parameter isConfirmed: without it only the plan is told.
    /// - Returns: a finding where something is left.
    /// - Throws: `Failure` where no operator runs; `APIError`.
    func run(isConfirmed: Bool) async throws -> CommandStatus {
        let (objects, nodes) = (try await objects(), try await claimedNodes())
        guard !objects.isEmpty || !nodes.isEmpty else {
            say("Nothing to do: there is no \(Self.kindNames), and no node is claimed.")
            try await sayRest()
            return .fine
        }
        guard isConfirmed else {
            for kind in Kinds.all {
                for object in objects where object.kind == kind.resourceType.kind {
                    say("would delete \(Self.name(object)): \(kind.departure.consequence)")
                }
            }
            if !nodes.isEmpty { say("would wait until these nodes are released: \(nodes.joined(separator: ", "))") }
            say("Nothing was changed; add --yes to do it.")
            return .finding
        }
        try await waitForRenewal()
        let deadline = time.now + timeout
        do {
            for kind in Kinds.all { try await delete(kind, until: deadline) }
            try await waitUntil(deadline, "nodes are not released") { try await claimedNodes().map { "Node \($0)" } }
        } catch let remainder as Remainder {
            say(remainder.message)
            return .finding
        }
        say("Done: no \(Self.kindNames) is left, and no node is claimed.")
        try await sayRest()
        return .fine
    }

    // MARK: The operator

    /// A lease that is renewed while we look proves an operator that works; a clock would have to be believed.
    private func waitForRenewal() async throws {
        let remedy = """
            nothing was deleted. Only a running operator releases nodes and lets its objects go: start it \
            (\(Installation.applying)), see quartermaster doctor, and name its lease with \
            --leader-election-namespace and --leader-election-id where it is another one
            """
        guard let first = try await client.find(.lease, lease) else {
            throw Failure("there is no Lease \(lease), so no operator runs: \(remedy)")
        }
        let holder = first[path: "spec", "holderIdentity"]?.string ?? ""
        guard !holder.isEmpty else { throw Failure("nobody holds Lease \(lease), so no operator runs: \(remedy)") }
        let duration = first[path: "spec", "leaseDurationSeconds"]?.integer ?? 15
        let deadline = time.now + .seconds(duration)
        while time.now < deadline {
            try await time.sleep(for: .milliseconds(250))
            let live = try await client.get(.lease, lease)
            if live[path: "spec", "renewTime"] != first[path: "spec", "renewTime"] {
                say("\(live[path: "spec", "holderIdentity"]?.string ?? holder) leads and renews its lease")
                return
            }
        }
        throw Failure("\(holder) holds Lease \(lease) and has not renewed it for \(duration) s: \(remedy)")
    }

    // MARK: One kind after the other

    private func delete(_ kind: any OwnResource.Type, until deadline: Duration) async throws {
        let type = kind.resourceType
        for object in try await objects(type) {
            say("deleting \(Self.name(object)): \(kind.departure.consequence)")
            try await delete(object, type, kind.departure.change)
        }
        try await waitUntil(deadline, "objects do not go") {
            try await objects(type).map { object in
                "\(Self.name(object)): \(ObjectReport(object).message)"
            }
        }
    }

    private func delete(_ object: DynamicObject, _ type: ResourceType, _ change: JSONValue?) async throws {
        do {
            var live = object
            for attempt in 1... {
                if let change { live = try await client.patch(type, object.key, .merge(change)) }
                guard !live.isBeingDeleted else { break }
                do {
                    // What is deleted is the version with our change, and nothing that somebody has made of it since.
                    let version = change == nil ? nil : live.resourceVersion
                    try await client.delete(
                        type, object.key, options: DeleteOptions(uid: live.uid, resourceVersion: version))
                    break
                } catch let error as APIError where error.isConflict && attempt < 10 {
                    continue
                }
            }
            guard live[path: "spec", "suspend"]?.bool == true else { return }
            // The operator does nothing for what is suspended, a release included. Now it can only be released.
            say("  \(Self.name(object)) is suspended: spec.suspend is set to false now that it is being deleted")
            _ = try await client.patch(type, object.key, .merge(["spec": ["suspend": false]]))
        } catch let error as APIError where error.isNotFound {
            return
        }
    }

    /// Waits until nothing is left, and tells what is waited for where that changes.
    ///
    /// - Throws: `Remainder` with what is left at the deadline.
    private func waitUntil(
        _ deadline: Duration, _ failure: String, _ remaining: () async throws -> [String]
    ) async throws {
        var told: Set<String> = []
        while true {
            let left = try await remaining()
            if left.isEmpty { return }
            guard time.now < deadline else {
                throw Remainder(message: "\(failure) within \(timeout): \(left.joined(separator: "; "))")
            }
            for line in left where told.insert(line).inserted { say("  waiting for \(line)") }
            try await time.sleep(for: .seconds(1))
        }
    }

    // MARK: What there is

    private func sayRest() async throws {
        say(
            """
            Left to you: the operator, its rights, its namespace and the CRDs (docs/uninstall.md): \
            \(Installation.deleting)
            """)
        let classes = try await client.list(.priorityClass).items
            .filter { $0.labels[LabelKey.managedBy] == LabelKey.manager }.map(\.name).sorted()
        if !classes.isEmpty {
            say("PriorityClasses that pods may still name stay: \(classes.joined(separator: ", "))")
        }
        try await sayImages()
        let bindings = try await client.listAll(.roleBinding).items
            .filter { $0.labels[LabelKey.appEnvironment] != nil }
        func namespaces(of name: String) -> String {
            bindings.filter { $0.name == name }.map(\.namespace).sorted().joined(separator: ", ")
        }
        let deployer = ResolvedEnvironment.deployer
        let deployers = namespaces(of: deployer)
        if !deployers.isEmpty { say("ServiceAccount and RoleBinding \(deployer), of pipelines, stay in: \(deployers)") }
        let role = ResolvedEnvironment.operatorRole
        let environments = namespaces(of: role)
        if !environments.isEmpty {
            say("The operator's RoleBinding \(role) stays in: \(environments)")
            say(
                """
                To take these environments up again one day, keep Secret \(SealKey.secretName) of the operator's namespace \
                first: without it they are somebody else's (docs/uninstall.md, Coming back)
                """)
        }
    }

    /// Images that pipelines have set: without their object the environment would go back to its own.
    private func sayImages() async throws {
        var choice = try OwnObjects.Choice(nil, namespace: nil)
        choice.kind = ComponentImages.resourceType.kind
        let left = try await OwnObjects(client: client).list(choice)
            .filter { $0[path: "spec", "images"]?.object?.isEmpty == false }
        guard !left.isEmpty else { return }
        say("Images that pipelines have set go with the CRD: \(left.map(Self.name).joined(separator: ", "))")
        say("To keep them, write them into the AppEnvironments first, or save these objects")
    }

    private static let kindNames = {
        let names = Kinds.all.map { $0.resourceType.kind }
        return "\(names.dropLast().joined(separator: ", ")) or \(names.last ?? "")"
    }()

    private func objects(_ type: ResourceType? = nil) async throws -> [DynamicObject] {
        var choice = try OwnObjects.Choice(nil, namespace: nil)
        choice.kind = type?.kind
        return try await OwnObjects(client: client).list(choice).filter { Kinds.named($0.kind) != nil }
    }

    private func claimedNodes() async throws -> [String] {
        try await client.listAll(.node).items.filter { $0.annotations[AnnotationKey.claim] != nil }.map(\.name).sorted()
    }

    private static func name(_ object: DynamicObject) -> String { "\(object.kind) \(object.key)" }
}
