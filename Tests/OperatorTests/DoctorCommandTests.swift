import EmbeddedAPIServer
import KubeAPI
import Reconcilers
import Testing

@testable import Operator

@Suite("quartermaster doctor")
struct DoctorCommandTests {
    private func checkup(_ cluster: CommandCluster, subject: ObjectKey? = nil) -> Checkup {
        Checkup(
            client: cluster.client, lease: ObjectKey(namespace: "quartermaster-system", name: "quartermaster-leader"),
            subject: subject)
    }

    @Test("An administrator on a cluster with our CRDs has nothing to mend; what is optional is a note")
    func healthy() async throws {
        try await CommandCluster.run { cluster in
            let findings = try await checkup(cluster).run()
            #expect(findings.filter { $0.verdict == .trouble } == [])
            #expect(findings.contains { $0.subject == "clock" && $0.verdict == .fine })
            #expect(findings.contains { $0.subject == "rights" && $0.verdict == .fine })
            #expect(findings.contains { $0.subject == "leader" && $0.verdict == .notice })
            let optional = findings.first { $0.subject.hasSuffix("ServiceMonitor") }
            #expect(optional?.verdict == .notice && optional?.text.contains("no metrics are scraped") == true)
        }
    }

    @Test("A missing CRD, one of another version, and one that serves none of ours are told apart")
    func definitions() async throws {
        try await CommandCluster.run(withCRDs: false) { cluster in
            let findings = try await checkup(cluster).run()
            let missing = findings.filter { $0.verdict == .trouble && $0.text.contains("is not installed") }
            #expect(missing.count == CustomResource.all.count)
        }
        let resource = CustomResource.regionalWorkerPool
        let definition = try DynamicObject(YAML.parseDocument(Array(resource.text.utf8)))
        #expect(Checkup.definition(resource, definition).verdict == .fine)
        var older = definition
        var version = try #require(definition[path: "spec", "versions"]?[0])
        version[path: ["schema", "openAPIV3Schema", "properties", "spec", "properties", "network"]] = nil
        older[path: "spec", "versions"] = [version]
        #expect(Checkup.definition(resource, older).text.contains("it lacks spec.network;"))
        version["served"] = false
        older[path: "spec", "versions"] = [version]
        #expect(Checkup.definition(resource, older).text.contains("does not serve v1alpha1"))
    }

    @Test("Each right that a ServiceAccount lacks is a line, with what needs it")
    func rights() async throws {
        try await CommandCluster.run(authorization: .rbac) { cluster in
            let subject = Self.account
            try await cluster.makeAccount(subject)
            try await cluster.apply(
                "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: most}, rules: "
                    + "[{apiGroups: ['*'], resources: ['*'], verbs: [get, list, watch, create, delete, update, bind]}]}",
                as: Self.clusterRole)
            try await cluster.apply(
                "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: most}, "
                    + "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: most}, subjects: "
                    + "[{kind: ServiceAccount, name: quartermaster, namespace: quartermaster-system}]}",
                as: Self.clusterRoleBinding)
            let findings = try await checkup(cluster, subject: subject).rights()
            let texts = findings.map(\.text)
            #expect(findings.allSatisfy { $0.verdict == .trouble })
            #expect(texts.allSatisfy { $0.hasPrefix("ServiceAccount \(subject) may not ") })
            #expect(texts.contains { $0.contains("may not patch nodes (used by NodeClaims)") })
            // Everything but `patch` is given.
            #expect(
                findings.count == Right.all.count { $0.scope != .environmentNamespaces && $0.verbs.contains("patch") })
        }
    }

    @Test("Before an installation it is one line about rights, and not one for each")
    func notInstalled() async throws {
        try await CommandCluster.run(withCRDs: false, authorization: .rbac) { cluster in
            let subject = Self.account
            let before = try await checkup(cluster, subject: subject).run().filter { $0.verdict == .trouble }
            #expect(before.count == CustomResource.all.count + 1)
            #expect(
                before.last?.description
                    == "FAIL  rights: ServiceAccount quartermaster-system/quartermaster is not there: the operator is not "
                    + "installed; kubectl apply --server-side -f install.yaml of this version, or -k config/default of its sources"
            )
            try await cluster.makeAccount(subject)
            let findings = try await checkup(cluster, subject: subject).rights()
            #expect(findings.count == 1 && findings[0].text.hasSuffix("kubectl apply -k config/rbac of this version"))
            let others = try #require(findings.first?.text)
            #expect(others.hasPrefix("ServiceAccount quartermaster-system/quartermaster may do "))
        }
    }

    private static let account = ObjectKey(namespace: "quartermaster-system", name: "quartermaster")
    private static let clusterRole = ResourceType(
        group: "rbac.authorization.k8s.io", version: "v1", kind: "ClusterRole", plural: "clusterroles",
        isNamespaced: false)
    private static let clusterRoleBinding = ResourceType(
        group: "rbac.authorization.k8s.io", version: "v1", kind: "ClusterRoleBinding", plural: "clusterrolebindings",
        isNamespaced: false)

    @Test(
        "A clock that is off by more than the server's own seconds and the way there is told with its direction",
        arguments: [(0, "agree"), (5, "agree"), (60, "60 s ahead of"), (-60, "s behind")])
    func clock(secondsAhead: Int, part: String) throws {
        let server = Timestamp(secondsSinceEpoch: 1_000_000)
        let host = Timestamp(secondsSinceEpoch: 1_000_001 + Int64(secondsAhead))
        let finding = Checkup.clock(server: server, before: host, after: host)
        #expect(finding.text.contains(part))
        #expect((finding.verdict == .trouble) == (abs(secondsAhead) > 5))
    }

    @Test(
        "The leader is who holds a lease that is renewed",
        arguments: [
            (
                "{holderIdentity: pod-a, leaseDurationSeconds: 15, renewTime: '2026-01-02T03:04:00.000000Z'}",
                Diagnosis.Verdict.fine
            ),
            ("{holderIdentity: pod-a, leaseDurationSeconds: 15, renewTime: '2026-01-02T03:00:00.000000Z'}", .trouble),
            ("{holderIdentity: '', leaseDurationSeconds: 1}", .trouble),
        ])
    func leader(spec: String, verdict: Diagnosis.Verdict) throws {
        let text = "{kind: Lease, metadata: {name: l, namespace: n}, spec: \(spec)}"
        let lease = try DynamicObject(YAML.parseDocument(Array(text.utf8)))
        let now = try #require(Timestamp(rfc3339: "2026-01-02T03:04:05Z"))
        #expect(Checkup.leader(lease, now: now).verdict == verdict)
    }
}
