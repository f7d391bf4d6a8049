internal import Synchronization

/// The informers of a process, one for each selection, shared by all who ask for it.
package final class InformerSet: Sendable {
    private let source: any ListWatchSource
    private let options: InformerOptions
    /// By type: a look-up of an object asks for those of its type.
    private let shared = Mutex<[ResourceType: [Selection: Informer]]>([:])
    private let added = Mailbox<Informer>(capacity: .max)

    package init(source: any ListWatchSource, options: InformerOptions = InformerOptions()) {
        self.source = source
        self.options = options
    }

    /// The informer of a selection; made, and started where the set runs, when it is asked for first.
    ///
    /// - Parameters:
    ///   - indexers: added to those the informer has. Only possible before its first object has come.
    ///   - isOptional: whether the type may be missing; the first who asks decides.
    ///   - isAwaited: whether readiness and `waitUntilSynced` wait for it; the first who asks decides.
    ///   - trim: what is kept of an object; the first who asks decides.
    ///   - predecessor: has synced before this one asks for its objects; the first who asks decides.
    package func informer(
        _ selection: Selection, indexers: [Indexer] = [], isOptional: Bool = false, isAwaited: Bool = true,
        trim: InformerOptions.Trim? = nil, after predecessor: Informer? = nil
    ) -> Informer {
        let (informer, isNew) = shared.withLock { shared in
            if let informer = shared[selection.type]?[selection] { return (informer, false) }
            var options = options
            options.isOptional = isOptional
            options.isAwaited = isAwaited
            options.trim = trim
            options.predecessor = predecessor
            options.serverAnswered = { [weak self] in self?.noteReachable() }
            let informer = Informer(selection, source: source, indexers: indexers, options: options)
            shared[selection.type, default: [:]][selection] = informer
            return (informer, true)
        }
        if isNew { added.send(informer) } else { informer.store.add(indexers) }
        return informer
    }

    /// Stops the informer of a selection, for a part of the cluster that is of no interest any more. Who asks for the
    /// selection again gets a new one.
    package func release(_ selection: Selection) {
        shared.withLock { $0[selection.type]?.removeValue(forKey: selection) }?.stop()
    }

    /// Runs all informers, those that are asked for later too, until the task is cancelled. Once in the set's life.
    ///
    /// - Throws: `CancellationError`.
    package func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            while true {
                let informers = await added.next()
                try Task.checkCancellation()
                for informer in informers {
                    group.addTask { try await informer.run() }
                }
            }
        }
    }

    /// Somebody has reached the server again: informers that could not ask it soon. They wait for longer the longer it was away.
    package func noteReachable() {
        for informer in informers where informer.problem != nil || informer.phase == .absent {
            informer.noteReachable()
        }
    }

    package var informers: [Informer] { shared.withLock { $0.values.flatMap(\.values) } }

    /// Those of a type.
    func informers(of type: ResourceType) -> [Informer] { shared.withLock { $0[type].map { Array($0.values) } ?? [] } }

    private var awaited: [Informer] { informers.filter(\.options.isAwaited) }

    /// The informers that have not synced, or lost their watch, with the reason; one line each, sorted.
    package var behind: [String] {
        awaited.compactMap { informer in
            informer.problem.map { "\(informer.selection): \($0)" }
        }.sorted()
    }

    /// What is wrong with each informer that has not synced, or lost its watch, by what it selects; those that nobody waits for
    /// too.
    package var problems: [String: String] {
        informers.reduce(into: [:]) { problems, informer in
            problems["\(informer.selection)"] = informer.problem
        }
    }

    /// - Throws: `CancellationError` where the task is cancelled first.
    package func waitUntilSynced() async throws {
        for informer in awaited { try await informer.waitUntilSynced() }
    }

    /// Makes sure that the caches are true now: each informer that has not heard of the server in the last second watches
    /// anew, and is waited for. For a process that has just become the leader: it may have been cut off without being
    /// told, and would undo what the leader before it has done.
    ///
    /// - Parameter limit: not longer than this, since stale caches are better than nobody's work.
    /// - Throws: `CancellationError` where the task is cancelled first.
    package func catchUp(within limit: Duration) async throws {
        let elapsed = stopwatch(options.clock)
        let stale = awaited.filter { $0.problem != nil || $0.staleness ?? .zero >= .seconds(1) }
        guard !stale.isEmpty else { return }
        var nextRenewal = Duration.zero
        while elapsed() < limit {
            let behind = stale.filter { $0.problem != nil || $0.staleness ?? limit > elapsed() }
            if behind.isEmpty { break }
            if elapsed() >= nextRenewal {
                for informer in behind { informer.renew() }
                // A stream may have been put on a connection that is dead too.
                nextRenewal = elapsed() + .seconds(5)
            }
            try await options.clock.sleep(for: .milliseconds(20))
        }
        // What was missed follows the heads of the new streams.
        try await options.clock.sleep(for: .milliseconds(100))
    }
}

extension Informer {
    /// Why the store may not be true, in a few words; `nil` while it is.
    package var problem: String? {
        switch phase {
        case .live: nil
        case .syncing(let problem): problem ?? "waiting for the first list"
        case .behind(let problem): problem
        case .absent: options.isOptional ? nil : "not served by the API server: is its CRD installed?"
        }
    }
}
