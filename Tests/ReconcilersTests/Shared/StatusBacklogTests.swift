import KubeAPI
import Support
import Testing

@testable import Reconcilers

@Suite("StatusBacklog")
struct StatusBacklogTests {
    private let clock = ManualClock()
    private let backlog: StatusBacklog
    private let key = ObjectKey(namespace: "shop", name: "a")

    init() { backlog = StatusBacklog(time: TimeSource(clock)) }

    private func leaves(writes: Int = 1, hasFailures: Bool = false, others: Bool = true) -> Bool {
        ReconcileContext.$othersWait.withValue({ others }) {
            backlog.leaves(key, writes: writes, hasFailures: hasFailures)
        }
    }

    @Test("the status of children that were just written is left while others wait")
    func whileOthersWait() {
        #expect(leaves())
        #expect(!leaves(others: false))
    }

    @Test("what needed no write, or failed, is told at once")
    func dueAtOnce() {
        #expect(!leaves(writes: 0))
        #expect(!leaves(hasFailures: true))
    }

    @Test("no status is left for longer than the patience, however often the children are written")
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
        #expect(!leaves(writes: 0))
        clock.advance(by: .seconds(4))
        #expect(leaves())
    }

    @Test("an object that is gone is forgotten")
    func forgets() {
        #expect(leaves())
        backlog.forget(key)
        clock.advance(by: StatusBacklog.patience)
        #expect(leaves())
    }
}
