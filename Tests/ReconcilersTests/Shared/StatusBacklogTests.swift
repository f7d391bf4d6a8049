import KubeAPI
import Support
import Testing

@testable import Reconcilers

@Suite("StatusBacklog")
struct StatusBacklogTests {
    private let clock = ManualClock()
    private let backlog: StatusBacklog

    init() { backlog = StatusBacklog(time: TimeSource(clock)) }

    private func leaves(observed generation: Int64? = 1, others: Bool = true) -> Bool {
        let metadata: JSONObject = ["namespace": "shop", "name": "a", "generation": 2]
        var object = DynamicObject(["metadata": .object(metadata)] as JSONObject)
        object[path: "status", "observedGeneration"] = generation.map(JSONValue.integer)
        var context = ReconcileContext()
        context.othersWait = { others }
        return ReconcileContext.$current.withValue(context) { backlog.leaves(object) }
    }

    @Test("the status of a new spec is left while others wait")
    func whileOthersWait() {
        #expect(leaves(observed: nil))
        #expect(leaves(observed: 1))
        #expect(!leaves(others: false))
    }

    @Test("news of a spec that has its status are told at once")
    func dueAtOnce() {
        #expect(!leaves(observed: 2))
    }

    @Test("no status is left for longer than the patience")
    func patience() {
        #expect(leaves())
        clock.advance(by: StatusBacklog.patience - .milliseconds(1))
        #expect(leaves())
        clock.advance(by: .milliseconds(1))
        #expect(!leaves())
        // Told once, it may be left again.
        #expect(leaves())
    }

    @Test("the patience counts from the first look that was not told")
    func startsOver() {
        #expect(leaves())
        clock.advance(by: .seconds(4))
        #expect(!leaves(others: false))
        clock.advance(by: .seconds(4))
        #expect(leaves())
    }

    private func putsOff(isSecondLook: Bool = true, others: Bool = true) -> Bool {
        var context = ReconcileContext()
        context.isSecondLook = isSecondLook
        context.othersWait = { others }
        return ReconcileContext.$current.withValue(context) {
            backlog.putsOff(ObjectKey(namespace: "shop", name: "a"))
        }
    }

    @Test("a second look at an object whose status is left is put off while others wait, for as long as the patience")
    func putsOff() {
        #expect(!putsOff())
        #expect(leaves())
        #expect(putsOff())
        #expect(!putsOff(isSecondLook: false))
        #expect(!putsOff(others: false))
        clock.advance(by: StatusBacklog.patience)
        #expect(!putsOff())
    }

    @Test("an object that is gone is forgotten")
    func forgets() {
        #expect(leaves())
        backlog.forget(ObjectKey(namespace: "shop", name: "a"))
        clock.advance(by: StatusBacklog.patience)
        #expect(leaves())
    }
}
