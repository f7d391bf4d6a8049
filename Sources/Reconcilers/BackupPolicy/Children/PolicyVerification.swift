internal import KubeAPI

// The jobs that look at what is stored.
extension ResolvedPolicy {
    /// One container for each destination.
    func checks() throws -> [DesiredChild] {
        guard let schedule = spec.verification.checkSchedule, !destinations.isEmpty else { return [] }
        let job = try cronJob(
            named: policy.checkName, labels: [LabelKey.backupTask: VerificationRun.Task.check.label],
            schedule: schedule,
            PodPlan(
                initContainers: notifier(
                    of: "check", first: [], last: destinations.map { BackupPolicy.checkContainer($0.name) }, for: nil),
                containers: destinations.map(checkContainer),
                volumes: commonVolumes + notifierVolumes
                    + destinations.map { .secretVolume("to-\($0.name)", $0.credentials) }))
        return [job]
    }

    private func checkContainer(_ destination: PolicyDestination) -> JSONValue {
        var plan = destinationPlan(for: destination, "check")
        plan.environment += [
            ("QM_SOURCES", policy.ownSources.map(\.name).joined(separator: "\n")),
            ("QM_CHECK_PART", String(destination.known.nextCheckPart)),
        ]
        return container(
            BackupPolicy.checkContainer(destination.name), plan,
            mounts: [.mount("to-\(destination.name)", at: "/credentials", isReadOnly: true)],
            secret: destination.credentials, isReported: true, for: nil)
    }

    func drills() throws -> [DesiredChild] {
        try policy.drillSources.filter { refused[$0.name] == nil }.compactMap(drillJob)
    }

    private func drillJob(for source: BackupPolicy.Source) throws -> DesiredChild? {
        guard let drill = spec.verification.drill,
            let destination = destinations.first(where: { $0.name == policy.drillDestination?.name })
        else { return nil }
        return try cronJob(
            named: policy.drillName(source.name),
            labels: [
                LabelKey.backupTask: VerificationRun.Task.drill(source: source.name).label,
                LabelKey.drillSource: source.name,
            ], schedule: drill.schedule,
            PodPlan(
                initContainers: notifier(
                    of: "drill", first: [BackupPolicy.fetchContainer], last: [BackupPolicy.drillContainer], for: source)
                    + [fetchContainer(for: source, from: destination)],
                containers: [drillContainer(drill, for: source)],
                volumes: [.stagingVolume(source.staging)] + commonVolumes + notifierVolumes
                    + [.secretVolume("to-\(destination.name)", destination.credentials)]))
    }

    private func fetchContainer(for source: BackupPolicy.Source, from destination: PolicyDestination) -> JSONValue {
        var plan = destinationPlan(for: destination, "fetch")
        if source.etcd != nil { plan.environment.append(("QM_UNPACK", "true")) }
        return container(
            BackupPolicy.fetchContainer, plan,
            mounts: [
                .mount("staging", at: "/staging"),
                .mount("to-\(destination.name)", at: "/credentials", isReadOnly: true),
            ], secret: destination.credentials, isReported: true, for: source)
    }

    private func drillContainer(_ drill: BackupPolicy.Drill, for source: BackupPolicy.Source) -> JSONValue {
        let limit = drill.maxDuration.flatMap(Duration.init(ofPolicy:))
        let environment = [("QM_MAX_SECONDS", limit.map { String($0.components.seconds) } ?? "")]
        let plan =
            if source.postgres != nil {
                ContainerPlan(verb: "drill-postgres", environment: environment + queries(drill, for: source))
            } else {
                ContainerPlan(
                    verb: "drill-etcd",
                    environment: environment + [("QM_ETCD_TOKEN", String(source.etcd?.includeToken ?? false))])
            }
        return container(
            BackupPolicy.drillContainer, plan, mounts: [.mount("staging", at: "/staging")], isReported: true,
            for: source)
    }

    private func queries(_ drill: BackupPolicy.Drill, for source: BackupPolicy.Source) -> [(String, String)] {
        let asked = (drill.queries ?? []).filter { $0.source == nil || $0.source == source.name }
        return [("QM_QUERIES", String(asked.count))]
            + asked.enumerated().flatMap { index, query in
                [
                    ("QM_DATABASE_\(index + 1)", query.database ?? ""), ("QM_SQL_\(index + 1)", query.sql),
                    ("QM_EXPECT_\(index + 1)", query.expect),
                ]
            }
    }
}
