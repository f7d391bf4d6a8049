package import KubeAPI

/// What the work of a run needs from the outside.
package struct RunContext {
    package var now: () -> Timestamp
    /// Tells somebody who reads the log what happens.
    package var say: (String) -> Void

    package init(now: @escaping () -> Timestamp, say: @escaping (String) -> Void) {
        self.now = now
        self.say = say
    }
}

extension ArtifactStore {
    /// What the store has of the series.
    ///
    /// - Throws: `RunFailure` where another cluster stores under the same name: each would delete what the other has stored.
    package func ownArtifacts() throws -> [Artifact] {
        let all = try list()
        if let foreign = all.first(where: { !series.isOwn($0.cluster) }), let cluster = foreign.cluster {
            throw RunFailure.foreign(cluster, series)
        }
        return all
    }
}

extension RunFailure {
    package static func foreign(_ cluster: String, _ series: Series) -> RunFailure {
        RunFailure(
            "the cluster \(cluster) stores there under the same name \(series.namespace).\(series.policy); "
                + "choose another prefix or repository, or take its artifacts over: takeOverFrom: \(cluster)",
            .foreignOwner)
    }

    package static let missing = RunFailure(
        "what held the artifacts is not there any more; nothing is made anew where backups were before. Look into the store; "
            + "if it is lost, give the destination another name", .destinationMissing)
}
