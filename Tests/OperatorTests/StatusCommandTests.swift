import CommandLineInterface
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
