internal import Synchronization

/// One settable alarm on an injected clock.
package final class Alarm: Sendable {
    private struct Setting {
        var id: Int
        var delay: Duration?
    }

    private let clock: any Clock<Duration>
    private let settings = Mailbox<Setting>(capacity: 1)
    private let lastID = Mutex(0)

    package init(clock: any Clock<Duration>) {
        self.clock = clock
    }

    /// Rings once after so long, in place of any earlier setting; `nil` silences it.
    ///
    /// - Returns: what `run` hands to its closure, so that a ring that was under way meanwhile can be told from this.
    @discardableResult
    package func set(after delay: Duration?) -> Int {
        let id = lastID.withLock { id in
            id += 1
            return id
        }
        settings.send(Setting(id: id, delay: delay))
        return id
    }

    /// Runs until cancelled.
    package func run(_ ring: @Sendable (_ setting: Int) -> Void) async {
        var current = Setting(id: 0, delay: nil)
        while !Task.isCancelled {
            guard let delay = current.delay else {
                current = await settings.next().last ?? current
                continue
            }
            switch await wait(delay) {
            case .set(let next): current = next
            case .elapsed:
                current.delay = nil
                ring(current.id)
            case .cancelled: return
            }
        }
    }

    private enum Outcome {
        case elapsed, cancelled
        case set(Setting)
    }

    private func wait(_ delay: Duration) async -> Outcome {
        await withTaskGroup(of: Outcome.self) { group in
            group.addTask { [clock] in
                do {
                    try await clock.sleep(for: delay)
                    return .elapsed
                } catch {
                    return .cancelled
                }
            }
            group.addTask { [settings] in
                guard let last = await settings.next().last else { return .cancelled }
                return .set(last)
            }
            var outcome = await group.next() ?? .cancelled
            group.cancelAll()
            // Both may have happened at once; a new setting is never lost.
            for await other in group {
                if case .set = other { outcome = other }
            }
            return outcome
        }
    }
}
