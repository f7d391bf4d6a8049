import KubeAPI
import Support
import Testing

@Suite("Work queue")
struct WorkQueueTests {
    private let clock = ManualClock()
    private let registry = MetricRegistry()

    private func queue() -> WorkQueue<String> {
        WorkQueue(name: "test", metrics: registry, time: TimeSource(clock))
    }

    @Test("a waiting worker gets a key as soon as it is added")
    func wakesWorker() async {
        let queue = queue()
        async let item = queue.next()
        queue.add("a")
        #expect(await item?.key == "a")
    }

    @Test("a delayed key comes when the clock says so")
    func delayedKey() async throws {
        let queue = queue()
        async let _ = queue.run()
        queue.add("late", after: .seconds(60))
        // The timer sleeps for the late key, then has to be set again for the earlier one.
        try await clock.waitUntilSleeping()
        queue.add("early", after: .seconds(5))
        try await eventually("the timer is set for the earlier key") { clock.timeToNextWake == .seconds(5) }
        async let first = queue.next()
        clock.advance(by: .seconds(5))
        #expect(await first?.key == "early")
        try await eventually("the timer is set for the late key") { clock.timeToNextWake == .seconds(55) }
        async let second = queue.next()
        clock.advance(by: .seconds(55))
        #expect(await second?.key == "late")
    }

    @Test("a delayed key whose time has come counts as waiting although every worker is busy; no timer runs for it")
    func dueWhileBusy() async throws {
        let queue = queue()
        async let _ = queue.run()
        queue.add("busy")
        #expect(await queue.next()?.key == "busy")
        queue.add("late", after: .seconds(5))
        try await eventually("the timer is set") { clock.timeToNextWake == .seconds(5) }
        clock.advance(by: .seconds(5))
        try await eventually("the key is ready") { queue.depth == 1 }
        #expect(clock.timeToNextWake == nil)
    }

    @Test("many workers share many keys, each key once")
    func manyWorkers() async {
        let queue = queue()
        let seen = Recorder<String>()
        await withTaskGroup { group in
            for _ in 0..<4 {
                group.addTask {
                    while let item = await queue.next() {
                        seen.append(item.key)
                        queue.done(item.key)
                        if seen.count == 500 { queue.shutDown() }
                    }
                }
            }
            for number in 0..<500 { queue.add("k\(number)") }
        }
        #expect(Set(seen.all).count == 500)
        #expect(seen.count == 500)
    }

    @Test("shutting down ends the wait of every worker and keeps what is in the queue for a later leader")
    func shutDownAndResume() async {
        let queue = queue()
        async let first = queue.next()
        async let second = queue.next()
        queue.shutDown()
        #expect(await first == nil)
        #expect(await second == nil)
        queue.add("kept")
        #expect(await queue.next() == nil)
        queue.resume()
        #expect(await queue.next()?.key == "kept")
    }

    @Test("a cancelled worker stops waiting")
    func cancellation() async {
        let queue = queue()
        let isNil = await withTaskGroup(returning: Bool.self) { group in
            group.addTask { await queue.next() == nil }
            group.cancelAll()
            return await group.next() ?? false
        }
        #expect(isNil)
        // The cancelled worker took nothing with it.
        queue.add("a")
        #expect(await queue.next()?.key == "a")
    }

    @Test("draining waits for the running attempts")
    func drain() async throws {
        let queue = queue()
        queue.add("a")
        _ = await queue.next()
        queue.shutDown()
        async let left = queue.drained(within: .seconds(20))
        try await clock.waitUntilSleeping()
        queue.done("a")
        #expect(await left == [])
    }

    @Test("draining gives up at its limit and names the keys that hang")
    func drainLimit() async throws {
        let queue = queue()
        queue.add("hung")
        _ = await queue.next()
        queue.shutDown()
        async let left = queue.drained(within: .seconds(20))
        try await clock.waitUntilSleeping()
        clock.advance(by: .seconds(20))
        #expect(await left == ["hung"])
    }

    @Test("the metrics tell depth, adds, retries and times")
    func metrics() async {
        let queue = queue()
        queue.add("a")
        queue.add("b")
        queue.addRateLimited("c")
        clock.advance(by: .seconds(2))
        let first = await queue.next()
        #expect(first?.key == "a")
        clock.advance(by: .seconds(3))
        let text = registry.exposition()
        func value(_ name: String) -> String? {
            let prefix = name + #"{name="test",controller="test"} "#
            return text.split(separator: "\n").first { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
        }
        #expect(value("workqueue_adds_total") == "3")
        #expect(value("workqueue_retries_total") == "1")
        #expect(value("workqueue_depth") == "2")
        #expect(value("workqueue_queue_duration_seconds_sum") == "2")
        #expect(value("workqueue_unfinished_work_seconds") == "3")
        #expect(value("workqueue_longest_running_processor_seconds") == "3")
        queue.done("a")
        #expect(
            registry.exposition().contains(#"workqueue_work_duration_seconds_sum{name="test",controller="test"} 3"#))
    }
}
