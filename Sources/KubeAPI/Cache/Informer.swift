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

    private struct State {
        var handlers: [(id: Int, handler: Handler)] = []
        var lastHandler = 0
        var phase = Reflector.Phase.syncing(problem: nil)
        var isRunning = false
        var hasSynced = false
        var waiters: [Int: CheckedContinuation<Void, any Error>] = [:]
        var lastWaiter = 0
        var sinceContact: (@Sendable () -> Duration)?
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

    /// Lists and watches until the task is cancelled. Faults of the server are waited out, never thrown.
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

    /// Calls the handler for each change, on the informer's task and one at a time: it must return soon.
    ///
    /// A handler that comes when the informer has synced first gets what the store has, as the initial list.
    package func addHandler(_ handler: @escaping Handler) {
        let lateID: Int? = state.withLock { state in
            state.lastHandler += 1
            // Until its replay it hears nothing: it would see updates of objects it has not been told of.
            guard !state.isRunning else {
                let id = state.lastHandler
                state.handlers.append((id: -id, handler: handler))
                return id
            }
            state.handlers.append((id: state.lastHandler, handler: handler))
            return nil
        }
        if let lateID { mailbox.send(.handlerAdded(lateID)) }
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
        if let namespace = selection.namespace, namespace != object.namespace { return }
        let isSelected = selection.labelSelector?.matches(object.labels) ?? true
        store.recordWrite(CachedObject(object), isSelected: isSelected)
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
        let handlers = state.withLock { state in state.handlers.filter { $0.id > 0 }.map(\.handler) }
        for event in events {
            for handler in handlers { handler(event) }
        }
    }

    func replay(to id: Int) {
        let handler: Handler? = state.withLock { state in
            guard let index = state.handlers.firstIndex(where: { $0.id == -id }) else { return nil }
            state.handlers[index].id = id
            return state.handlers[index].handler
        }
        guard let handler else { return }
        for object in store.watchedObjects() { handler(.added(object, isInitialList: true)) }
    }

    func noteContact() {
        let elapsed = stopwatch(options.clock)
        state.withLock { $0.sinceContact = elapsed }
    }

    func enter(_ phase: Reflector.Phase) {
        let waiters = state.withLock { state in
            state.phase = phase
            switch phase {
            case .live, .behind: state.hasSynced = true
            case .absent: state.hasSynced = options.isOptional
            case .syncing: break
            }
            guard state.hasSynced else { return [CheckedContinuation<Void, any Error>]() }
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume() }
        options.phaseChanged(selection, phase)
    }
}
