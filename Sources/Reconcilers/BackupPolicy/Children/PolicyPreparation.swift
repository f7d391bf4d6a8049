internal import KubeAPI

// The job that makes destinations ready. Two that make a repository in the same second spoil it for good, and a run that
// makes one where there was one before hides that it is gone: so one pod of a policy does it, once for each destination.
extension ResolvedPolicy {
    /// A job that is at work stays until it has ended, whatever is wanted by now: two at work at the same time could spoil a
    /// repository, and so could the end of one.
    func preparations() throws -> [DesiredChild] {
        let wanted = try preparation()
        guard let running = inputs.preparation, running.name != wanted?.object.name else {
            return [wanted].compactMap(\.self)
        }
        return [.held(.job, running)]
    }

    /// Its name changes with what it does, since what a job does can't be changed.
    private func preparation() throws -> DesiredChild? {
        let destinations = unprepared
        guard hasPods, !spec.suspend, !destinations.isEmpty else { return nil }
        let labels = [LabelKey.backupTask: BackupPolicy.prepareTask]
        let job: JSONValue = [
            "backoffLimit": 2,
            "activeDeadlineSeconds": .integer((Self.prepareSeconds + 120) * 3),
            // One that failed is made again after that.
            "ttlSecondsAfterFinished": 600,
            "template": [
                "metadata": ["labels": .strings(policy.childLabels.merging(labels) { $1 })],
                "spec": podSpec(
                    PodPlan(
                        containers: destinations.map(prepareContainer),
                        volumes: commonVolumes
                            + destinations.map { .secretVolume("to-\($0.name)", $0.credentials) })),
            ],
        ]
        let digest = ChildName.stableHash(String(decoding: job.canonicalBytes(), as: UTF8.self))
        return try DesiredChild(
            .job, of: policy, named: ChildName.joined(name, "-prepare-\(digest)", limit: 52),
            labels: labels, ["spec": job]
        ).held(holdsJobs)
    }

    func prepareContainer(_ destination: PolicyDestination) -> JSONValue {
        var plan = destinationPlan(for: destination, "prepare")
        // Policies that share a repository look at different times whether another one has made it.
        let isShared = destination.spec.restic != nil || destination.spec.borg != nil
        let expected = destination.expectedSources
        if !expected.isEmpty { plan.environment.append(("QM_EXPECTED_SOURCES", expected.joined(separator: "\n"))) }
        plan.environment.append(("QM_PREPARE_DELAY_SECONDS", String(isShared ? policy.spread(over: 45) : 0)))
        return container(
            BackupPolicy.prepareContainer(destination.name), plan,
            mounts: [.mount("to-\(destination.name)", at: "/credentials", isReadOnly: true)],
            secret: destination.credentials, deadline: Self.prepareSeconds, for: nil)
    }

    /// How long one attempt may take.
    private static let prepareSeconds: Int64 = 300
}
