extension Reflector {
    /// What follows the end of a transfer.
    mutating func handleEnd(_ end: TransferEnd) -> [Effect] {
        let isBroken = if case .broken = end { true } else { false }
        if isUnreachable, !isBroken { attempt = 0 }
        isUnreachable = isBroken
        noteRefusal(end)
        switch state {
        case .idle, .waiting: return []
        case .watching(let hasMoved): return watchEnded(end, hasMoved: hasMoved)
        case .initialEvents: return initialEventsEnded(end)
        case .listing(let isFirstPage): return listEnded(end, isFirstPage: isFirstPage)
        }
    }

    private mutating func watchEnded(_ end: TransferEnd, hasMoved: Bool) -> [Effect] {
        switch end {
        case .completed:
            // The usual end after some minutes. One that brought nothing must not become a busy loop.
            return hasMoved ? watch() : wait(then: .watch, problem: "the watch ended without an event")
        case .broken(let problem): return wait(then: .watch, problem: problem)
        case .status(let status) where status.code == 410: return syncAgain(problem: "\(status)")
        case .status(let status) where status.code == 404: return notServed(status)
        case .status(let status):
            return wait(then: .watch, problem: "\(status)", atLeast: status.retryAfter)
        case .malformed(let error):
            // Watching on from here would bring the same bytes.
            position = nil
            return wait(then: .sync, problem: "\(error)")
        case .overflow: return syncAgain(problem: "events came faster than they were handled")
        }
    }

    /// Nothing of a first half is kept, and no version of it.
    private mutating func initialEventsEnded(_ end: TransferEnd) -> [Effect] {
        switch end {
        case .status(let status) where [400, 405, 406, 415, 422, 501].contains(status.code):
            usesWatchList = false
            return [.dropStage] + sync()
        case .status(let status) where status.code == 404: return notServed(status)
        case .status(let status):
            return [.dropStage] + wait(then: .sync, problem: "\(status)", atLeast: status.retryAfter)
        case .completed, .broken, .malformed, .overflow:
            countBrokenInitialEvents()
            return [.dropStage] + wait(then: .sync, problem: end.problem)
        }
    }

    private mutating func listEnded(_ end: TransferEnd, isFirstPage: Bool) -> [Effect] {
        switch end {
        // Reported as a page before; a list that ends without one was no list.
        case .completed, .broken, .malformed, .overflow:
            return [.dropStage] + wait(then: .sync, problem: end.problem)
        case .status(let status) where status.code == 404 && isFirstPage: return notServed(status)
        case .status(let status) where status.code == 410:
            // The pages took longer than the server keeps their state: all at once can't expire half-way.
            if !isFirstPage, limit != 0 {
                limit = 0
                return [.dropStage] + sync()
            }
            return [.dropStage] + wait(then: .sync, problem: "\(status)")
        case .status(let status):
            return [.dropStage] + wait(then: .sync, problem: "\(status)", atLeast: status.retryAfter)
        }
    }
}

extension Reflector.TransferEnd {
    /// One line for people.
    package var problem: String {
        switch self {
        case .completed: "the answer ended too early"
        case .status(let status): "\(status)"
        case .broken(let problem): problem
        case .malformed(let error): "\(error)"
        case .overflow: "events came faster than they were handled"
        }
    }
}
