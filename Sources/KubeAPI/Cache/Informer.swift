internal import Synchronization

/// Keeps a store true to a selection of objects, and tells handlers what changes.
///
/// ```swift
/// let informer = Informer(Selection(.pod), source: client)
/// informer.addHandler { event in queue.add(event.key) }
/// try await informer.run() // until the task is cancelled
/// ```
package final class Informer: Sendable {
    package typealias Handler = @Sendable (InformerEvent) -> Void

    fileprivate struct State {
        var handlers: [Registration] = []
        var phase = Reflector.Phase.syncing(problem: nil)
        var isServed = false
        var servingHandlers: [@Sendable (Bool) -> Void] = []
        var isRunning = false
        var hasSynced = false
        var waiters: [Int: CheckedContinuation<Void, any Error>] = [:]
        var lastWaiter = 0
        var reloads = (wanted: 0, done: 0)
        var sinceContact: (@Sendable () -> Duration)?
        /// The version that our last write of an object has made.
        var ownVersions: [ObjectKey: String] = [:]
    }

    fileprivate struct Registration {
        var handler: Handler
        /// False until a late handler has been told what is there: it would hear of changes to what it does not know.
        var isCurrent: Bool
    }

    package let selection: Selection
    package let store: Store
    let source: any ListWatchSource
    let options: InformerOptions
    let mailbox: Mailbox<InformerLoop.Message>
    private let state = Mutex(State())

    package init(
        _ selection: Selection, source: any ListWatchSource, indexers: [Indexer] = [],
        options: InformerOptions = InformerOptions()
    ) {
        self.selection = selection
        self.source = source
        self.options = options
        store = Store(indexers: indexers)
        mailbox = Mailbox(capacity: options.eventLimit)
    }

    /// Lists and watches until the task is cancelled or `stop` is called. Faults of the server are waited out, never thrown.
    ///
    /// - Throws: `CancellationError`.
    /// - Precondition: it does not run already.
    package func run() async throws {
        let wasRunning = state.withLock { state in
            defer { state.isRunning = true }
            return state.isRunning
        }
        precondition(!wasRunning, "the informer of \(selection) runs already")
        defer { state.withLock { $0.isRunning = false } }
        try await options.predecessor?.waitUntilSynced()
        let alarm = Alarm(clock: options.clock)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [mailbox] in
                await alarm.run { setting in mailbox.send(.alarm(setting: setting)) }
                try Task.checkCancellation()
            }
            group.addTask {
                var loop = InformerLoop(self, alarm: alarm)
                try await loop.run()
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Ends `run`, now or as soon as it begins. For good: the store does not follow the server any more.
    package func stop() { mailbox.send(.stop) }

    /// Watches anew from where it is, on another stream; what waits for its next attempt makes it at once.
    package func renew() { mailbox.send(.renew) }

    /// The server can be reached: where it could not before, it is asked soon.
    func noteReachable() { mailbox.send(.reachable) }

    /// Asks for all objects again and takes over what the server says of them now, also of versions that are known: it
    /// may present the same version in another way, as it does when a CRD has changed. No handler hears of those.
    package func reload() {
        state.withLock { $0.reloads.wanted += 1 }
        mailbox.send(.reload)
    }

    /// Whether the objects of the last `reload` are still to come.
    package var isReloading: Bool { state.withLock { $0.reloads.done < $0.reloads.wanted } }

    /// Calls the handler for each change, on the informer's task and one at a time: it must return soon.
    ///
    /// A handler that comes when the informer has synced first gets what the store has, as the initial list.
    package func addHandler(_ handler: @escaping Handler) {
        let isLate = state.withLock { state in
            state.handlers.append(Registration(handler: handler, isCurrent: !state.isRunning))
            return state.isRunning
        }
        if isLate { mailbox.send(.handlerAdded) }
    }

    /// Whether the server has this type, as far as is known: from the first list until the type is gone for good.
    package var isServed: Bool { state.withLock { $0.isServed } }

    /// Calls the handler where the type begins or ceases to be served, on the informer's task: it must return soon.
    package func addServingHandler(_ handler: @escaping @Sendable (Bool) -> Void) {
        state.withLock { $0.servingHandlers.append(handler) }
    }

    /// How the store stands against the server.
    package var phase: Reflector.Phase { state.withLock { $0.phase } }

    /// True when the store has been filled, and handlers have been told of all that was there. Stays true while the
    /// watch is interrupted; an optional type that is not served counts as synced, and empty.
    package var hasSynced: Bool { state.withLock { $0.hasSynced } }

    /// Since the server last said anything about these objects; `nil` before it did. A minute is usual for a quiet type.
    package var staleness: Duration? { state.withLock { $0.sinceContact }?() }

    /// - Throws: `CancellationError` where the task is cancelled first.
    package func waitUntilSynced() async throws {
        let id = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome: Result<Void, any Error>? = state.withLock { state in
                    if state.hasSynced { return .success(()) }
                    if Task.isCancelled { return .failure(CancellationError()) }
                    state.waiters[id] = continuation
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume(throwing: CancellationError())
        }
    }

    /// Shows the answer of one of our writes to readers until the watch has brought it. No handler is called for it.
    package func recordWrite(_ object: DynamicObject) {
        let fit = selection.contains(object)
        if case .never = fit { return }
        state.withLock { $0.ownVersions[object.key] = object.resourceVersion }
        switch fit {
        case .never: return
        case .unknown where store.get(object.key) == nil: return
        case .yes, .unknown: store.recordWrite(CachedObject(object))
        case .notNow: store.recordWrite(CachedObject(object), isSelected: false)
        }
    }

    /// Whether a write of ours has made this very version. False also where its answer is yet to come: the watch may
    /// be faster.
    package func isOwnWrite(_ object: CachedObject) -> Bool {
        state.withLock { $0.ownVersions[object.key] == object.resourceVersion }
    }

    /// Hides an object that we have deleted until the watch says so too.
    ///
    /// Where the server answers with the object, since finalizers or a grace period keep it, that answer is a write.
    package func recordDeletion(_ key: ObjectKey, uid: String) { store.recordDeletion(key, uid: uid) }
}

// MARK: What the loop tells

extension Informer {
    func emit(_ events: [InformerEvent]) {
        guard !events.isEmpty else { return }
        let handlers = state.withLock { state in state.handlers.filter(\.isCurrent).map(\.handler) }
        for event in events {
            for handler in handlers { handler(event) }
            if case .deleted = event { state.withLock { _ = $0.ownVersions.removeValue(forKey: event.key) } }
        }
    }

    /// Tells late handlers what is there; from then on they hear of every change.
    func welcomeHandlers() {
        let handlers = state.withLock { state in
            let late = state.handlers.filter { !$0.isCurrent }.map(\.handler)
            for index in state.handlers.indices { state.handlers[index].isCurrent = true }
            return late
        }
        guard !handlers.isEmpty else { return }
        for object in store.watchedObjects() {
            for handler in handlers { handler(.added(object, isInitialList: true)) }
        }
    }

    var wantedReloads: Int { state.withLock { $0.reloads.wanted } }

    func noteReload(_ number: Int) { state.withLock { $0.reloads.done = number } }

    func noteContact() {
        let elapsed = stopwatch(options.clock)
        state.withLock { $0.sinceContact = elapsed }
    }

    func enter(_ phase: Reflector.Phase) {
        let news = state.withLock { state in state.enter(phase, isOptional: options.isOptional) }
        for waiter in news.waiters { waiter.resume() }
        for handler in news.servingHandlers { handler(news.isServed) }
        // An absent type is asked for again and again; that it is still absent is no news.
        guard news.isChange else { return }
        options.phaseChanged(selection, phase)
        if phase == .live { options.serverAnswered() }
    }
}

extension Informer.State {
    /// Whom a change of phase has to be told.
    fileprivate struct News {
        var isChange: Bool
        var isServed: Bool
        var waiters: [CheckedContinuation<Void, any Error>] = []
        var servingHandlers: [@Sendable (Bool) -> Void] = []
    }

    fileprivate mutating func enter(_ phase: Reflector.Phase, isOptional: Bool) -> News {
        let (oldPhase, wasServed) = (self.phase, isServed)
        self.phase = phase
        switch phase {
        case .live, .behind: (hasSynced, isServed) = (true, true)
        case .absent: (hasSynced, isServed) = (isOptional, false)
        case .syncing: break
        }
        var news = News(isChange: phase != oldPhase, isServed: isServed)
        if wasServed != isServed { news.servingHandlers = servingHandlers }
        if hasSynced {
            news.waiters = Array(waiters.values)
            waiters = [:]
        }
        return news
    }
}
