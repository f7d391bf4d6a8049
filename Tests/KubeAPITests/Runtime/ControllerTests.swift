import KubeAPI
import Support
import Synchronization
import Testing

/// A reconciler whose answers a test gives.
private final class ScriptedReconciler: Reconciler {
    typealias Script = @Sendable (ObjectKey, Int) async throws -> Outcome

    let calls = Recorder<ObjectKey>()
    private let script: Script

    /// - Parameter script: gets the key and how many calls there were before.
    init(_ script: @escaping Script) { self.script = script }

    func reconcile(_ key: ObjectKey) async throws -> Outcome {
        let before = calls.count
        calls.append(key)
        return try await script(key, before)
    }
}

/// Holds whoever comes until it is opened; deaf to cancellation where a test wants a hung reconcile.
private final class Barrier: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var lastID = 0
    }

    private let state = Mutex(State())

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for continuation in waiting { continuation.resume() }
    }

    func pass() async throws {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        await withTaskCancellationHandler {
            await park(id)
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: id) }?.resume()
        }
        try Task.checkCancellation()
    }

    func passDeafly() async { await park(0) }

    private func park(_ id: Int) async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.isOpen || (id > 0 && Task.isCancelled) { return true }
                state.waiting[id] = continuation
                return false
            }
            if isFree { continuation.resume() }
        }
    }
}

@Suite("Controller")
struct ControllerTests {
    private let clock = ManualClock()
    private let registry = MetricRegistry()
    private let log = CapturedLog()
    private let a = ObjectKey(namespace: "shop", name: "a")
    private let b = ObjectKey(namespace: "shop", name: "b")

    private func controller(
        workers: Int = 1, _ change: (inout Controller.Options) -> Void = { _ in },
        script: @escaping ScriptedReconciler.Script
    ) -> (Controller, ScriptedReconciler) {
        var options = Controller.Options()
        options.workers = workers
        options.resync = nil
        change(&options)
        let reconciler = ScriptedReconciler(script)
        let controller = Controller(
            name: "pool", reconciler: reconciler, options: options, metrics: registry,
            logger: Logger(to: log, minimum: .debug), time: TimeSource(clock), randomness: Randomness { 0.5 })
        return (controller, reconciler)
    }

    private func count(_ result: String) -> Double {
        registry.counter(
            "controller_runtime_reconcile_total", help: "Total number of reconciliations per controller.",
            labels: ["controller", "result"])("pool", result).value
    }

    @Test("a key is reconciled once and done")
    func done() async throws {
        let (controller, reconciler) = controller { _, _ in .done }
        controller.enqueue(a)
        async let _ = try? controller.run()
        try await eventually("the reconcile is counted") { count("success") == 1 }
        #expect(reconciler.calls.all == [a])
        #expect(controller.queue.depth == 0)
    }

    @Test("an attempt learns whether other objects wait for a worker")
    func hasPendingWork() async throws {
        let seen = Recorder<Bool>()
        let (controller, _) = controller { _, _ in
            seen.append(ReconcileContext.current.hasPendingWork())
            return .done
        }
        controller.enqueue(a)
        controller.enqueue(b)
        async let _ = try? controller.run()
        try await eventually("both are done") { count("success") == 2 }
        #expect(seen.all == [true, false])
        #expect(!ReconcileContext.current.hasPendingWork())
    }

    @Test("a requeue comes back after its time")
    func requeue() async throws {
        let (controller, reconciler) = controller { _, before in before == 0 ? .requeue(after: .seconds(60)) : .done }
        controller.enqueue(a)
        async let _ = try? controller.run()
        try await eventually("the timer is set") { clock.timeToNextWake == .seconds(60) }
        clock.advance(by: .seconds(60))
        try await eventually("the second reconcile") { count("success") == 1 }
        #expect(reconciler.calls.count == 2)
        #expect(count("requeue_after") == 1)
    }

    @Test("what may come later comes behind those that wait by then")
    func later() async throws {
        let (controller, reconciler) = controller { key, before in
            if before == 0 { return .later(after: .seconds(1)) }
            return .done
        }
        controller.enqueue(a)
        async let _ = try? controller.run()
        try await eventually("the timer is set") { clock.timeToNextWake == .seconds(1) }
        controller.queue.shutDown()
        clock.advance(by: .seconds(1))
        controller.enqueue(b)
        controller.queue.resume()
        try await eventually("both are done") { count("success") == 2 }
        #expect(reconciler.calls.all == [a, b, a])
    }

    @Test("a failing key comes back with growing delays, and starts over after a success")
    func backOff() async throws {
        struct Failure: Error {}
        let (controller, _) = controller { _, before in
            if before == 2 { return .done }
            throw Failure()
        }
        controller.enqueue(a)
        async let _ = try? controller.run()
        try await eventually("the first delay") { clock.timeToNextWake == .milliseconds(5) }
        clock.advance(by: .milliseconds(5))
        try await eventually("the second delay") { clock.timeToNextWake == .milliseconds(10) }
        clock.advance(by: .milliseconds(10))
        try await eventually("the success") { count("success") == 1 }
        controller.enqueue(a)
        try await eventually("the first delay again") { clock.timeToNextWake == .milliseconds(5) }
        #expect(count("error") == 3)
        #expect(log.records.filter { $0.level == .error }.count == 3)
    }

    @Test(
        "a conflict, or a lost leadership, is tried again soon and quietly",
        arguments: [APIError.fake(409, "Conflict"), NotLeaderError()] as [any Error])
    func quiet(error: any Error) async throws {
        let (controller, _) = controller { _, before in
            if before == 0 { throw error }
            return .done
        }
        controller.enqueue(a)
        async let _ = try? controller.run()
        try await eventually("the delay") { clock.timeToNextWake == .milliseconds(5) }
        clock.advance(by: .milliseconds(5))
        try await eventually("the second attempt") { count("success") == 1 }
        #expect(count("requeue") == 1)
        #expect(count("error") == 0)
        #expect(log.records.allSatisfy { $0.level < .error })
    }

    @Test("an attempt beyond its deadline is cancelled and counts as failed")
    func deadline() async throws {
        let barrier = Barrier()
        let (controller, _) = controller { _, before in
            if before == 0 { try await barrier.pass() }
            return .done
        }
        controller.enqueue(a)
        async let _ = try? controller.run()
        try await eventually("the deadline is set") { clock.timeToNextWake == .seconds(120) }
        clock.advance(by: .seconds(120))
        try await eventually("the failure is counted") { count("error") == 1 }
        let failure = log.records.first { $0.level == .error }
        #expect(failure?.fields.first { $0.name == "error" }?.value == "it took longer than its deadline")
        #expect(registry.exposition().contains(#"reconcile_timeouts_total{controller="pool"} 1"#))
    }

    @Test("a reconcile that hangs loses its worker to other keys and keeps its own key to itself")
    func hung() async throws {
        let barrier = Barrier()
        let (controller, reconciler) = controller { key, _ in
            if key.name == "a" { await barrier.passDeafly() }
            return .done
        }
        defer { barrier.open() }
        controller.enqueue(a)
        async let _ = try? controller.run()
        try await eventually("the deadline is set") { clock.timeToNextWake == .seconds(120) }
        clock.advance(by: .seconds(120))
        try await eventually("the worker waits a little longer") { clock.timeToNextWake == .seconds(5) }
        clock.advance(by: .seconds(5))
        controller.enqueue(a)
        controller.enqueue(b)
        try await eventually("the worker goes on") { reconciler.calls.all.contains(b) }
        #expect(reconciler.calls.all == [a, b])
        #expect(controller.queue.keysInProgress == [a])
        barrier.open()
        try await eventually("the change is looked at after the end") { reconciler.calls.count == 3 }
        #expect(reconciler.calls.last == a)
    }

    @Test("no more keys than workers are reconciled at the same time, and no key twice")
    func exclusive() async throws {
        let twice = Recorder<ObjectKey>()
        let box = Attendance()
        let (controller, reconciler) = controller(workers: 3) { key, _ in
            box.enter(key, twice)
            for _ in 0..<5 { await Task.yield() }
            box.leave(key)
            return .done
        }
        async let _ = try? controller.run()
        for round in 0..<50 {
            for name in ["a", "b", "c", "d", "e"] { controller.enqueue(ObjectKey(name: name)) }
            try await eventually("round \(round)") { reconciler.calls.count > round * 2 }
        }
        try await eventually("all is done") { controller.queue.depth == 0 && controller.queue.keysInProgress.isEmpty }
        #expect(twice.all == [])
        #expect(box.mostAtOnce <= 3)
    }

    @Test("stopping waits for the attempts under way and takes no new ones")
    func gracefulStop() async throws {
        let barrier = Barrier()
        let (controller, reconciler) = controller { _, _ in
            try await barrier.pass()
            return .done
        }
        let ended = Recorder<String>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try? await controller.run()
                ended.append("controller")
            }
            controller.enqueue(a)
            try await eventually("the attempt runs") { reconciler.calls.count == 1 }
            controller.enqueue(b)
            group.cancelAll()
            try await eventually("the grace is set") { clock.timeToNextWake == .seconds(20) }
            #expect(ended.all == [])
            barrier.open()
            try await group.waitForAll()
        }
        #expect(ended.all == ["controller"])
        #expect(count("success") == 1)
        // The other key waits for a later leader.
        #expect(reconciler.calls.all == [a])
        #expect(controller.queue.depth == 1)
    }

    @Test("an attempt that outlasts the grace is cancelled, one that does not hear is left behind")
    func graceIsUsedUp() async throws {
        let barrier = Barrier()
        let (controller, reconciler) = controller(workers: 2) { key, _ in
            if key.name == "a" { try await barrier.pass() } else { await barrier.passDeafly() }
            return .done
        }
        defer { barrier.open() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await controller.run() }
            controller.enqueue(a)
            controller.enqueue(b)
            try await eventually("both run") { reconciler.calls.count == 2 }
            group.cancelAll()
            try await eventually("the grace is set") { clock.timeToNextWake == .seconds(20) }
            clock.advance(by: .seconds(20))
            try await eventually("the cancelled one has ended") { controller.queue.keysInProgress == [b] }
            try await eventually("patience is set") { clock.timeToNextWake == .seconds(5) }
            clock.advance(by: .seconds(5))
            try await group.waitForAll()
        }
        let left = log.records.last { $0.level == .error }
        #expect(left?.fields.first { $0.name == "object" }?.value == "shop/b")
        // That it was cancelled by the end of the process is no failure.
        #expect(count("error") == 0)
    }

    @Test("a controller that leads again takes up what has come meanwhile")
    func runsAgain() async throws {
        let (controller, reconciler) = controller { _, _ in .done }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await controller.run() }
            controller.enqueue(a)
            try await eventually("the first is done") { reconciler.calls.count == 1 }
            group.cancelAll()
        }
        controller.enqueue(b)
        async let _ = try? controller.run()
        try await eventually("the second is done") { reconciler.calls.all == [a, b] }
    }

    @Test("the reconcile's log lines carry controller, object and reconcileID")
    func context() async throws {
        let (controller, _) = controller { _, _ in
            ReconcileContext.current.logger.info("inside")
            return .done
        }
        controller.enqueue(a)
        async let _ = try? controller.run()
        try await eventually("the line is there") { log.records.contains { $0.message == "inside" } }
        let fields = log.records.first { $0.message == "inside" }?.fields ?? []
        #expect(fields.map(\.name) == ["controller", "object", "reconcileID"])
        #expect(fields.last?.value == "8000000000000")
    }
}

/// Who is being reconciled.
private final class Attendance: Sendable {
    private let running = Mutex<[ObjectKey]>([])
    private let most = Mutex(0)

    var mostAtOnce: Int { most.withLock { $0 } }

    func enter(_ key: ObjectKey, _ twice: Recorder<ObjectKey>) {
        let count = running.withLock { running in
            if running.contains(key) { twice.append(key) }
            running.append(key)
            return running.count
        }
        most.withLock { $0 = max($0, count) }
    }

    func leave(_ key: ObjectKey) { running.withLock { $0.removeAll { $0 == key } } }
}
