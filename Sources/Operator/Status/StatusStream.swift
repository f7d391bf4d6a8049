internal import KubeAPI
internal import Reconcilers

/// The objects of ours as they change, by watches.
struct StatusStream: Sendable {
    /// Why the objects are looked at again.
    private enum Wake: Sendable {
        case change
        /// The user has enough.
        case signal
        case deadline
    }

    enum Ending: Sendable {
        /// What is looked for has come.
        case found
        case stopped
        case timeout
    }

    let client: KubeClient
    let choice: OwnObjects.Choice
    let signals: AsyncStream<Int32>
    /// Kinds that may not be read: they are left out.
    var unread: [OwnObjects.Unread] = []
    /// How often the objects are looked at although nothing has changed; `nil`: never.
    var pulse: Duration?
    /// `nil`: no end.
    var timeout: Duration?
    /// Told where the watch is lost: what was seen last may be old.
    var warn: @Sendable (String) -> Void = { _ in }

    /// Calls `isFound` with all objects, as soon as they are known and after each change, until it says so.
    ///
    /// - Throws: what `isFound` throws, `UsageError` for a kind that is none of ours.
    func follow(_ isFound: ([ObjectReport]) throws -> Bool) async throws -> Ending {
        let wakes = Mailbox<Wake>(capacity: .max)
        let informers = try OwnObjects.resources(choice.kind).map(\.type)
            .filter { type in !unread.contains { $0.kind == type.kind } }
            .map { informer(of: $0, wakes) }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            for informer in informers { group.addTask { try await informer.run() } }
            group.addTask {
                for informer in informers { try await informer.waitUntilSynced() }
                wakes.send(.change)
            }
            group.addTask { for await _ in signals { wakes.send(.signal) } }
            if let timeout {
                group.addTask {
                    try await Task.sleep(for: timeout)
                    wakes.send(.deadline)
                }
            }
            if let pulse {
                group.addTask {
                    while true {
                        try await Task.sleep(for: pulse)
                        wakes.send(.change)
                    }
                }
            }
            while true {
                let news = await wakes.next()
                try Task.checkCancellation()
                // Before that an object that was not listed yet would count as missing.
                if informers.allSatisfy(\.hasSynced), try isFound(reports(informers)) { return .found }
                for wake in news {
                    switch wake {
                    case .change: continue
                    case .signal: return .stopped
                    case .deadline: return .timeout
                    }
                }
            }
        }
    }

    private func informer(of type: ResourceType, _ wakes: Mailbox<Wake>) -> Informer {
        var options = InformerOptions()
        // A kind whose CRD is not installed has no objects.
        options.isOptional = true
        options.phaseChanged = { selection, phase in
            if case .behind(let problem) = phase { warn("\(selection): \(problem); what was shown last may be old") }
            wakes.send(.change)
        }
        let selection = Selection(
            type, namespace: type.isNamespaced ? choice.namespace : nil,
            fieldSelector: choice.name.map { "metadata.name=\($0)" })
        let informer = Informer(selection, source: client, options: options)
        informer.addHandler { _ in wakes.send(.change) }
        return informer
    }

    private func reports(_ informers: [Informer]) -> [ObjectReport] {
        informers.flatMap { $0.store.list() }.map { ObjectReport($0.dynamic()) }
            .sorted { ($0.kind, $0.key) < ($1.kind, $1.key) }
    }
}
