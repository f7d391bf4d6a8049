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
        let lines = try StatusCommand.lines([pool(unready)], .init(nil, namespace: nil), now: now, width: nil)
        #expect(
            lines == [
                "KIND                 NAMESPACE   NAME   READY   REASON            AGE    MESSAGE",
                "RegionalWorkerPool   workers     pool   False   NoMatchingNodes   4m5s   no node matches region us",
            ])
    }

    @Test("The exit status says whether all that is shown is Ready")
    func exitStatus() throws {
        let ready = try pool(
            unready.replacing("status: \"False\", reason: NoMatchingNodes", with: "status: \"True\", reason: Ready"))
        #expect(StatusCommand.exitStatus([], now: now) == 0 && StatusCommand.exitStatus([ready], now: now) == 0)
        #expect(StatusCommand.exitStatus([ready, try pool(unready)], now: now) == 1)
        #expect(StatusCommand.exitStatus([try pool("status: {observedGeneration: -1}")], now: now) == 1)
    }

    @Test("What can't be found out has an exit status of its own")
    func unanswered() async throws {
        let program = CommandLineProgram.quartermaster
        #expect(await program.run(arguments: ["status", "--kubeconfig", "/nowhere"], environment: [:]) == 2)
        let missing = StatusCommand.NotFound(choice: try OwnObjects.Choice("rwp/other", namespace: "workers"))
        #expect(program.exitStatus(StatusCommand.Unanswered(cause: missing)) == 2)
    }

    @Test("An object that the operator has not looked at since its last change is not said to be Ready")
    func notObserved() throws {
        let stale = unready.replacing("observedGeneration: 2", with: "observedGeneration: 1")
            .replacing("status: \"False\", reason: NoMatchingNodes", with: "status: \"True\", reason: Ready")
        for (status, part) in [(stale, "the last change"), ("status: {observedGeneration: -1}", "is it running?")] {
            let report = ObjectReport(object: try pool(status), now: now)
            #expect(report.readyText == "Unknown" && report.reason == "NotObserved" && !report.isReady)
            #expect(report.message.contains(part))
        }
    }

    @Test("With a name: conditions, what the parts wait for, and the children")
    func explanation() throws {
        let lines = try StatusCommand.lines(
            [pool(unready)], .init("rwp/pool", namespace: nil), now: now, width: nil)
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
        let lines = ObjectReport(object: deleted, now: now).explanation(width: nil)
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
            let error = #expect(throws: StatusCommand.NotFound.self) {
                try StatusCommand.lines([], missing, now: now, width: nil)
            }
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
            let lines = try StatusCommand.lines(found, choice, now: now, width: nil)
            #expect(lines == ["There is no object of quartermaster.dev."])
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
        #expect(ObjectReport.age(of: time, at: now) == want)
    }
}
