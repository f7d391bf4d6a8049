internal import KubeAPI

// The jobs that look at what is stored. Their names can't be those of a source: it does not begin with a dash.
extension BackupPolicy {
    var checkName: String { ChildName.joined(metadata.name ?? "", "-check", limit: 52) }

    func drillName(_ source: String) -> String {
        ChildName.joined(metadata.name ?? "", "-\(source)-drill", limit: 52)
    }

    static let fetchContainer = "fetch"
    static let drillContainer = "drill"

    static func checkContainer(_ destination: String) -> String { "check-\(destination)" }

    /// One container for each destination.
    func checkJob() throws -> DesiredChild? {
        guard let schedule = spec.verification.checkSchedule, !spec.destinations.isEmpty else { return nil }
        return try cronJob(
            named: checkName, labels: [LabelKey.backupTask: VerificationRun.Task.check.label], schedule: schedule,
            PodPlan(
                initContainers: notifier(
                    of: "check", first: [], last: spec.destinations.map { Self.checkContainer($0.name) }, for: nil),
                containers: spec.destinations.map(checkContainer),
                volumes: commonVolumes + notifierVolumes
                    + spec.destinations.map { .secretVolume("to-\($0.name)", $0.credentialsSecretRef.name) }))
    }

    private func checkContainer(_ destination: Destination) -> JSONValue {
        var plan = destinationPlan(for: destination, "check")
        plan.environment += [
            ("QM_SOURCES", ownSources.map(\.name).joined(separator: "\n")),
            ("QM_CHECK_PART", String(known(destination).nextCheckPart)),
        ]
        return container(
            Self.checkContainer(destination.name), plan,
            mounts: [.mount("to-\(destination.name)", at: "/credentials", isReadOnly: true)],
            secret: destination.credentialsSecretRef.name, isReported: true, for: nil)
    }

    func drillJob(for source: Source) throws -> DesiredChild? {
        guard let drill = spec.verification.drill, let destination = drillDestination else { return nil }
        return try cronJob(
            named: drillName(source.name),
            labels: [
                LabelKey.backupTask: VerificationRun.Task.drill(source: source.name).label,
                LabelKey.drillSource: source.name,
            ], schedule: drill.schedule,
            PodPlan(
                initContainers: notifier(
                    of: "drill", first: [Self.fetchContainer], last: [Self.drillContainer], for: source)
                    + [fetchContainer(for: source, from: destination)],
                containers: [drillContainer(drill, for: source)],
                volumes: [.stagingVolume(source.staging)] + commonVolumes + notifierVolumes
                    + [.secretVolume("to-\(destination.name)", destination.credentialsSecretRef.name)]))
    }

    private func fetchContainer(for source: Source, from destination: Destination) -> JSONValue {
        var plan = destinationPlan(for: destination, "fetch")
        if source.etcd != nil { plan.environment.append(("QM_UNPACK", "true")) }
        return container(
            Self.fetchContainer, plan,
            mounts: [
                .mount("staging", at: "/staging"),
                .mount("to-\(destination.name)", at: "/credentials", isReadOnly: true),
            ], secret: destination.credentialsSecretRef.name, isReported: true, for: source)
    }

    private func drillContainer(_ drill: Drill, for source: Source) -> JSONValue {
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
            Self.drillContainer, plan, mounts: [.mount("staging", at: "/staging")], isReported: true, for: source)
    }

    private func queries(_ drill: Drill, for source: Source) -> [(String, String)] {
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
