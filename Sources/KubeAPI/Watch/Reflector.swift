/// Keeps a copy of a collection true: decides what to list, watch, wait for and take over.
///
/// A pure state machine. Whoever drives it executes the effects in their order and feeds back what happens; events of
/// transfers that have been cancelled must not be fed back. It knows no objects, only versions.
///
/// Source: Kubernetes API concepts, "Efficient detection of changes" and "Streaming lists"; client-go's reflector.
package struct Reflector {
    package enum Effect: Sendable, Hashable {
        case list(ListRequest)
        case watch(WatchRequest)
        case cancelTransfer
        /// Ring once after so long, in place of any earlier alarm.
        case alarm(after: Duration)
        /// What was staged is the collection now, at this version.
        case commitStage(resourceVersion: String)
        case dropStage
        /// The API is gone: nothing exists any more.
        case clear
        case report(Phase)
    }

    /// How the copy stands, for readiness and people.
    package enum Phase: Sendable, Hashable {
        /// Nothing has been taken over yet; the reason of the last failure, if there was one.
        case syncing(problem: String?)
        case live
        /// The copy is whole and may be behind; the watch is being re-established.
        case behind(problem: String)
        /// The server does not serve the type.
        case absent
    }

    package enum Input: Sendable, Hashable {
        case start
        /// A page is complete and its items are staged.
        case page(WatchDecoder.Page)
        /// WatchList has sent everything, and it is staged.
        case initialEventsEnd(resourceVersion: String)
        /// The server has accepted a watch that goes on from where the last one ended.
        case opened
        /// Nobody knows whether the watch is alive, and its silence can't be waited for; or waiting for the next attempt
        /// makes no sense any more.
        case renew
        /// Another reflector has reached the server: what waits since it could not be reached need not wait any longer.
        case reachable
        /// The server may present what is known in another way: everything is asked for again.
        case reload
        /// A watch has delivered an event or a bookmark.
        case moved(resourceVersion: String)
        case ended(TransferEnd)
        /// - `quiet`: since the transfer's last byte, or its start; `age`: since its start.
        case alarm(quiet: Duration, age: Duration)
    }

    /// How a transfer ended.
    package enum TransferEnd: Sendable, Hashable {
        case completed
        /// An answer that is no success, or an `ERROR` event.
        case status(StatusSummary)
        /// The server was not reached or the connection broke.
        case broken(String)
        case malformed(WatchDecodingError)
        /// The consumer was too slow, and the watch was given up rather than events lost.
        case overflow
    }

    private enum Step { case sync, watch }

    private enum State {
        case idle
        case listing(isFirstPage: Bool)
        case initialEvents
        /// - `isProbing`: the watch replaces a silent one, and the server has not answered it yet.
        case watching(hasMoved: Bool = false, isProbing: Bool = false)
        case waiting(Step)
    }

    /// What is known of the collection.
    private enum Standing {
        case unknown
        case copied(Copy)
        /// The server has said that it does not serve the type, and nothing else since.
        ///
        /// - `refusals`: how often in a row it was refused for want of rights.
        case absent(refusals: Int = 0)
    }

    private struct Copy {
        /// The highest version that was ever taken over; outlives the position, which 410 takes away.
        var newest: String
        /// Lists older than what is known, and 404s, each in a row.
        var olderLists = 0
        var absences = 0
    }

    private let policy: Policy
    private let random: @Sendable () -> Double
    private var state = State.idle
    private var standing = Standing.unknown
    /// From where to watch on; `nil` until something was taken over, and after 410.
    private var position: String?
    private var usesWatchList: Bool
    private var limit: Int
    /// The last transfer ended without an answer.
    private var isUnreachable = false
    private var attempt = 0
    /// Initial events that broke off, in a row.
    private var brokenInitialEvents = 0

    /// - Parameter random: numbers in 0 ..< 1, for jitter.
    package init(policy: Policy = Policy(), random: @escaping @Sendable () -> Double = { .random(in: 0..<1) }) {
        self.policy = policy
        self.random = random
        usesWatchList = policy.usesWatchList
        limit = policy.pageLimit
    }

    package mutating func handle(_ input: Input) -> [Effect] {
        switch (state, input) {
        case (.watching(let hasMoved, _), .moved(let version)):
            if !hasMoved { attempt = 0 }
            state = .watching(hasMoved: true)
            advance(to: version)
            return []
        case (.idle, .start): return [.report(.syncing(problem: nil))] + sync()
        // What happened meanwhile follows at once; where it is forgotten, 410 follows.
        case (.watching(let hasMoved, _), .opened):
            state = .watching(hasMoved: hasMoved)
            return [.report(.live)]
        case (.watching, .renew): return position == nil ? [] : [.cancelTransfer] + watch()
        case (.listing, .page(let page)): return take(page)
        case (.initialEvents, .initialEventsEnd(let version)):
            return commit(version, continuing: true)
        case (.waiting(let step), .alarm), (.waiting(let step), .renew):
            return step == .watch && position != nil ? watch() : sync()
        case (.waiting, .reachable) where isUnreachable:
            // Once: others follow the first, and each would begin the pause anew. All would come at once without one.
            // A server that has just come back may refuse for a moment, and the next delay must not be that of one that is away.
            (isUnreachable, attempt) = (false, 0)
            return [.alarm(after: policy.firstDelay * random())]
        case (.waiting, .reload): return sync()
        case (.watching, .reload), (.listing, .reload), (.initialEvents, .reload):
            return [.cancelTransfer, .dropStage] + sync()
        case (_, .alarm(let quiet, let age)): return checkSilence(quiet: quiet, age: age)
        case (_, .ended(let end)): return handleEnd(end)
        // Initial events move nothing before they are complete; the rest comes too late to matter.
        default: return []
        }
    }

    private mutating func sync() -> [Effect] {
        if usesWatchList {
            state = .initialEvents
            let request = WatchRequest(resourceVersion: nil, sendInitialEvents: true, timeout: watchTimeout())
            return [.watch(request), .alarm(after: policy.initialSilence)]
        }
        state = .listing(isFirstPage: true)
        return [.list(ListRequest(limit: limit)), .alarm(after: policy.silence)]
    }

    private mutating func watch(isProbing: Bool = false) -> [Effect] {
        state = .watching(isProbing: isProbing)
        let request = WatchRequest(resourceVersion: position, sendInitialEvents: false, timeout: watchTimeout())
        return [.watch(request), .alarm(after: isProbing ? policy.answer : policy.silence)]
    }

    /// Waits with growing, jittered delays; never less than the server asked for.
    private mutating func wait(then step: Step, problem: String, atLeast minimum: Duration? = nil) -> [Effect] {
        let growth = Double(1 << min(attempt, 16))
        attempt += 1
        let base = min(policy.firstDelay * growth, policy.longestDelay)
        let delay = max(base * (1 + random()), (minimum ?? .zero) * (1 + random() / 10))
        state = .waiting(step)
        return report(problem) + [.alarm(after: delay)]
    }

    /// Once at once; when that did not help, after a delay.
    private mutating func syncAgain(problem: String) -> [Effect] {
        position = nil
        guard attempt == 0 else { return wait(then: .sync, problem: problem) }
        attempt = 1
        return report(problem) + sync()
    }

    private func report(_ problem: String) -> [Effect] {
        switch standing {
        case .unknown: [.report(.syncing(problem: problem))]
        case .copied: [.report(.behind(problem: problem))]
        // A server that is down says nothing about what it serves.
        case .absent: []
        }
    }

    private mutating func take(_ page: WatchDecoder.Page) -> [Effect] {
        if let token = page.continueToken {
            state = .listing(isFirstPage: false)
            return [.list(ListRequest(limit: limit, continueToken: token)), .alarm(after: policy.silence)]
        }
        limit = policy.pageLimit
        return commit(page.resourceVersion, continuing: false)
    }

    private mutating func commit(_ version: String, continuing: Bool) -> [Effect] {
        // A list that is older than what was seen comes from a server that lags, and must not turn back time.
        // When they all say so, etcd has been restored from a backup, and they are right.
        if case .copied(var copy) = standing, ResourceVersion.isOlder(version, than: copy.newest),
            copy.olderLists < policy.olderListLimit
        {
            copy.olderLists += 1
            standing = .copied(copy)
            position = nil
            let effects: [Effect] = continuing ? [.cancelTransfer, .dropStage] : [.dropStage]
            return effects + wait(then: .sync, problem: "the server answers with an older state, \(version)")
        }
        standing = .copied(Copy(newest: version))
        brokenInitialEvents = 0
        position = version
        let effects: [Effect] = [.commitStage(resourceVersion: version), .report(.live)]
        guard continuing else { return effects + watch() }
        state = .watching()
        return effects + [.alarm(after: policy.silence)]
    }

    private mutating func advance(to version: String) {
        guard !version.isEmpty else { return }
        if let position, ResourceVersion.isOlder(version, than: position) { return }
        position = version
        guard case .copied(var copy) = standing else { return }
        copy.newest = version
        standing = .copied(copy)
    }

    private mutating func checkSilence(quiet: Duration, age: Duration) -> [Effect] {
        switch state {
        case .idle, .waiting: return []
        case .initialEvents:
            guard quiet >= policy.initialSilence || age >= policy.initialLimit else {
                return [.alarm(after: min(policy.initialSilence - quiet, policy.initialLimit - age))]
            }
            // The server does not know WatchList, or can't serve it now: a list brings the state for certain.
            usesWatchList = false
            return [.cancelTransfer, .dropStage] + sync()
        case .listing:
            guard quiet >= policy.silence else { return [.alarm(after: policy.silence - quiet)] }
            return [.cancelTransfer, .dropStage] + wait(then: .sync, problem: "the list stalled")
        case .watching(_, let isProbing):
            let limit = isProbing ? policy.answer : policy.silence
            guard quiet >= limit else { return [.alarm(after: limit - quiet)] }
            guard !isProbing else {
                isUnreachable = true
                return [.cancelTransfer] + wait(then: .watch, problem: "the server does not answer a watch")
            }
            return [.cancelTransfer] + watch(isProbing: true)
        }
    }

    /// Servers end watches at different times, so that they do not all come back at once.
    private func watchTimeout() -> Duration { .seconds(Int(300 + 300 * random())) }
}

// MARK: - Ends of transfers

extension Reflector {
    /// What follows the end of a transfer.
    private mutating func handleEnd(_ end: TransferEnd) -> [Effect] {
        let isBroken = if case .broken = end { true } else { false }
        if isUnreachable, !isBroken { attempt = 0 }
        isUnreachable = isBroken
        noteRefusal(end)
        switch state {
        case .idle, .waiting: return []
        case .watching(let hasMoved, _): return watchEnded(end, hasMoved: hasMoved)
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
            brokenInitialEvents += 1
            if brokenInitialEvents >= policy.brokenInitialEventsLimit { usesWatchList = false }
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

    /// A 404: the type is not served.
    private mutating func notServed(_ status: StatusSummary) -> [Effect] {
        guard case .copied(var copy) = standing else {
            standing = .absent()
            return [.dropStage, .report(.absent)] + wait(then: .sync, problem: "\(status)")
        }
        copy.absences += 1
        guard copy.absences >= policy.absenceLimit else {
            standing = .copied(copy)
            return [.dropStage] + wait(then: .sync, problem: "\(status)", atLeast: policy.absenceDelay)
        }
        (standing, position) = (.absent(), nil)
        return [.dropStage, .clear, .report(.absent)] + wait(then: .sync, problem: "\(status)")
    }

    /// Where an absent type is refused for want of rights it is there by now. A server that is still starting may refuse
    /// anybody, once.
    private mutating func noteRefusal(_ end: TransferEnd) {
        guard case .absent(let refusals) = standing, case .status(let status) = end, status.code == 403 else { return }
        standing = refusals == 0 ? .absent(refusals: 1) : .unknown
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
