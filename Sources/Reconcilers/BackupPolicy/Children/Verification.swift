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
        var plan = destinationPlan(for: destination)
        plan.environment =
            [
                ("QM_DESTINATION", destination.name), ("QM_TASK", "check"),
                ("QM_SOURCES", ownSources.map(\.name).joined(separator: "\n")),
                ("QM_CHECK_INTERVAL", String(checkInterval)),
            ] + plan.environment
        return container(
            Self.checkContainer(destination.name), plan,
            mounts: [.mount("to-\(destination.name)", at: "/credentials", isReadOnly: true)],
            secret: destination.credentialsSecretRef.name, isReported: true, for: nil)
    }

    /// Seconds between two checks: by it a check knows which part is next. Reckoned from a day that does not move.
    private var checkInterval: Int64 {
        let reference = Timestamp(secondsSinceEpoch: 1_767_225_600)
        let gap = spec.verification.checkSchedule.flatMap { times($0) }?.longestGap(after: reference)
        return max(gap?.components.seconds ?? 86400, 60)
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
                    + [fetchContainer(for: source, from: destination)]
                    + (source.etcd == nil ? [] : [etcdRestoreContainer]),
                containers: [drillContainer(drill, for: source)],
                volumes: [.stagingVolume(source.staging)] + commonVolumes + notifierVolumes
                    + [.secretVolume("to-\(destination.name)", destination.credentialsSecretRef.name)]))
    }

    private func fetchContainer(for source: Source, from destination: Destination) -> JSONValue {
        var plan = destinationPlan(for: destination)
        plan.environment =
            [("QM_DESTINATION", destination.name), ("QM_TASK", "fetch")]
            + (source.etcd == nil ? [] : [("QM_UNPACK", "true")]) + plan.environment
        return container(
            Self.fetchContainer, plan,
            mounts: [
                .mount("staging", at: "/staging"),
                .mount("to-\(destination.name)", at: "/credentials", isReadOnly: true),
            ], secret: destination.credentialsSecretRef.name, isReported: true, for: source)
    }

    /// The image of etcd has no shell: its program is called as it is, and its last words are the message.
    private var etcdRestoreContainer: JSONValue {
        .compact([
            "name": "restore",
            "image": .string(spec.podTemplate.images.etcd),
            "command": [
                "etcdutl", "snapshot", "restore", "/staging/artifact/etcd-snapshot.db", "--data-dir=/staging/scratch",
            ],
            "resources": resources,
            "terminationMessagePolicy": "FallbackToLogsOnError",
            "securityContext": securityContext(),
            "volumeMounts": [.mount("staging", at: "/staging")],
        ])
    }

    private func drillContainer(_ drill: Drill, for source: Source) -> JSONValue {
        let limit = drill.maxDuration.flatMap(Duration.init(ofPolicy:))
        let environment = [("QM_MAX_SECONDS", limit.map { String($0.components.seconds) } ?? "")]
        let plan =
            if let postgres = source.postgres {
                ContainerPlan(
                    image: image(for: postgres), script: "drill-postgres.sh",
                    environment: environment + queries(drill, for: source))
            } else {
                ContainerPlan(
                    image: spec.podTemplate.images.tar, script: "drill-etcd.sh",
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
