import CommandLineInterface
import KubeAPI
import Reconcilers
import Support
import Synchronization
import Testing

@testable import Operator

@Suite("quartermaster status --watch and --wait")
struct StatusFollowTests {
    private let type = RegionalWorkerPool.resourceType
    private let key = ObjectKey(namespace: "workers", name: "pool")

    private func ready(_ status: String, generation: Int64, reason: String = "Ready", message: String = "") -> String {
        """
        observedGeneration: \(generation)
        conditions:
        - {type: Ready, status: "\(status)", reason: \(reason), message: "\(message)", observedGeneration: \(generation), lastTransitionTime: "2026-01-02T03:02:05Z"}
        - {type: NodesClaimed, status: "False", reason: NoMatchingNodes, message: no node, lastTransitionTime: "2026-01-02T03:02:05Z"}
        """
    }

    /// A pool whose status is of the generation before.
    private func withChangedPool(_ body: (CommandCluster) async throws -> Void) async throws {
        try await CommandCluster.run { cluster in
            try await cluster.apply(CommandCluster.pool, as: type)
            try await cluster.setStatus(ready("True", generation: 1), of: type, key)
            let pool = try await cluster.apply(CommandCluster.pool.replacing("worker:1", with: "worker:2"), as: type)
            #expect(pool.generation == 2)
            try await body(cluster)
        }
    }

    @Test("Right after an apply the Ready of the generation before is not believed; that of the new one ends the wait")
    func wait() async throws {
        try await withChangedPool { cluster in
            let run = try cluster.quartermaster("status", "rwp/pool", "-n", "workers", "--wait", "--timeout", "60s")
            try await eventually("it waits") { run.output.contains("Ready is Unknown, NotObserved") }
            try await cluster.setStatus(ready("False", generation: 2, reason: "RollingOut"), of: type, key)
            try await eventually("progress is told") { run.output.contains("Ready is False, RollingOut") }
            #expect(run.isRunning)
            try await cluster.setStatus(ready("True", generation: 2), of: type, key)
            #expect(try await run.status() == 0, "\(run.errors)")
            let lines = run.output.split(separator: "\n")
            #expect(
                lines.count == 3
                    && lines.last?.hasSuffix("RegionalWorkerPool workers/pool: Ready is True, Ready") == true)
        }
    }

    @Test("What is Ready already is waited for no longer than it takes to ask, and another condition can be waited for")
    func present() async throws {
        try await withChangedPool { cluster in
            try await cluster.setStatus(ready("True", generation: 2), of: type, key)
            #expect(try await cluster.quartermaster("status", "--wait").status() == 0)
            let other = try cluster.quartermaster(
                "status", "pool", "--wait", "--for", "NodesClaimed", "--timeout", "1s")
            #expect(try await other.status() == 1)
            #expect(
                other.errors
                    == "quartermaster status: NodesClaimed did not come in time: RegionalWorkerPool workers/pool: "
                    + "NodesClaimed is False, NoMatchingNodes: no node\n")
            let unknown = try cluster.quartermaster("status", "pool", "--wait", "--for", "Odd", "--timeout", "1s")
            #expect(try await unknown.status() == 1)
            #expect(unknown.errors.contains("has no condition Odd; it has Ready, NodesClaimed"))
        }
    }

    @Test("Where it takes too long the status is 1, with the condition that keeps it")
    func timeout() async throws {
        try await withChangedPool { cluster in
            try await cluster.setStatus(
                ready("False", generation: 2, reason: "NoMatchingNodes", message: "no node matches region eu"),
                of: type,
                key)
            let run = try cluster.quartermaster("status", "pool", "--wait", "--timeout", "500ms")
            #expect(try await run.status() == 1)
            #expect(
                run.errors
                    == "quartermaster status: Ready did not come in time: RegionalWorkerPool workers/pool: Ready is False, "
                    + "NoMatchingNodes: no node matches region eu\n")
        }
    }

    @Test("What is Stalled for its spec as it is now ends the wait early; what was so a moment ago does not")
    func stalled() async throws {
        try await withChangedPool { cluster in
            func stalled(_ generation: Int64) -> String {
                """
                observedGeneration: \(generation)
                conditions:
                - {type: Ready, status: "False", reason: ImagePullFailed, message: no such tag, lastTransitionTime: "2026-01-02T03:02:05Z"}
                - {type: Stalled, status: "True", reason: ImagePullFailed, message: no such tag, lastTransitionTime: "2026-01-02T03:02:05Z"}
                - {type: NodesClaimed, status: "False", reason: NoMatchingNodes, message: no node, lastTransitionTime: "2026-01-02T03:02:05Z"}
                """
            }
            try await cluster.setStatus(stalled(1), of: type, key)
            let former = try cluster.quartermaster("status", "pool", "--wait", "--timeout", "60s")
            try await eventually("it waits") { former.output.contains("NotObserved") }
            try await cluster.setStatus(stalled(2), of: type, key)
            let other = try cluster.quartermaster(
                "status", "pool", "--wait", "--for", "NodesClaimed", "--timeout", "60s")
            #expect(try await former.status() == 1)
            #expect(
                former.errors
                    == "quartermaster status: Ready does not come without an edit: RegionalWorkerPool workers/pool: Ready is "
                    + "False, ImagePullFailed: no such tag\n")
            #expect(other.isRunning, "that is not what the object is Stalled for")

            let mended = try cluster.quartermaster("status", "pool", "--wait", "--timeout", "60s")
            try await eventually("it waits, too") { mended.output.contains("ImagePullFailed") }
            try await cluster.setStatus(
                ready("False", generation: 2, reason: "RollingOut").replacing(
                    "NodesClaimed, status: \"False\"", with: "Stalled, status: \"False\""),
                of: type, key)
            try await eventually("progress is told") { mended.output.contains("RollingOut") }
            try await cluster.setStatus(
                ready("True", generation: 2).replacing(
                    "NodesClaimed, status: \"False\"", with: "NodesClaimed, status: \"True\""), of: type, key)
            #expect(try await mended.status() == 0)
            #expect(try await other.status() == 0)
        }
    }

    @Test("What goes away, a signal, and nothing to wait for are errors")
    func nothing() async throws {
        try await withChangedPool { cluster in
            let gone = try cluster.quartermaster("status", "pool", "--wait")
            let stopped = try cluster.quartermaster("status", "pool", "--wait")
            try await eventually("both wait") { !gone.output.isEmpty && !stopped.output.isEmpty }
            stopped.interrupt()
            #expect(try await stopped.status() == 2)
            #expect(stopped.errors.contains("ended by a signal"))
            try await cluster.client.delete(type, key)
            #expect(try await gone.status() == 2)
            #expect(gone.output.hasSuffix("RegionalWorkerPool workers/pool: is gone\n"))
            let missing = try cluster.quartermaster("status", "pool", "--wait")
            #expect(try await missing.status() == 2)
            #expect(missing.errors.contains("there is no object pool"))
            #expect(try await cluster.quartermaster("status", "--wait").status() == 2)
        }
    }

    @Test("A pipe gets a line for each change of what is shown, and a signal ends it with 0")
    func watch() async throws {
        try await withChangedPool { cluster in
            let run = try cluster.quartermaster("status", "--watch")
            let json = try cluster.quartermaster("status", "-w", "-o", "json")
            try await eventually("the present state is shown") { !run.output.isEmpty && !json.output.isEmpty }
            // Nothing that is shown changes.
            _ = try await cluster.client.patch(type, key, .merge(["metadata": ["annotations": ["a": "b"]]]))
            try await cluster.setStatus(ready("True", generation: 2), of: type, key)
            try await eventually("the change is shown") { run.output.contains("Ready is True") }
            try await cluster.client.delete(type, key)
            try await eventually("the end is shown") {
                run.output.contains("is gone") && json.output.contains("DELETED")
            }
            for each in [run, json] {
                each.interrupt()
                #expect(try await each.status() == 0, "\(each.errors)")
            }
            #expect(run.output.split(separator: "\n").count == 3)
            let events = try json.output.split(separator: "\n").map { try JSONValue.parse(String($0)) }
            #expect(events.map { $0["type"]?.string } == ["ADDED", "MODIFIED", "DELETED"])
            #expect(events.allSatisfy { $0["kind"] == "StatusEvent" && $0["object"]?["name"] == "pool" })
            #expect(events.map { $0["object"]?["ready"]?.string } == ["Unknown", "True", "True"])
        }
    }

    @Test("A terminal is drawn again at each change; where nobody reads any more the watch ends")
    func redraw() async throws {
        try await withChangedPool { cluster in
            let screens = Mutex<[String]>([])
            let stream = StatusStream(
                client: cluster.client, choice: try .init(nil, namespace: nil), signals: AsyncStream { _ in })
            let watch = StatusWatch(stream: stream, format: .text, width: 200) { screen in
                screens.withLock { screens in
                    screens.append(screen)
                    return screens.count < 2
                }
            }
            async let ending: Void = watch.run()
            try await eventually("the first screen is drawn") { !screens.withLock(\.isEmpty) }
            try await cluster.setStatus(ready("True", generation: 2), of: type, key)
            try await ending
            let drawn = screens.withLock { $0 }
            #expect(drawn.allSatisfy { $0.hasPrefix("\u{1B}[H\u{1B}[2J") && $0.contains("KIND ") })
            #expect(drawn.first?.contains("Unknown") == true && drawn.last?.contains("True") == true)
        }
    }

    @Test(
        "What does not go together is said",
        arguments: [
            (["--watch", "--wait"], "give one of them"), (["--timeout", "5s"], "flag --timeout belongs to --wait"),
            (["--for", "Ready", "-w"], "flag --for belongs to --wait"),
            (["--wait", "--timeout", "x"], "no length of time"),
            (["-o", "xml"], "\"xml\" is none of wide, json, yaml"),
        ])
    func usage(arguments: [String], part: String) {
        let error = #expect(throws: UsageError.self) {
            try StatusCommand(Arguments(arguments, flags: StatusCommand.flags, environment: [:]))
        }
        #expect(error?.description.contains(part) == true)
    }
}
