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

    enum Step { case sync, watch }

    enum State {
        case idle
        case listing(isFirstPage: Bool)
        case initialEvents
        case watching(hasMoved: Bool)
        case waiting(Step)
    }

    let policy: Policy
    private let random: @Sendable () -> Double
    var state = State.idle
    /// From where to watch on; `nil` until something was taken over, and after 410.
    var position: String?
    /// The highest version that was ever taken over; outlives the position, which 410 takes away.
    private var newest: String?
    var usesWatchList: Bool
    var limit: Int
    var hasCommitted = false
    /// The server has said that it does not serve the type, and nothing else since.
    private var isAbsent = false
    /// How often in a row an absent type was refused for want of rights.
    private var refusals = 0
    /// The watch replaces a silent one, and the server has not answered it yet.
    private var isProbing = false
    /// The last transfer ended without an answer.
    var isUnreachable = false
    var attempt = 0
    /// Initial events that broke off, lists older than what is known, and 404s, each in a row.
    private var brokenInitialEvents = 0
    private var olderLists = 0
    private var absences = 0

    /// - Parameter random: numbers in 0 ..< 1, for jitter.
    package init(policy: Policy = Policy(), random: @escaping @Sendable () -> Double = { .random(in: 0..<1) }) {
        self.policy = policy
        self.random = random
        usesWatchList = policy.usesWatchList
        limit = policy.pageLimit
    }

    package mutating func handle(_ input: Input) -> [Effect] {
        switch (state, input) {
        case (.watching(let hasMoved), .moved(let version)):
            if !hasMoved {
                state = .watching(hasMoved: true)
                attempt = 0
            }
            isProbing = false
            advance(to: version)
            return []
        case (.idle, .start): return [.report(.syncing(problem: nil))] + sync()
        // What happened meanwhile follows at once; where it is forgotten, 410 follows.
        case (.watching, .opened):
            isProbing = false
            return [.report(.live)]
        case (.watching, .renew): return position == nil ? [] : [.cancelTransfer] + watch()
        case (.listing, .page(let page)): return take(page)
        case (.initialEvents, .initialEventsEnd(let version)):
            state = .watching(hasMoved: false)
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

    // MARK: Steps

    mutating func sync() -> [Effect] {
        if usesWatchList {
            state = .initialEvents
            let request = WatchRequest(resourceVersion: nil, sendInitialEvents: true, timeout: watchTimeout())
            return [.watch(request), .alarm(after: policy.initialSilence)]
        }
        state = .listing(isFirstPage: true)
        return [.list(ListRequest(limit: limit)), .alarm(after: policy.silence)]
    }

    mutating func watch() -> [Effect] {
        state = .watching(hasMoved: false)
        isProbing = false
        let request = WatchRequest(resourceVersion: position, sendInitialEvents: false, timeout: watchTimeout())
        return [.watch(request), .alarm(after: policy.silence)]
    }

    /// Waits with growing, jittered delays; never less than the server asked for.
    mutating func wait(then step: Step, problem: String, atLeast minimum: Duration? = nil) -> [Effect] {
        let growth = Double(1 << min(attempt, 16))
        attempt += 1
        let base = min(policy.firstDelay * growth, policy.longestDelay)
        let delay = max(base * (1 + random()), (minimum ?? .zero) * (1 + random() / 10))
        state = .waiting(step)
        let phase: Phase = hasCommitted ? .behind(problem: problem) : .syncing(problem: problem)
        // A server that is down says nothing about what it serves.
        return isAbsent ? [.alarm(after: delay)] : [.report(phase), .alarm(after: delay)]
    }

    /// Once at once; when that did not help, after a delay.
    mutating func syncAgain(problem: String) -> [Effect] {
        position = nil
        guard attempt == 0 else { return wait(then: .sync, problem: problem) }
        attempt = 1
        let phase: Phase = hasCommitted ? .behind(problem: problem) : .syncing(problem: problem)
        return [.report(phase)] + sync()
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
        if hasCommitted, let newest, ResourceVersion.isOlder(version, than: newest), olderLists < policy.olderListLimit
        {
            olderLists += 1
            position = nil
            let effects: [Effect] = continuing ? [.cancelTransfer, .dropStage] : [.dropStage]
            return effects + wait(then: .sync, problem: "the server answers with an older state, \(version)")
        }
        (olderLists, brokenInitialEvents, absences) = (0, 0, 0)
        (hasCommitted, isAbsent, isProbing) = (true, false, false)
        position = version
        newest = version
        let effects: [Effect] = [.commitStage(resourceVersion: version), .report(.live)]
        return effects + (continuing ? [.alarm(after: policy.silence)] : watch())
    }

    private mutating func advance(to version: String) {
        guard !version.isEmpty else { return }
        if let position, ResourceVersion.isOlder(version, than: position) { return }
        position = version
        newest = version
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
        case .watching:
            let limit = isProbing ? policy.answer : policy.silence
            guard quiet >= limit else { return [.alarm(after: limit - quiet)] }
            guard !isProbing else {
                isUnreachable = true
                return [.cancelTransfer] + wait(then: .watch, problem: "the server does not answer a watch")
            }
            let effects = watch().filter { if case .alarm = $0 { false } else { true } }
            isProbing = true
            return [.cancelTransfer] + effects + [.alarm(after: policy.answer)]
        }
    }

    mutating func countBrokenInitialEvents() {
        brokenInitialEvents += 1
        if brokenInitialEvents >= policy.brokenInitialEventsLimit { usesWatchList = false }
    }

    /// A 404: the type is not served.
    mutating func notServed(_ status: StatusSummary) -> [Effect] {
        refusals = 0
        guard hasCommitted else {
            isAbsent = true
            return [.dropStage, .report(.absent)] + wait(then: .sync, problem: "\(status)")
        }
        absences += 1
        guard absences >= policy.absenceLimit else {
            return [.dropStage] + wait(then: .sync, problem: "\(status)", atLeast: policy.absenceDelay)
        }
        (hasCommitted, position, newest, absences, isAbsent) = (false, nil, nil, 0, true)
        return [.dropStage, .clear, .report(.absent)] + wait(then: .sync, problem: "\(status)")
    }

    /// Where an absent type is refused for want of rights it is there by now. A server that is still starting may refuse
    /// anybody, once.
    mutating func noteRefusal(_ end: TransferEnd) {
        guard isAbsent, case .status(let status) = end, status.code == 403 else { return }
        refusals += 1
        if refusals > 1 { isAbsent = false }
    }

    /// Servers end watches at different times, so that they do not all come back at once.
    private func watchTimeout() -> Duration { .seconds(Int(300 + 300 * random())) }
}
