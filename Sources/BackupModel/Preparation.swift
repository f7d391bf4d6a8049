/// Makes a destination ready for its first artifacts.
///
/// Two that make a repository in the same second spoil it for good, and no store has a lock before there is a repository. So
/// one pod of a policy does it and no run; those of policies that share a repository wait for different times, and look again.
package struct Preparation {
    private let store: any ArtifactStore
    private let context: RunContext

    package init(of store: any ArtifactStore, _ context: RunContext) {
        self.store = store
        self.context = context
    }

    /// - Parameters:
    ///   - patience: how long another one may make it first.
    ///   - expected: sources of which runs have stored here; where nothing is left of them the store is lost, and is not made
    ///     anew.
    ///   - sleep: waits.
    package func run(
        patience: Duration, expecting expected: [String] = [], sleep: (Duration) throws -> Void
    ) throws {
        var left = patience
        while try !store.isPresent() {
            guard left > .zero else {
                guard try expected.isEmpty || holdsArtifacts(of: expected) else { throw RunFailure.missing }
                context.say("making it, since nothing is there")
                try store.create()
                guard try store.isPresent() else {
                    throw RunFailure("it was made, and is not there afterwards; look into the store")
                }
                break
            }
            let step = min(left, .seconds(5))
            try sleep(step)
            left -= step
        }
        context.say("the destination is ready")
    }

    private func holdsArtifacts(of sources: [String]) throws -> Bool {
        guard store.mayHoldUnmarked else { return false }
        return try sources.contains { source in
            store.series.source = source
            return try !store.list().isEmpty
        }
    }
}
