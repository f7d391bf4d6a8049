internal import KubeAPI
internal import Reconcilers

/// Everything that `quartermaster doctor` looks at in a cluster.
struct Checkup: Sendable {
    /// The oldest Kubernetes whose API server takes the CRDs: their rules use `isCIDR`, of 1.30, which servers let into new rules one version
    /// later.
    static let oldestMinor = 31
    /// A lease is judged by clocks; so is the age of a backup.
    static let toleratedSkew = Duration.seconds(5)

    let client: KubeClient
    /// Of the operator: its own namespace and lease.
    let lease: ObjectKey
    /// The ServiceAccount whose rights are looked at, as `namespace/name`; `nil`: whoever asks.
    let subject: ObjectKey?
    var now: @Sendable () -> Timestamp = Timestamp.now

    /// - Throws: `APIError` where the cluster can't be asked at all.
    func run() async throws -> [Diagnosis] {
        let server = try await server()
        var all = [server, try await clock()]
        for resource in CustomResource.all { all.append(try await definition(of: resource)) }
        all += try await rights()
        all += try await optionalAPIs()
        let leader = try await leader()
        all.append(leader)
        all += try await permitted("operator") { try await operatorPods() }
        all += try await admission()
        all += try await permitted("aggregated APIs") { try await aggregatedAPIs() }
        all += try await permitted("objects") { try await objects(isLed: leader.verdict == .fine) }
        return all
    }

    /// A check, or one note where there is no right to it. What a server does not have can't be wrong.
    func permitted(_ subject: String, _ check: () async throws -> [Diagnosis]) async throws -> [Diagnosis] {
        do {
            return try await check()
        } catch let error as APIError where error.isForbidden {
            return [Diagnosis(.notice, subject, "not looked at, since you may not read it: \(error.message)")]
        } catch let error as APIError where error.isNotFound {
            return []
        }
    }

    private func server() async throws -> Diagnosis {
        Self.server(try await client.serverVersion(), at: client.configuration.server)
    }

    static func server(_ version: ServerVersion, at address: String) -> Diagnosis {
        let text = "\(version) at \(address)"
        guard version.major == 1, version.minor < oldestMinor else { return Diagnosis(.fine, "server", text) }
        return Diagnosis(.trouble, "server", "\(text); upgrade it to Kubernetes 1.\(oldestMinor) or newer")
    }

    /// The server writes its time, in whole seconds, on the review of who asks.
    private func clock() async throws -> Diagnosis {
        let type = ResourceType(
            group: "authentication.k8s.io", version: "v1", kind: "SelfSubjectReview", plural: "selfsubjectreviews",
            isNamespaced: false)
        let before = now()
        let question = DynamicObject(
            JSONObject([("apiVersion", .string(type.apiVersion)), ("kind", .string(type.kind))]))
        let review = try await client.create(question, as: type)
        let after = now()
        guard let text = review[path: "metadata", "creationTimestamp"]?.string, let time = Timestamp(rfc3339: text)
        else { return Diagnosis(.notice, "clock", "the server does not tell its time") }
        return Self.clock(server: time, before: before, after: after)
    }

    static func clock(server: Timestamp, before: Timestamp, after: Timestamp) -> Diagnosis {
        // The server's seconds are cut off.
        let ahead = server - after
        let behind = before - (server + .seconds(1))
        let skew = max(ahead, behind, .zero)
        guard skew > toleratedSkew else { return Diagnosis(.fine, "clock", "this host and the server agree") }
        let seconds = skew.components.seconds
        let direction = ahead > behind ? "behind" : "ahead of"
        return Diagnosis(
            .trouble, "clock",
            "this host is \(seconds) s \(direction) the server; set up time synchronisation, leases depend on it")
    }

    private func definition(of resource: CustomResource) async throws -> Diagnosis {
        let name = resource.type.qualifiedName
        let subject = "CRD \(name)"
        let live: DynamicObject
        do {
            live = try await client.get(.customResourceDefinition, ObjectKey(name: name))
        } catch let error as APIError where error.isNotFound {
            return Diagnosis(.trouble, subject, "is not installed; \(Installation.applyingDefinitions)")
        } catch let error as APIError where error.isForbidden {
            return Diagnosis(.notice, subject, "you may not read it: \(error.message)")
        }
        return Self.definition(resource, live)
    }

    static func definition(_ resource: CustomResource, _ live: DynamicObject) -> Diagnosis {
        let subject = "CRD \(resource.type.qualifiedName)"
        if let difference = resource.difference(of: live.json) {
            return Diagnosis(
                .trouble, subject,
                "\(difference); the operator leaves the kind alone until this is mended: \(CustomResource.installation)"
            )
        }
        return Diagnosis(.fine, subject, "installed, and of this program's version")
    }

    private func leader() async throws -> Diagnosis {
        let subject = "leader"
        let found: DynamicObject
        do {
            found = try await client.get(.lease, lease)
        } catch let error as APIError where error.isNotFound {
            return Diagnosis(
                .notice, subject,
                "there is no Lease \(lease); the operator does not run, or without --leader-elect, or elsewhere "
                    + "(see --leader-election-namespace)")
        } catch let error as APIError where error.isForbidden {
            return Diagnosis(.notice, subject, "you may not read it: \(error.message)")
        }
        return Self.leader(found, now: now())
    }

    static func leader(_ lease: DynamicObject, now: Timestamp) -> Diagnosis {
        let spec = lease["spec"]
        guard let holder = spec?["holderIdentity"]?.string, !holder.isEmpty else {
            let words = "nobody holds Lease \(lease.key): the operator has been stopped; scale its Deployment up"
            return Diagnosis(.trouble, "leader", words)
        }
        let seconds = spec?["leaseDurationSeconds"]?.integer ?? 0
        guard let renewed = spec?["renewTime"]?.string.flatMap(Timestamp.init(rfc3339:)),
            now - renewed <= .seconds(seconds)
        else {
            return Diagnosis(
                .trouble, "leader",
                "\(holder) holds Lease \(lease.key) and has not renewed it for longer than its \(seconds) s; "
                    + "look at the operator's pods")
        }
        return Diagnosis(.fine, "leader", "\(holder) leads")
    }
}
