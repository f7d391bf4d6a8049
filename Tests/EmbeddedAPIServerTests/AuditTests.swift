import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@Suite("Audit log")
struct AuditTests {
    @Test("Every write is noted with its author, its object and its answer, in the order of the writes; no read is")
    func writes() async throws {
        let log = AuditLog(resourcesWithBodies: ["leases"])
        try await ServerFixture.run(EmbeddedAPIServerOptions(audit: log)) { api in
            _ = try await api.create(configMaps, configMap("a"))
            _ = try await api.create(configMaps, configMap("a"))
            _ = try await api.get("\(configMaps)/a")
            _ = try await api.send(
                "PATCH", "\(configMaps)/a", ["data": ["x": "1"]], type: "application/merge-patch+json",
                headers: [
                    ("User-Agent", "tester/1"), ("Impersonate-User", "jane"), ("Impersonate-Group", "system:masters"),
                ])
            _ = try await api.send("DELETE", "\(configMaps)/a")
            _ = try await api.send("DELETE", "\(configMaps)/a")
            let told = log.all.map { "\($0.user) \($0.verb) \($0.resource) \($0.namespace)/\($0.name) \($0.code)" }
            #expect(
                told == [
                    "kubernetes-admin create configmaps default/a 201",
                    "kubernetes-admin create configmaps default/a 409",
                    "jane patch configmaps default/a 200", "kubernetes-admin delete configmaps default/a 200",
                    "kubernetes-admin delete configmaps default/a 404",
                ])
            #expect(log.all[2].userAgent == "tester/1")
            #expect(log.all.allSatisfy { $0.requestObject == nil && $0.received <= $0.completed })
        }
    }

    @Test("The bodies of named resources are kept, and the log reads back as kube-apiserver would have written it")
    func bodies() async throws {
        let log = AuditLog(resourcesWithBodies: ["leases"])
        try await ServerFixture.run(EmbeddedAPIServerOptions(audit: log)) { api in
            let lease: JSONValue = [
                "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": ["name": "l"],
                "spec": ["holderIdentity": "me", "leaseDurationSeconds": 15],
            ]
            _ = try await api.create("/apis/coordination.k8s.io/v1/namespaces/default/leases", lease)
            let event = try #require(log.all.first)
            #expect(event.requestObject?["spec"]?["holderIdentity"] == "me")
            let read = try #require(AuditEvent(JSONValue.parse(event.json.serialized())))
            // Microseconds are what the format has.
            #expect(read.json == event.json && read.group == "coordination.k8s.io" && read.name == "l")
        }
    }
}

@Suite("Audit of a lease")
struct LeaseAuditTests {
    private let audit = LeaseAudit(lease: ObjectKey(namespace: "ns", name: "lease")) { $0.hasPrefix("replica-") }

    private func at(_ second: Int64) -> Timestamp { Timestamp(secondsSinceEpoch: 1_000_000 + second) }

    private func renewal(_ user: String, _ second: Int64, holder: String? = nil, code: Int = 200) -> AuditEvent {
        AuditEvent(
            received: at(second), completed: at(second), user: user, verb: "update", resource: "leases",
            namespace: "ns", name: "lease", code: code,
            requestObject: [
                "spec": ["holderIdentity": .string(holder ?? user), "leaseDurationSeconds": 15]
            ])
    }

    private func write(_ user: String, _ second: Int64, code: Int = 200) -> AuditEvent {
        AuditEvent(
            received: at(second), completed: at(second), user: user, verb: "patch", resource: "deployments",
            namespace: "ns", name: "web", code: code)
    }

    @Test("Writes of the holder within its lease break no rule, and a released lease is free at once")
    func clean() {
        let events = [
            renewal("replica-a", 0), write("replica-a", 1), renewal("replica-a", 10), write("replica-a", 24),
            renewal("replica-a", 25, holder: ""), renewal("replica-b", 25), write("replica-b", 26),
            write("somebody", 26),
        ]
        #expect(audit.violations(in: events) == [])
        #expect(audit.holders(in: events) == ["replica-a", "replica-b"])
    }

    @Test(
        "A write out of turn is found, also one that was refused",
        arguments: [
            (0, "writes while replica-a holds the lease"), (1, "writes after its lease has run out"),
            (2, "writes while nobody holds the lease"), (3, "takes the lease that replica-a still holds"),
            (4, "writes while nobody holds the lease"),
        ])
    func violation(number: Int, want: String) {
        let events =
            switch number {
            case 0: [renewal("replica-a", 0), write("replica-b", 1, code: 409)]
            case 1: [renewal("replica-a", 0), write("replica-a", 16)]
            case 2: [write("replica-a", 0), renewal("replica-a", 1)]
            case 3: [renewal("replica-a", 0), renewal("replica-b", 14)]
            default: [renewal("replica-a", 0), renewal("replica-a", 1, holder: ""), write("replica-a", 2)]
            }
        #expect(audit.violations(in: events).map(\.rule) == [want])
    }

    @Test("A candidate whose write of the lease is refused holds nothing")
    func lostRace() {
        let events = [renewal("replica-a", 0), renewal("replica-b", 1, code: 409), write("replica-a", 2)]
        #expect(audit.violations(in: events) == [])
    }
}
