internal import KubeAPI

extension PoolObservation {
    /// Adds what became of the nodes.
    mutating func add(_ nodes: NodeClaims.Outcome) {
        nodeFailures = nodes.failures
        heldBack += nodes.heldBack
        for index in regions.indices {
            guard let tally = nodes.tallies[regions[index].region.name] else { continue }
            regions[index].matched = tally.matched
            regions[index].claimed = tally.claimed
            regions[index].ready = tally.ready
            regions[index].conflicts = tally.conflicts
        }
    }

    /// Adds what became of the children.
    mutating func add(_ children: ChildWriter.Result) {
        inventory = children.inventory
        pruneFailures += children.pruneFailures
        heldBack += children.heldBack
        for failure in children.failures {
            guard let index = regions.firstIndex(where: { $0.region.name == failure.part }) else { continue }
            regions[index].failures.append(failure.failure)
        }
    }

    /// How the reconcile ends, once the status is written.
    ///
    /// - Throws: The first error that is worth trying again at once; the queue knows how.
    func outcome(after wait: Duration?) throws -> Outcome {
        let failures = nodeFailures + pruneFailures + regions.flatMap(\.failures)
        if let cause = failures.first(where: { $0.kind == .transient })?.cause { throw cause }
        let waits = failures.compactMap(\.retryAfter) + (wait.map { [$0] } ?? [])
        return waits.min().map(Outcome.requeue(after:)) ?? .done
    }
}
