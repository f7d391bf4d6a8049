internal import KubeAPI
internal import Synchronization

/// Informers that environments have for a time: one each, for a part of their namespace. What changes there wakes the
/// environment.
final class FollowedSelections: Sendable {
    private let informers: InformerSet
    private let followed = Mutex<[ObjectKey: Informer]>([:])
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

    /// The informer that an environment follows.
    func informer(of environment: ObjectKey) -> Informer? { followed.withLock { $0[environment] } }

    /// Begins to follow; nothing happens where it is followed already. Another selection takes the place of the one
    /// before.
    func follow(_ selection: Selection, for environment: ObjectKey) {
        if informer(of: environment)?.selection == selection { return }
        forget(environment)
        // Not awaited: a right that is missing here must not stop every environment.
        let informer = informers.informer(selection, isAwaited: false, trim: trim)
        followed.withLock { $0[environment] = informer }
        let wake = wake.withLock { $0 }
        informer.addHandler { _ in wake(environment) }
        informer.addServingHandler { _ in wake(environment) }
    }

    func forget(_ environment: ObjectKey) {
        guard let informer = followed.withLock({ $0.removeValue(forKey: environment) }) else { return }
        informers.release(informer.selection)
    }
}
