internal import Synchronization

/// The faults that are set, and how often each has struck.
package final class FaultInjector: Sendable {
    private struct Entry {
        var rule: FaultRule
        var hits = 0
        /// Ends requests that hang.
        var release: [@Sendable () -> Void] = []
    }

    private struct State {
        var entries: [(id: Int, entry: Entry)] = []
        var next = 1
        var hits: [Int: Int] = [:]
    }

    private let state = Mutex(State())
    private let random: SeededRandomness

    init(random: SeededRandomness) { self.random = random }

    /// Sets a fault. Where several match, the one that was set first strikes.
    ///
    /// - Returns: A number for `remove` and `hits`.
    @discardableResult
    package func inject(_ rule: FaultRule) -> Int {
        state.withLock { state in
            defer { state.next += 1 }
            state.entries.append((state.next, Entry(rule: rule)))
            return state.next
        }
    }

    /// Removes a fault; requests that hang on it are cut.
    package func remove(_ id: Int) {
        let release = state.withLock { state in
            guard let index = state.entries.firstIndex(where: { $0.id == id }) else { return [@Sendable () -> Void]() }
            return state.entries.remove(at: index).entry.release
        }
        for action in release { action() }
    }

    package func removeAll() {
        for id in state.withLock({ $0.entries.map(\.id) }) { remove(id) }
    }

    /// How often a fault has struck, removed or not.
    package func hits(_ id: Int) -> Int { state.withLock { $0.hits[id] ?? 0 } }

    /// The faults that are set, with their numbers.
    package var rules: [(id: Int, rule: FaultRule)] { state.withLock { $0.entries.map { ($0.id, $0.entry.rule) } } }

    /// The fault that strikes a request, if any. It counts as struck.
    func strike(_ info: RequestInfo, user: UserInfo) -> (id: Int, effect: FaultRule.Effect)? {
        state.withLock { state in
            for index in state.entries.indices {
                let (id, entry) = state.entries[index]
                // A rule whose count is used up stays set where requests hang on it.
                let isSpent = entry.rule.count.map { entry.hits >= $0 } ?? false
                guard !isSpent, entry.rule.matches(info, user: user), isDrawn(entry.rule.probability) else { continue }
                state.entries[index].entry.hits += 1
                state.hits[id, default: 0] += 1
                if entry.hits + 1 == entry.rule.count, entry.rule.effect != .hang { state.entries.remove(at: index) }
                return (id, entry.rule.effect)
            }
            return nil
        }
    }

    /// Runs when a fault is removed.
    func onRemoval(of id: Int, _ action: @escaping @Sendable () -> Void) {
        let isSet = state.withLock { state in
            guard let index = state.entries.firstIndex(where: { $0.id == id }) else { return false }
            state.entries[index].entry.release.append(action)
            return true
        }
        if !isSet { action() }
    }

    private func isDrawn(_ probability: Double) -> Bool {
        probability >= 1 || Double(random.next() >> 11) / Double(1 << 53) < probability
    }
}
