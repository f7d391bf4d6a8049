import Support
import Testing

@testable import KubeAPI

/// Holds the reconcile until it is let go, and counts.
private final class HeldReconciler: Reconciler {
    let calls = Recorder<ObjectKey>()
    let gate = Signal()
    private let holds: Bool

    init(holds: Bool) { self.holds = holds }

    func reconcile(_ key: ObjectKey) async throws -> Outcome {
        calls.append(key)
        if holds { await gate.wait() }
        return .done
    }
}

@Suite("Echoes of own writes")
struct ControllerEchoTests {
    private let clock = ManualClock()
    private let informer = Informer(Selection(.configMap), source: ScriptedSource())
    private let key = ObjectKey(namespace: "shop", name: "a")

    private func object(version: Int, generation: Int = 1) -> DynamicObject {
        .fixture([
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": [
                "namespace": "shop", "name": "a", "uid": "uid-a", "resourceVersion": .string("\(version)"),
                "generation": .integer(Int64(generation)),
            ],
        ])
    }

    private func controller(
        holds: Bool = false, workers: Int = 4, isPrimary: Bool = false
    ) -> (Controller, HeldReconciler) {
        var options = Controller.Options()
        options.resync = nil
        options.workers = workers
        let reconciler = HeldReconciler(holds: holds)
        let controller = Controller(
            name: "pool", reconciler: reconciler, options: options, time: TimeSource(clock),
            randomness: Randomness { 0.5 })
        if isPrimary {
            controller.reconciles(informer)
        } else {
            controller.watches(informer) { [$0.key] }
        }
        return (controller, reconciler)
    }

    @Test("Many of our own writes that the watch brings are looked at once, a moment later; a change by others at once")
    func ownWrites() async throws {
        let (controller, reconciler) = controller()
        async let _ = try? controller.run()
        var old = CachedObject(object(version: 1))
        for version in 2...9 {
            informer.recordWrite(object(version: version))
            let new = CachedObject(object(version: version))
            informer.emit([.updated(old: old, new: new)])
            old = new
        }
        try await eventually("the look is put off") { clock.timeToNextWake == .milliseconds(100) }
        #expect(reconciler.calls.count == 0)
        clock.advance(by: .milliseconds(100))
        try await eventually("one look") { reconciler.calls.count == 1 }

        informer.emit([.updated(old: old, new: CachedObject(object(version: 10)))])
        try await eventually("a look at once") { reconciler.calls.count == 2 }
        #expect(reconciler.calls.all == [key, key])
    }

    @Test("A change that comes while the object is worked on is looked at a moment after its arrival, not lost")
    func changesMeanwhile() async throws {
        let (controller, reconciler) = controller(holds: true)
        async let _ = try? controller.run()
        informer.emit([.added(CachedObject(object(version: 1)), isInitialList: false)])
        try await eventually("it is worked on") { reconciler.calls.count == 1 }
        for version in 2...5 {
            informer.emit([
                .updated(
                    old: CachedObject(object(version: version - 1)), new: CachedObject(object(version: version)))
            ])
        }
        reconciler.gate.raise()
        try await eventually("the first attempt has ended") { controller.queue.keysInProgress.isEmpty }
        #expect(reconciler.calls.count == 1)
        clock.advance(by: .milliseconds(100))
        try await eventually("one more") { reconciler.calls.count == 2 }
        reconciler.gate.raise()
    }

    @Test(
        "What changes while an object is worked on waits behind others: children and its status, not its spec",
        arguments: [(false, 2, false), (true, 1, false), (true, 2, true)])
    func turns(isPrimary: Bool, generation: Int, goesFirst: Bool) async throws {
        let (controller, reconciler) = controller(holds: true, workers: 1, isPrimary: isPrimary)
        async let _ = try? controller.run()
        controller.enqueue(key)
        try await eventually("it is worked on") { reconciler.calls.count == 1 }
        let new = CachedObject(object(version: 2, generation: generation))
        informer.emit([.updated(old: CachedObject(object(version: 1)), new: new)])
        // The change is due before the other object comes.
        clock.advance(by: .milliseconds(150))
        let other = ObjectKey(namespace: "shop", name: "b")
        controller.enqueue(other)
        for count in 2...3 {
            reconciler.gate.raise()
            try await eventually("look \(count)") { reconciler.calls.count == count }
        }
        reconciler.gate.raise()
        #expect(reconciler.calls.all == (goesFirst ? [key, key, other] : [key, other, key]))
    }

    @Test("A version is known as ours until the object is written by somebody else, or is gone")
    func ownVersions() {
        let mine = CachedObject(object(version: 2))
        #expect(!informer.isOwnWrite(mine))
        informer.recordWrite(object(version: 2))
        #expect(informer.isOwnWrite(mine))
        #expect(!informer.isOwnWrite(CachedObject(object(version: 3))))
        informer.emit([.deleted(mine)])
        #expect(!informer.isOwnWrite(mine))
    }
}
