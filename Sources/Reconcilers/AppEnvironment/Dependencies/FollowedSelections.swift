internal import KubeAPI
internal import Synchronization

/// Informers that environments have for a time, each for a part of the cluster. What changes there wakes the environments that
/// follow it.
final class FollowedSelections: Sendable {
    private struct Followed {
        var informer: Informer
        var environments: Set<ObjectKey>
    }

    private let informers: InformerSet
    private let followed = Mutex<[Selection: Followed]>([:])
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
    func informer(_ selection: Selection) -> Informer? { followed.withLock { $0[selection]?.informer } }

    /// The informers of what an environment follows.
    func all(of environment: ObjectKey) -> [Informer] {
        followed.withLock { $0.values.filter { $0.environments.contains(environment) }.map(\.informer) }
    }

    /// Begins to follow these and nothing else; nothing happens with what is followed already.
    func follow(_ selections: Set<Selection>, for environment: ObjectKey) {
        // An informer that one environment asks for must not be let go by another in between.
        let added = followed.withLock { followed in
            for (selection, entry) in followed
            where entry.environments.contains(environment) && !selections.contains(selection) {
                followed[selection]?.environments.remove(environment)
                guard followed[selection]?.environments.isEmpty == true else { continue }
                followed[selection] = nil
                informers.release(selection)
            }
            return selections.compactMap { selection -> (Selection, Informer)? in
                if followed[selection]?.environments.insert(environment) != nil { return nil }
                // Not awaited: a right that is missing here must not stop every environment.
                let informer = informers.informer(
                    selection, isOptional: selection.type.isOptional, isAwaited: false, trim: trim)
                followed[selection] = Followed(informer: informer, environments: [environment])
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
        let environments = followed.withLock { $0[selection]?.environments ?? [] }
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
