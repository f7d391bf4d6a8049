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
        let retention = spec.retention
        let counts = [
            retention.last, retention.hourly, retention.daily, retention.weekly, retention.monthly, retention.yearly,
        ]
        rules.require(
            counts.contains { ($0 ?? 0) > 0 }, "spec.retention",
            "at least one of last, hourly, daily, weekly, monthly and yearly must be positive")
        let exportsSecrets = spec.sources.contains { $0.manifests?.includeSecrets == true }
        rules.require(
            !exportsSecrets || spec.destinations.allSatisfy { $0.restic != nil || $0.borg != nil }, "spec",
            """
            Secrets are exported only towards restic and borg, which encrypt; set includeSecrets to false or remove \
            the other destinations
            """)
        return rules.violations
    }

    private func checkTimes(_ rules: inout Rules) {
        do {
            _ = try CronSchedule(spec.schedule)
        } catch {
            rules.require(false, "spec.schedule", error.message)
        }
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
            [postgres != nil, pvc != nil, manifests != nil].count { $0 } == 1, path,
            "give exactly one of postgres, pvc and manifests")
        if let postgres {
            rules.require(
                (postgres.databases ?? []).isEmpty == postgres.allDatabases, path.field("postgres"),
                "give either databases or allDatabases")
            postgres.staging?.check(&rules, at: path.field("postgres.staging"))
        }
        pvc?.staging?.check(&rules, at: path.field("pvc.staging"))
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
    }
}
