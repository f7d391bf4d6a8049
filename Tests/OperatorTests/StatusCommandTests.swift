import CommandLineInterface
import EmbeddedAPIServer
import KubeAPI
import Reconcilers
import Testing

@testable import Operator

@Suite("quartermaster status")
struct StatusCommandTests {
    private let now = Timestamp(rfc3339: "2026-01-02T03:04:05Z") ?? .now()

    private func object(_ yaml: String) throws -> DynamicObject {
        try DynamicObject(YAML.parseDocument(Array(yaml.utf8)))
    }

    private func pool(_ more: String) throws -> DynamicObject {
        try object(
            """
            apiVersion: quartermaster.dev/v1alpha1
            kind: RegionalWorkerPool
            metadata: {name: pool, namespace: workers, generation: 2, creationTimestamp: "2026-01-02T03:00:00Z"}
            \(more)
            """)
    }

    private let unready = """
        status:
          observedGeneration: 2
          conditions:
            - {type: Ready, status: "False", reason: NoMatchingNodes, message: no node matches region us, lastTransitionTime: "2026-01-02T03:02:05Z"}
            - {type: Available, status: "True", reason: Available, message: 2 of 2 pods available, lastTransitionTime: "2026-01-02T03:03:05Z"}
          regions:
            - {name: eu}
            - {name: us, message: no node matches}
          inventory:
            - {apiVersion: apps/v1, kind: Deployment, name: a, uid: "1"}
            - {apiVersion: apps/v1, kind: Deployment, name: b, uid: "2"}
            - {apiVersion: policy/v1, kind: PodDisruptionBudget, name: a, uid: "3"}
        """

    @Test("The table has each object's Ready, reason, age and message")
    func table() throws {
        let report = try StatusReport([ObjectReport(pool(unready))], .init(nil, namespace: nil))
        #expect(
            report.lines(TextStyle(now: now)) == [
                "KIND                 NAMESPACE   NAME   READY   REASON            AGE    MESSAGE",
                "RegionalWorkerPool   workers     pool   False   NoMatchingNodes   4m5s   no node matches region us",
            ])
    }

    @Test("The wide table has the generations, what is suspended and the children too")
    func wide() throws {
        let report = try StatusReport([ObjectReport(pool(unready))], .init(nil, namespace: nil))
        let lines = report.lines(TextStyle(isWide: true, now: now))
        #expect(
            lines.first
                == "KIND                 NAMESPACE   NAME   READY   REASON            AGE    GENERATION   OBSERVED   SUSPENDED   CHILDREN"
                + "                              MESSAGE")
        #expect(lines.last?.contains("4m5s   2            2          no          2 Deployment, 1 Pod") == true)
    }

    @Test("As JSON and as YAML it is the same document, with everything that the text is made from")
    func documents() throws {
        let report = try StatusReport([ObjectReport(pool(unready))], .init(nil, namespace: nil))
        let document = try JSONValue.parse(try report.text(as: .json))
        #expect(try YAML.parseDocument(Array(try report.text(as: .yaml).utf8)) == document)
        let want = try YAML.parseDocument(
            Array(
                """
                apiVersion: cli.quartermaster.dev/v1
                kind: StatusReport
                items:
                  - kind: RegionalWorkerPool
                    namespace: workers
                    name: pool
                    creationTimestamp: "2026-01-02T03:00:00Z"
                    generation: 2
                    observedGeneration: 2
                    ready: "False"
                    reason: NoMatchingNodes
                    message: no node matches region us
                    suspended: false
                    conditions:
                      - {type: Ready, status: "False", reason: NoMatchingNodes, message: no node matches region us, lastTransitionTime: "2026-01-02T03:02:05Z"}
                      - {type: Available, status: "True", reason: Available, message: 2 of 2 pods available, lastTransitionTime: "2026-01-02T03:03:05Z"}
                    parts: [{list: regions, name: us, message: no node matches}]
                    children: [{kind: Deployment, count: 2}, {kind: PodDisruptionBudget, count: 1}]
                """.utf8))
        #expect(document == want)
    }

    @Test("The exit status says whether all that is shown is Ready")
    func exitStatus() throws {
        let ready = ObjectReport(
            try pool(
                unready.replacing("status: \"False\", reason: NoMatchingNodes", with: "status: \"True\", reason: Ready")
            ))
        func status(_ items: ObjectReport...) throws -> CommandStatus {
            try StatusReport(items, .init(nil, namespace: nil)).exitStatus
        }
        #expect(try status() == .fine && status(ready) == .fine)
        #expect(try status(ready, ObjectReport(pool(unready))) == .finding)
        #expect(try status(ObjectReport(pool("status: {observedGeneration: -1}"))) == .finding)
    }

    @Test("An object that the operator has not looked at since its last change is not said to be Ready")
    func notObserved() throws {
        let stale = unready.replacing("observedGeneration: 2", with: "observedGeneration: 1")
            .replacing("status: \"False\", reason: NoMatchingNodes", with: "status: \"True\", reason: Ready")
        for (status, part) in [(stale, "the last change"), ("status: {observedGeneration: -1}", "is it running?")] {
            let report = ObjectReport(try pool(status))
            #expect(report.ready == .unknown && report.reason == "NotObserved" && !report.isReady)
            #expect(report.message.contains(part) && !report.holds("Ready"))
        }
        // A condition that was left behind says nothing of the spec either.
        let condition = unready.replacing(
            "{type: Ready, status: \"False\"", with: "{type: Ready, observedGeneration: 1, status: \"True\"")
        let report = ObjectReport(try pool(condition))
        #expect(report.ready == .unknown && !report.holds("Ready") && report.holds("Available"))
    }

    @Test("With a name: conditions, what the parts wait for, and the children")
    func explanation() throws {
        let lines = try StatusReport([ObjectReport(pool(unready))], .init("rwp/pool", namespace: nil))
            .lines(TextStyle(now: now))
        #expect(lines.first == "RegionalWorkerPool workers/pool: Ready is False, NoMatchingNodes")
        #expect(lines.contains("  no node matches region us"))
        #expect(
            lines.contains("Available   True     Available         60s     2 of 2 pods available")
                || lines.contains { $0.hasPrefix("Available") && $0.hasSuffix("2 of 2 pods available") })
        #expect(lines.contains("regions us   no node matches"))
        #expect(!lines.contains { $0.hasPrefix("regions eu") })
        #expect(lines.last == "Children: 2 Deployment, 1 PodDisruptionBudget")
    }

    @Test("A message that several conditions, parts or objects have is shown once")
    func repeated() throws {
        let text = "Deployment pool-eu: Pod pool-eu-5d9f can't pull its image: no such tag, or no right to it"
        let failing = """
            status:
              observedGeneration: 2
              conditions:
                - {type: Ready, status: "False", reason: ImagePullFailed, message: "\(text)"}
                - {type: Stalled, status: "True", reason: ImagePullFailed, message: "\(text)"}
                - {type: NodesClaimed, status: "True", reason: Claimed, message: ok}
                - {type: Odd, status: "True", reason: Odd, message: ok}
              regions: [{name: eu, message: "\(text)"}]
            """
        let lines = ObjectReport(try pool(failing)).explanation(TextStyle(now: now))
        #expect(lines.count { $0.contains("no such tag") } == 1 && lines[1] == "  \(text)")
        #expect(lines.count { $0.hasSuffix("   as above") } == 3)
        #expect(lines.count { $0.hasSuffix("   ok") } == 2, "what is short stays")

        var other = try pool(failing)
        other[path: "metadata", "name"] = "other"
        let report = try StatusReport([ObjectReport(pool(failing)), ObjectReport(other)], .init(nil, namespace: nil))
        let table = report.lines(TextStyle(now: now))
        #expect(table[1].hasSuffix(text) && table[2].hasSuffix("   as RegionalWorkerPool workers/pool"))
        #expect(try report.text(as: .wide).matches(of: /no such tag/).count == 2)
    }

    @Test(
        "What may be read is shown, and of the rest it is said that it may not: then it is not known whether all is Ready"
    )
    func partlyForbidden() async throws {
        try await CommandCluster.run(authorization: .rbac) { cluster in
            let environment =
                "{apiVersion: quartermaster.dev/v1alpha1, kind: AppEnvironment, metadata: {name: shop}, "
                + "spec: {tier: staging, components: [{name: api, image: 'api:1'}]}}"
            try await cluster.apply(environment, as: AppEnvironment.resourceType)
            try await cluster.makeAccount(ObjectKey(namespace: "shop", name: "deployer"))
            let images = ComponentImages.resourceType
            try await cluster.apply(
                "{apiVersion: quartermaster.dev/v1alpha1, kind: ComponentImages, metadata: {name: shop, namespace: shop}}",
                as: images)
            let group = "rbac.authorization.k8s.io"
            try await cluster.apply(
                """
                {apiVersion: \(group)/v1, kind: Role, metadata: {name: deployer, namespace: shop},
                 rules: [{apiGroups: [quartermaster.dev], resources: [componentimages], verbs: [get, list, watch]}]}
                """, as: ResourceType(group: group, version: "v1", kind: "Role", plural: "roles"))
            try await cluster.apply(
                """
                {apiVersion: \(group)/v1, kind: RoleBinding, metadata: {name: deployer, namespace: shop},
                 roleRef: {apiGroup: \(group), kind: Role, name: deployer},
                 subjects: [{kind: ServiceAccount, name: deployer, namespace: shop}]}
                """, as: .roleBinding)
            let file = cluster.kubeconfig + "-deployer"
            let access = try cluster.quartermaster("access", "kubeconfig", "shop", "--to", file)
            #expect(try await access.status() == 0, "\(access.errors)")
            func status(_ more: String...) async throws -> (code: Int32, run: ProgramRun) {
                let run = try ProgramRun(
                    ["status", "-n", "shop"] + more, environment: ["KUBECONFIG": file, "HOME": "/nowhere"])
                return (try await run.status(), run)
            }
            let ready =
                "conditions: [{type: Ready, status: 'True', reason: Ready, message: m, lastTransitionTime: '2026-01-02T03:02:05Z'}]"
            let key = ObjectKey(namespace: "shop", name: "shop")
            let unready = try await status()
            #expect(unready.code == 1, "what is shown is not Ready")
            try await cluster.setStatus("{observedGeneration: 1, \(ready)}", of: images, key)
            let all = try await status()
            #expect(all.code == 2)
            let lines = all.run.output.split(separator: "\n")
            #expect(lines.contains { $0.hasPrefix("ComponentImages") && $0.contains("True") }, "\(all.run.output)")
            for kind in ["AppEnvironment", "BackupPolicy", "RegionalWorkerPool"] {
                #expect(lines.contains { $0.hasPrefix("\(kind) could not be read: ") && $0.contains("cannot list") })
            }
            let json = try JSONValue.parse(try await status("-o", "json").run.output)
            #expect(json["items"]?.array?.count == 1 && json["unread"]?.array?.count == 3)
            #expect(try await status("cimg/shop").code == 0, "nothing else was asked for")
            #expect(try await status("cimg/shop", "--wait").code == 0)
            let wait = try await status("--wait")
            #expect(wait.code == 2 && wait.run.errors.contains("BackupPolicy could not be read"))
            let none = try await status("rwp/pool")
            #expect(none.code == 2 && none.run.errors.contains("cannot list"))
        }
    }

    @Test("A suspended object and one that is being deleted say so")
    func suspendedAndDeleted() throws {
        var deleted = try pool("spec: {suspend: true}\n" + unready)
        deleted[path: "metadata", "deletionTimestamp"] = "2026-01-02T03:04:00Z"
        deleted[path: "metadata", "finalizers"] = ["quartermaster.dev/cleanup"]
        let lines = ObjectReport(deleted).explanation(TextStyle(now: now))
        #expect(lines.contains("  spec.suspend is true: nothing is written"))
        #expect(lines.contains("  it is being deleted; finalizers: quartermaster.dev/cleanup"))
    }

    @Test("An object is found by kind, plural or short name, in a namespace or in all; others are errors")
    func choice() async throws {
        try await CommandCluster.run { cluster in
            try await cluster.apply(CommandCluster.pool, as: RegionalWorkerPool.resourceType)
            let objects = OwnObjects(client: cluster.client)
            for name in ["rwp/pool", "RegionalWorkerPool/pool", "regionalworkerpools/pool", "pool"] {
                let found = try await objects.list(.init(name, namespace: nil))
                #expect(found.map(\.kind) == ["RegionalWorkerPool"])
            }
            #expect(try await objects.list(.init("pool", namespace: "default")).isEmpty)
            #expect(try await objects.list(.init("bpol/pool", namespace: nil)).isEmpty)
            await #expect(throws: UsageError.self) { try await objects.list(.init("pods/pool", namespace: nil)) }
            let missing = try OwnObjects.Choice("rwp/other", namespace: "workers")
            let error = #expect(throws: StatusReport.NotFound.self) { try StatusReport([], missing) }
            #expect(error?.description.contains("no rwp other in namespace workers") == true)
        }
        #expect(throws: UsageError.self) { try OwnObjects.Choice("a/b/c", namespace: nil) }
    }

    @Test("Without our CRDs there is nothing to show, and that is no error")
    func noCRDs() async throws {
        try await CommandCluster.run(withCRDs: false) { cluster in
            let choice = try OwnObjects.Choice(nil, namespace: nil)
            let found = try await OwnObjects(client: cluster.client).list(choice)
            #expect(found.isEmpty)
            #expect(try StatusReport([], choice).lines(TextStyle()) == ["There is no object of quartermaster.dev."])
        }
    }

    @Test(
        "Ages are written as kubectl writes them",
        arguments: [
            ("2026-01-02T03:04:00Z", "5s"), ("2026-01-02T03:00:00Z", "4m5s"), ("2026-01-02T02:00:00Z", "64m"),
            ("2026-01-01T23:04:05Z", "4h"), ("2026-01-01T21:34:05Z", "5h30m"), ("2026-01-01T03:00:00Z", "24h"),
            ("2025-12-30T01:04:05Z", "3d2h"), ("2025-12-01T00:00:00Z", "32d"), ("2023-01-01T00:00:00Z", "3y2d"),
            ("2026-01-02T03:05:00Z", "0s"), ("", ""),
        ])
    func ages(time: String, want: String) {
        #expect(ObjectReport.age(of: Timestamp(rfc3339: time), at: now) == want)
    }
}
