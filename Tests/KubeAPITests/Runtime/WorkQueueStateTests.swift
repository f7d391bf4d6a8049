import Testing

@testable import KubeAPI

@Suite("Work queue rules")
struct WorkQueueStateTests {
    private var queue = WorkQueueState<String>(backOff: BackOff())

    private mutating func drain(at now: Duration) -> [String] {
        var keys: [String] = []
        while let item = queue.next(now: now) {
            keys.append(item.key)
            _ = queue.done(item.key, now: now)
        }
        return keys
    }

    @Test("keys of one priority come in the order in which they were added")
    mutating func firstInFirstOut() {
        for key in ["a", "b", "c"] { queue.add(key, priority: .user, now: .zero) }
        #expect(drain(at: .zero) == ["a", "b", "c"])
    }

    @Test("a key added twice comes once")
    mutating func deduplication() {
        for key in ["a", "b", "a"] { queue.add(key, priority: .user, now: .zero) }
        #expect(queue.depth == 2)
        #expect(drain(at: .zero) == ["a", "b"])
    }

    @Test("a user's change goes before the initial list, and that before a resync")
    mutating func priorities() {
        queue.add("r", priority: .resync, now: .zero)
        queue.add("i", priority: .initialList, now: .zero)
        queue.add("u", priority: .user, now: .seconds(1))
        #expect(drain(at: .seconds(1)) == ["u", "i", "r"])
    }

    @Test("others wait for as long as one is ready or worked on for more than a second look")
    mutating func hasPendingWork() {
        queue.add("a", priority: .user, now: .zero)
        #expect(!queue.hasPendingWork(beside: "a") && queue.hasPendingWork(beside: "b"))
        queue.add("b", priority: .selfTriggered, now: .zero)
        queue.add("r", priority: .resync, now: .zero)
        #expect(!queue.hasPendingWork(beside: "a"))
        // Moved up, it is one of those that somebody waits for.
        queue.add("b", priority: .user, now: .zero)
        #expect(queue.hasPendingWork(beside: "a"))
        #expect(queue.next(now: .zero)?.key == "a")
        #expect(queue.next(now: .zero)?.key == "b")
        #expect(queue.hasPendingWork(beside: "a") && queue.hasPendingWork(beside: "r"))
        _ = queue.done("b", now: .zero)
        #expect(!queue.hasPendingWork(beside: "a"))
        queue.add("later", after: .seconds(1), priority: .user, now: .zero)
        #expect(!queue.hasPendingWork(beside: "a"))
        #expect(queue.next(now: .seconds(1))?.key == "later")
        #expect(queue.depth == 1)
    }

    @Test("adding a waiting key with a higher priority moves it up and not down again")
    mutating func promotion() {
        queue.add("other", priority: .initialList, now: .zero)
        queue.add("key", priority: .resync, now: .zero)
        queue.add("key", priority: .user, now: .seconds(1))
        queue.add("key", priority: .resync, now: .seconds(2))
        #expect(queue.depth == 2)
        #expect(drain(at: .seconds(2)) == ["key", "other"])
    }

    @Test("under a stream of user changes a resync key comes after its allowance: nothing starves")
    mutating func ageing() {
        queue.add("resync", priority: .resync, now: .zero)
        var served: [String] = []
        for second in 1...40 {
            let now = Duration.seconds(second)
            // Two changes a second and one worker's turn: the queue only grows.
            queue.add("user-\(second)-a", priority: .user, now: now)
            queue.add("user-\(second)-b", priority: .user, now: now)
            if let item = queue.next(now: now) {
                served.append(item.key)
                _ = queue.done(item.key, now: now)
            }
        }
        #expect(!served.prefix(20).contains("resync"))
        var all = served
        all += drain(at: .seconds(41))
        let position = all.firstIndex(of: "resync")
        let lastYoung = all.firstIndex(of: "user-31-a")
        #expect(position != nil && lastYoung != nil && (position ?? 0) < (lastYoung ?? 0))
    }

    @Test("a key is never handed out twice at the same time, and comes once more if it was added meanwhile")
    mutating func exclusive() {
        queue.add("a", priority: .user, now: .zero)
        #expect(queue.next(now: .zero)?.key == "a")
        queue.add("a", priority: .user, now: .zero)
        queue.add("a", priority: .user, now: .zero)
        #expect(queue.next(now: .zero) == nil)
        #expect(queue.depth == 1)
        _ = queue.done("a", now: .seconds(1))
        #expect(queue.next(now: .seconds(1))?.key == "a")
        _ = queue.done("a", now: .seconds(1))
        #expect(queue.next(now: .seconds(1)) == nil)
    }

    @Test("a delayed key comes when it is due and not before")
    mutating func delay() {
        queue.add("a", after: .seconds(5), priority: .user, now: .zero)
        #expect(queue.depth == 0)
        #expect(queue.nextDue() == .seconds(5))
        #expect(queue.next(now: .milliseconds(4999)) == nil)
        #expect(queue.next(now: .seconds(5))?.key == "a")
        #expect(queue.nextDue() == nil)
    }

    @Test(
        "of several delays the earliest counts",
        arguments: [([10, 3, 7], 3), ([3, 10], 3), ([10, 3], 3)])
    mutating func earliest(delays: [Int], want: Int) {
        for delay in delays { queue.add("a", after: .seconds(delay), priority: .user, now: .zero) }
        #expect(queue.nextDue() == .seconds(want))
        #expect(drain(at: .seconds(60)) == ["a"])
    }

    @Test("a change brings a delayed key forward, and its delay is then spent")
    mutating func changeBeatsDelay() {
        queue.add("a", after: .seconds(5), priority: .user, now: .zero)
        queue.add("a", priority: .user, now: .seconds(1))
        #expect(drain(at: .seconds(1)) == ["a"])
        #expect(queue.next(now: .seconds(6)) == nil)
    }

    @Test("a delay asked for during the attempt counts from the asking and is kept")
    mutating func delayWhileProcessing() {
        queue.add("a", priority: .user, now: .zero)
        _ = queue.next(now: .zero)
        queue.add("a", after: .seconds(5), priority: .user, now: .seconds(1))
        #expect(queue.nextDue() == nil)
        _ = queue.done("a", now: .seconds(2))
        #expect(queue.nextDue() == .seconds(6))
        #expect(queue.next(now: .seconds(6))?.key == "a")
    }

    @Test("a key that became due during its own attempt is ready at once afterwards")
    mutating func dueWhileProcessing() {
        queue.add("a", priority: .user, now: .zero)
        _ = queue.next(now: .zero)
        queue.add("a", after: .seconds(1), priority: .user, now: .zero)
        #expect(queue.next(now: .seconds(9)) == nil)
        _ = queue.done("a", now: .seconds(9))
        #expect(queue.next(now: .seconds(9))?.key == "a")
    }

    @Test("failures double the delay from 5 ms up to 1000 s, and forget starts over")
    mutating func backOff() {
        var delays: [Duration] = []
        for step in 0..<20 {
            // Far apart, so that the overall rate plays no part.
            let now = Duration.seconds(step * 10_000)
            delays.append(queue.addRateLimited("a", priority: .user, now: now))
            _ = queue.next(now: now + .seconds(5000))
            _ = queue.done("a", now: now + .seconds(5000))
        }
        #expect(delays.prefix(4) == [.milliseconds(5), .milliseconds(10), .milliseconds(20), .milliseconds(40)])
        #expect(delays[17] == .milliseconds(5) * (1 << 17))
        #expect(delays[18...] == [.seconds(1000), .seconds(1000)])
        #expect(queue.retries(of: "a") == 20)
        queue.forget("a")
        #expect(queue.retries(of: "a") == 0)
        #expect(queue.addRateLimited("a", priority: .user, now: .seconds(1_000_000)) == .milliseconds(5))
    }

    @Test("the failures of one key do not slow another one's")
    mutating func backOffPerKey() {
        for _ in 0..<5 { _ = queue.addRateLimited("bad", priority: .user, now: .zero) }
        #expect(queue.addRateLimited("good", priority: .user, now: .zero) == .milliseconds(5))
    }

    @Test("all retries together keep to the overall rate once the burst is used up")
    mutating func overallRate() {
        let delays = (0..<130).map { queue.addRateLimited("key-\($0)", priority: .user, now: .zero) }
        #expect(delays[..<100].allSatisfy { $0 == .milliseconds(5) })
        // The 130th is 30 tokens over, at 10 a second.
        #expect(delays[129] == .seconds(3))
        // A plain change is not slowed by it.
        queue.add("changed", priority: .user, now: .zero)
        #expect(queue.next(now: .zero)?.key == "changed")
    }

    @Test("an item tells how long it waited and how often it failed")
    mutating func itemFacts() {
        _ = queue.addRateLimited("a", priority: .initialList, now: .zero)
        let item = queue.next(now: .seconds(2))
        #expect(item?.waited == .milliseconds(1995))
        #expect(item?.retries == 1)
        #expect(item?.priority == .initialList)
        #expect(queue.done("a", now: .seconds(5)) == .seconds(3))
        #expect(queue.done("a", now: .seconds(5)) == nil)
    }

    @Test("random use never hands out a key twice and never loses one", arguments: 0..<20)
    mutating func randomUse(seed: UInt64) {
        var random = SplitMix(state: seed)
        var now = Duration.zero
        var working: Set<String> = []
        var wanted: Set<String> = []
        for _ in 0..<2000 {
            now += .milliseconds(Int.random(in: 0..<50, using: &random))
            let key = "k\(Int.random(in: 0..<12, using: &random))"
            let priority = WorkPriority.allCases.randomElement(using: &random) ?? .user
            switch Int.random(in: 0..<5, using: &random) {
            case 0: queue.add(key, priority: priority, now: now)
            case 1:
                queue.add(
                    key, after: .milliseconds(Int.random(in: 0..<500, using: &random)), priority: priority, now: now)
            case 2: _ = queue.addRateLimited(key, priority: priority, now: now)
            case 3:
                if let item = queue.next(now: now) {
                    #expect(working.insert(item.key).inserted)
                    wanted.remove(item.key)
                }
                continue
            default:
                if let key = working.randomElement(using: &random) {
                    working.remove(key)
                    _ = queue.done(key, now: now)
                }
                continue
            }
            wanted.insert(key)
            #expect(queue.depth + queue.delayedCount == wanted.count)
        }
        for key in working { _ = queue.done(key, now: now) }
        #expect(Set(drain(at: now + .seconds(100_000))) == wanted)
        #expect(queue.depth == 0 && queue.delayedCount == 0)
    }
}

/// A generator whose sequence depends on its seed alone.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
