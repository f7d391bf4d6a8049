internal import KubeAPI

extension PoolObservation: KindObservation {
    /// Adds what became of the nodes.
    mutating func add(_ nodes: NodeClaims.Outcome) {
        nodeFailures = nodes.failures
        heldBack += nodes.heldBack
        ledgersSealed =
            nodes.isSealed || pool.status?.observedGeneration ?? 0 <= 0 || pool.status?.ledgersSealed == true
        lockOut = nodes.lockOut
        pendingTaints = nodes.pendingTaints
        for index in regions.indices {
            guard let tally = nodes.tallies[regions[index].region.name] else { continue }
            surroundings.carriedTaints[regions[index].region.name] = tally.carriedTaints
            regions[index].matched = tally.matched
            regions[index].claimed = tally.claimed
            regions[index].ready = tally.ready
            regions[index].unready = tally.unready.map { .init(name: $0) }
            regions[index].conflicts = tally.conflicts
        }
    }

    /// Adds what became of the children.
    mutating func add(_ children: ChildWriter.Result) {
        inventory = children.inventory
        pruneFailures += children.pruneFailures
        heldBack += children.heldBack
        missingMonitoring = children.monitoringFinding
        for failure in children.failures { add(failure.failure, to: failure.part) }
    }

    /// - Parameter part: a region, or the monitoring; what is about none of them is about the pool.
    mutating func add(_ failure: WriteFailure, to part: String) {
        if part == RegionalWorkerPool.monitoringPart { return monitoringFailures.append(failure) }
        guard let index = regions.firstIndex(where: { $0.region.name == part }) else { return failures.append(failure) }
        if failure.isAboutScaler {
            regions[index].scalerFailures.append(failure)
        } else {
            regions[index].failures.append(failure)
        }
    }

    /// Everything that could not be written.
    var allFailures: [WriteFailure] {
        nodeFailures + pruneFailures + failures + monitoringFailures
            + regions.flatMap { $0.failures + $0.scalerFailures }
    }
}

extension WriteFailure {
    private static let scalerTypes: [ResourceType] = [.horizontalPodAutoscaler, .scaledObject, .triggerAuthentication]

    /// Whether what scales the pods could not be written, and not the pods.
    var isAboutScaler: Bool { object.isOne(of: Self.scalerTypes) }
}
