import KubeAPI
import Support
import Testing

@testable import Reconcilers

@Suite("StatusBacklog")
struct StatusBacklogTests {
    private let clock = ManualClock()
    private let backlog: StatusBacklog

    init() { backlog = StatusBacklog(time: TimeSource(clock)) }

    private func defers(observed generation: Int64? = 1, others: Bool = true) -> Bool {
        let metadata: JSONObject = ["namespace": "shop", "name": "a", "generation": 2]
        var object = DynamicObject(["metadata": .object(metadata)] as JSONObject)
        object[path: "status", "observedGeneration"] = generation.map(JSONValue.integer)
        var context = ReconcileContext()
        context.hasPendingWork = { others }
        return ReconcileContext.$current.withValue(context) { backlog.defers(object) }
    }

    @Test("the status of a new spec is deferred while others wait")
    func whileOthersWait() {
        #expect(defers(observed: nil))
        #expect(defers(observed: 1))
        #expect(!defers(others: false))
    }

    @Test("news of a spec that has its status are told at once")
    func dueAtOnce() {
        #expect(!defers(observed: 2))
    }

    @Test("no status is deferred for longer than the patience")
    func patience() {
        #expect(defers())
        clock.advance(by: StatusBacklog.patience - .milliseconds(1))
        #expect(defers())
        clock.advance(by: .milliseconds(1))
        #expect(!defers())
        // Told once, it may be deferred again.
        #expect(defers())
    }

    @Test("the patience counts from the first pass that was not told")
    func startsOver() {
        #expect(defers())
        clock.advance(by: .seconds(4))
        #expect(!defers(others: false))
        clock.advance(by: .seconds(4))
        #expect(defers())
    }

    private func defersPass(isSelfTriggered: Bool = true, others: Bool = true) -> Bool {
        var context = ReconcileContext()
        context.isSelfTriggered = isSelfTriggered
        context.hasPendingWork = { others }
        return ReconcileContext.$current.withValue(context) {
            backlog.defersPass(for: ObjectKey(namespace: "shop", name: "a"))
        }
    }

    @Test(
        "while others wait, a self-triggered pass that would only write a deferred status is deferred, as long as the patience"
    )
    func wholePass() {
        #expect(!defersPass())
        #expect(defers())
        #expect(defersPass())
        #expect(!defersPass(isSelfTriggered: false))
        #expect(!defersPass(others: false))
        clock.advance(by: StatusBacklog.patience)
        #expect(!defersPass())
    }

    @Test("an object that is gone is forgotten")
    func forgets() {
        #expect(defers())
        backlog.forget(ObjectKey(namespace: "shop", name: "a"))
        clock.advance(by: StatusBacklog.patience)
        #expect(defers())
    }
}
