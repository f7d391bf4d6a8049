internal import KubeAPI
internal import Synchronization

/// Informers that environments have for a time, each for a part of the cluster. What changes there wakes the environments that
/// follow it.
final class FollowedSelections: Sendable {
    private struct State {
        var informers: [Selection: Informer] = [:]
        var followers: [Selection: Set<ObjectKey>] = [:]
        var selections: [ObjectKey: Set<Selection>] = [:]
    }

    private let informers: InformerSet
    private let state = Mutex(State())
    private let wake = Mutex<@Sendable (ObjectKey) -> Void>({ _ in })

    private let trim: InformerOptions.Trim?

    /// - Parameter trim: what is kept of an object; `nil`: everything.
    init(_ informers: InformerSet, trim: InformerOptions.Trim? = nil) {
        self.informers = informers
        self.trim = trim
    }

    func wake(_ controller: Controller) {
        wake.withLock { wake in wake = { [weak controller] in controller?.enqueue($0) } }
    }

    /// The informer of the one selection that an environment follows.
    func informer(of environment: ObjectKey) -> Informer? { all(of: environment).first }

    /// The informer of a selection that somebody follows.
    func informer(_ selection: Selection) -> Informer? { state.withLock { $0.informers[selection] } }

    /// The informers of what an environment follows.
    func all(of environment: ObjectKey) -> [Informer] {
        state.withLock { state in (state.selections[environment] ?? []).compactMap { state.informers[$0] } }
    }

    /// Begins to follow these and nothing else; nothing happens with what is followed already.
    func follow(_ selections: Set<Selection>, for environment: ObjectKey) {
        let added = state.withLock { state -> [(Selection, Informer)] in
            let before = state.selections[environment] ?? []
            guard before != selections else { return [] }
            state.selections[environment] = selections.isEmpty ? nil : selections
            // Both under the lock: what one environment lets go of another may ask for.
            for selection in before.subtracting(selections) {
                state.followers[selection]?.remove(environment)
                guard state.followers[selection]?.isEmpty == true else { continue }
                state.followers[selection] = nil
                state.informers[selection] = nil
                informers.release(selection)
            }
            return selections.subtracting(before).compactMap { selection in
                state.followers[selection, default: []].insert(environment)
                guard state.informers[selection] == nil else { return nil }
                // Not awaited: a right that is missing here must not stop every environment.
                let informer = informers.informer(
                    selection, isOptional: selection.type.isOptional, isAwaited: false, trim: trim)
                state.informers[selection] = informer
                return (selection, informer)
            }
        }
        for (selection, informer) in added {
            informer.addHandler { [weak self] _ in self?.wakeFollowers(of: selection) }
            informer.addServingHandler { [weak self] _ in self?.wakeFollowers(of: selection) }
        }
    }

    func forget(_ environment: ObjectKey) { follow([], for: environment) }

    private func wakeFollowers(of selection: Selection) {
        let environments = state.withLock { $0.followers[selection] ?? [] }
        let wake = wake.withLock { $0 }
        for environment in environments { wake(environment) }
    }
}

extension Sequence<Informer> {
    /// Waits a moment for the first look at each: after a start of the operator nothing must seem to be lost, and nothing be said
    /// that is taken back a moment later.
    func waitUntilSynced(_ time: TimeSource, within limit: Duration = .seconds(5)) async {
        let watched = filter { $0.phase == .syncing(problem: nil) }
        guard !watched.isEmpty else { return }
        await withTaskGroup { group in
            group.addTask { for informer in watched { try? await informer.waitUntilSynced() } }
            group.addTask { try? await time.sleep(for: limit) }
            await group.next()
            group.cancelAll()
        }
    }
}
