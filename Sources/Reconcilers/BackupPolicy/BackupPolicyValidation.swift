internal import KubeAPI

// The rules that the CRD has in CEL, in the same words, and those that take more than CEL can do: the schedule and the
// time zone. That a repository does not change is the API server's matter: only it knows what was there before.
extension BackupPolicy {
    /// The rules across fields.
    package var ruleViolations: [Violation] {
        var rules = Rules()
        if let inherited = spec.inheritedMetadata { inherited.check(&rules, at: "spec.inheritedMetadata") }
        checkTimes(&rules)
        for (index, source) in spec.sources.enumerated() { source.check(&rules, at: "spec.sources[\(index)]") }
        for (index, destination) in spec.destinations.enumerated() {
            destination.check(&rules, at: "spec.destinations[\(index)]")
        }
        InheritedMetadata(labels: spec.alerting.labels).check(&rules, at: "spec.alerting")
        rules.require(
            !spec.alerting.onSuccess || spec.alerting.webhookSecretRef != nil, "spec.alerting",
            "onSuccess needs a webhookSecretRef that can be told")
        rules.require(
            spec.retention.keepsMore, "spec.retention",
            "at least one of last, hourly, daily, weekly, monthly and yearly must be positive")
        let own = spec.destinations.compactMap(\.retention)
        rules.require(
            own.allSatisfy { $0.minKeep != nil || $0.overriding(spec.retention).keepsMore }, "spec",
            """
            the retention of a destination would keep one artifact alone; let one of last, hourly, daily, weekly, monthly \
            and yearly be positive, or give it a minKeep
            """)
        let exportsSecrets = spec.sources.contains { $0.manifests?.includeSecrets == true }
        rules.require(
            !exportsSecrets || spec.destinations.allSatisfy { $0.restic != nil || $0.borg != nil }, "spec",
            """
            Secrets are exported only towards restic and borg, which encrypt; set includeSecrets to false or remove \
            the other destinations
            """)
        checkEngines(&rules)
        checkVerification(&rules)
        return rules.violations
    }

    private func checkEngines(_ rules: inout Rules) {
        rules.require(
            ownSources.isEmpty || !spec.destinations.isEmpty, "spec",
            "give at least one destination; only velero sources need none")
        rules.require(
            !ownSources.isEmpty
                || (spec.destinations.isEmpty && spec.hooks == nil && spec.verification.checkSchedule == nil),
            "spec",
            """
            Velero stores, checks and prunes by itself; a policy of velero sources alone takes no destinations, hooks \
            and verification.checkSchedule
            """)
        for (stage, hooks) in [("pre", spec.hooks?.pre), ("post", spec.hooks?.post)] {
            for (index, hook) in (hooks ?? []).enumerated() {
                hook.podSelector.checkPods(&rules, at: "spec.hooks.\(stage)[\(index)].podSelector")
            }
        }
    }

    private func checkVerification(_ rules: inout Rules) {
        if let schedule = spec.verification.checkSchedule {
            check(schedule, &rules, at: "spec.verification.checkSchedule")
        }
        guard let drill = spec.verification.drill else { return }
        check(drill.schedule, &rules, at: "spec.verification.drill.schedule")
        rules.require(
            !drillSources.isEmpty, "spec",
            "a drill restores postgres and etcd sources, and there is none; remove verification.drill")
        let databases = spec.sources.filter { $0.postgres != nil }
        for query in drill.queries ?? [] {
            let asked = databases.filter { query.source == nil || $0.name == query.source }
            rules.require(
                query.source == nil || !asked.isEmpty, "spec",
                "the source of a query must be the name of a postgres source")
            rules.require(
                query.database != nil || asked.allSatisfy { $0.postgres?.databases?.count == 1 }, "spec",
                "a query must name its database where the source dumps more than one")
        }
    }

    private func check(_ schedule: String, _ rules: inout Rules, at path: String) {
        do {
            _ = try CronSchedule(schedule)
        } catch {
            rules.require(false, path, error.message)
        }
    }

    private func checkTimes(_ rules: inout Rules) {
        check(spec.schedule, &rules, at: "spec.schedule")
        rules.require(
            spec.timeZone.lowercased() != "local", "spec.timeZone",
            "Local means nothing in a cluster; name a zone such as Europe/Berlin")
        if spec.timeZone.lowercased() != "local" {
            do {
                _ = try TimeZoneRules.named(spec.timeZone)
            } catch {
                rules.require(false, "spec.timeZone", error.message)
            }
        }
    }
}

extension BackupPolicy.Source {
    fileprivate func check(_ rules: inout Rules, at path: String) {
        rules.require(
            [postgres != nil, pvc != nil, manifests != nil, etcd != nil, velero != nil].count { $0 } == 1, path,
            "give exactly one of postgres, pvc, manifests, etcd and velero")
        if let postgres {
            rules.require(
                (postgres.databases ?? []).isEmpty == postgres.allDatabases, path.field("postgres"),
                "give either databases or allDatabases")
            postgres.staging?.check(&rules, at: path.field("postgres.staging"))
        }
        pvc?.staging?.check(&rules, at: path.field("pvc.staging"))
        pvc?.podSelector?.checkPods(&rules, at: path.field("pvc.podSelector"))
    }
}

extension BackupPolicy.Staging {
    fileprivate func check(_ rules: inout Rules, at path: String) {
        rules.require(storageClass == nil || size != nil, path, "a storageClass needs a size")
    }
}

extension BackupPolicy.Destination {
    fileprivate func check(_ rules: inout Rules, at path: String) {
        rules.require(
            [s3 != nil, restic != nil, borg != nil, rclone != nil].count { $0 } == 1, path,
            "give exactly one of s3, restic, borg and rclone")
        let addresses = [
            ("s3.endpoint", s3?.endpoint), ("restic.repository", restic?.repository),
            ("borg.repository", borg?.repository),
        ]
        for (field, address) in addresses {
            rules.require(
                !(address?.matches(pattern: "://[^/]*:[^/]*@") ?? false), path.field(field),
                "a password does not belong into an address; put it into the Secret of credentialsSecretRef")
        }
        for (field, folder) in [("s3.prefix", s3?.prefix), ("rclone.path", rclone?.path)] {
            rules.require(
                !(folder?.matches(pattern: "(^|/)[.][.](/|$)") ?? false), path.field(field),
                "a folder does not lead out of the one it is in; take out the part ..")
        }
    }
}

extension LabelSelector {
    fileprivate func checkPods(_ rules: inout Rules, at path: String) {
        check(
            &rules, at: path, keyExample: "app", domainExample: "app.kubernetes.io/name",
            whenEmpty: "name at least one label of the pods; an empty selector would take every pod of the namespace")
    }
}
