internal import KubeAPI

// The job that makes destinations ready. Two that make a repository in the same second spoil it for good, and a run that
// makes one where there was one before hides that it is gone: so one pod of a policy does it, once for each destination.
extension BackupPolicy {
    static func prepareContainer(_ destination: String) -> String { "prepare-\(destination)" }

    /// The value of `LabelKey.backupTask`.
    static let prepareTask = "prepare"

    /// Those that are not known to be ready where they are.
    var unprepared: [Destination] { spec.destinations.filter { known($0).preparedTime == nil } }

    /// What the status says of a destination; nothing of one that was somewhere else.
    func known(_ destination: Destination) -> DestinationStatus {
        let place = ChildName.stableHash(place(of: destination).map { "\($0)=\($1)" }.joined(separator: "\n"))
        if let known = status?.destination(destination.name), known.place == place { return known }
        var new = DestinationStatus(name: destination.name)
        new.place = place
        return new
    }

    /// The sources of which a run has succeeded at a destination that is not known to be ready: an operator of a former version
    /// has recorded no more than that. What a move to another place began with is not there.
    func expectedSources(at destination: Destination) -> [String] {
        let entry = status?.destination(destination.name)
        guard entry == nil || entry?.place == known(destination).place else { return [] }
        let stored = (status?.targets ?? []).filter { target in
            guard target.destination == destination.name, let success = target.lastSuccessTime else { return false }
            return entry?.movedTime.map { success > $0 } ?? true
        }
        return stored.map(\.source).sorted()
    }

    /// Its name changes with what it does, since what a job does can't be changed.
    func prepareJob() throws -> DesiredChild? {
        let destinations = unprepared
        guard !spec.suspend, !destinations.isEmpty else { return nil }
        let labels = [LabelKey.backupTask: Self.prepareTask]
        let job: JSONValue = [
            "backoffLimit": 2,
            "activeDeadlineSeconds": .integer((Self.prepareSeconds + 120) * 3),
            // One that failed is made again after that.
            "ttlSecondsAfterFinished": 600,
            "template": [
                "metadata": ["labels": .strings(childLabels.merging(labels) { $1 })],
                "spec": podSpec(
                    PodPlan(
                        containers: destinations.map(prepareContainer),
                        volumes: commonVolumes
                            + destinations.map { .secretVolume("to-\($0.name)", $0.credentialsSecretRef.name) })),
            ],
        ]
        let digest = ChildName.stableHash(String(decoding: job.canonicalBytes(), as: UTF8.self))
        return try DesiredChild(
            .job, of: self, named: ChildName.joined(metadata.name ?? "", "-prepare-\(digest)", limit: 52),
            labels: labels, ["spec": job])
    }

    func prepareContainer(_ destination: Destination) -> JSONValue {
        var plan = destinationPlan(for: destination, "prepare")
        // Policies that share a repository look at different times whether another one has made it.
        let isShared = destination.restic != nil || destination.borg != nil
        let expected = expectedSources(at: destination)
        if !expected.isEmpty { plan.environment.append(("QM_EXPECTED_SOURCES", expected.joined(separator: "\n"))) }
        plan.environment.append(("QM_PREPARE_DELAY_SECONDS", String(isShared ? spread(over: 45) : 0)))
        return container(
            Self.prepareContainer(destination.name), plan,
            mounts: [.mount("to-\(destination.name)", at: "/credentials", isReadOnly: true)],
            secret: destination.credentialsSecretRef.name, deadline: Self.prepareSeconds, for: nil)
    }

    /// How long one attempt may take.
    private static let prepareSeconds: Int64 = 300

    /// A number below `limit`, always the same for one policy, so that several of them spread.
    func spread(over limit: Int) -> Int {
        let name = "\(metadata.namespace ?? "")/\(metadata.name ?? "")"
        return ChildName.stableHash(name).utf8.reduce(0) { ($0 * 31 + Int($1)) % 1_000_003 } % limit
    }
}
