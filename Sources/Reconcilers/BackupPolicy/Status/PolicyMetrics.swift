internal import KubeAPI

extension ReconcilerEnvironment {
    /// Exposes what the statuses of the policies say, read from the cache when it is asked for. Ages are not exposed but
    /// times: they go on when the operator does not.
    func exposeBackups(of policies: Informer) {
        for metric in TargetMetric.all {
            metrics.observe(metric.name, help: metric.help, labels: ["namespace", "name", "source", "destination"]) {
                policies.store.list().flatMap { policy in
                    (policy.value(at: "status", "targets")?.elements ?? []).compactMap { target in
                        metric.value(target).map { value in
                            ObservedMetric.Sample(
                                policy.key.namespace, policy.key.name, target["source"]?.string ?? "",
                                target["destination"]?.string ?? "", value: value)
                        }
                    }
                }
            }
        }
        for metric in PolicyMetric.all {
            metrics.observe(metric.name, help: metric.help, labels: ["namespace", "name"]) {
                policies.store.list().compactMap { policy in
                    metric.value(policy).map { .init(policy.key.namespace, policy.key.name, value: $0) }
                }
            }
        }
    }
}

/// A number of each source and destination.
private struct TargetMetric: Sendable {
    var name: String
    var help: String
    var value: @Sendable (JSONValue) -> Double?

    static let all = [
        Self(
            name: MetricName.backupLastSuccess, help: "When the last run ended that went well.",
            value: { $0.seconds("lastSuccessTime") }),
        Self(
            name: MetricName.backupLastAttempt, help: "When the last run ended, however.",
            value: { $0.seconds("lastAttemptTime") }),
        Self(
            name: MetricName.backupLastVerified, help: "When an artifact was last checked where it is stored.",
            value: { $0.seconds("lastVerifiedTime") }),
        Self(
            name: MetricName.backupLastDrill, help: "When an artifact was last restored as a drill.",
            value: { $0.seconds("lastDrillTime") }),
        Self(
            name: MetricName.backupDrillFailed,
            help: "1 where the last drill could not restore the newest artifact, 0 where it did.",
            value: { target in
                if target["drillFailure"] != nil { return 1 }
                return target["lastDrillTime"] == nil ? nil : 0
            }),
        Self(
            name: MetricName.backupSize, help: "The size of the newest artifact.", value: { $0.number("sizeBytes") }),
        Self(
            name: MetricName.backupDuration, help: "How long the last run took at this destination.",
            value: { $0.number("durationSeconds") }),
        Self(name: MetricName.backupArtifacts, help: "Artifacts that are kept.", value: { $0.number("count") }),
        Self(
            name: MetricName.backupConsecutiveFailures,
            help: "Runs that failed since the last one that went well; 0 where the last one did.",
            // Before the first run there is neither a failure nor a success.
            value: { $0["lastAttemptTime"] == nil ? nil : $0.number("consecutiveFailures") ?? 0 }),
    ]
}

/// A number of a policy as a whole.
private struct PolicyMetric: Sendable {
    var name: String
    var help: String
    var value: @Sendable (CachedObject) -> Double?

    static let all = [
        Self(
            name: MetricName.backupFresh,
            help: "1 while every required destination has a recent backup of every source, else 0.",
            value: { policy in
                (policy.value(at: "status", "conditions")?.elements ?? [])
                    .first { $0["type"]?.string == ConditionType.fresh.rawValue }
                    .map { $0["status"]?.string == "True" ? 1 : 0 }
            }),
        Self(
            name: MetricName.backupNextRun, help: "When the next run is due; absent while the policy is suspended.",
            value: { $0.value(at: "status")?.seconds("nextRunTime") }),
    ]
}

extension JSONValue {
    fileprivate func number(_ field: String) -> Double? { self[field]?.integer.map(Double.init) }

    /// A time as seconds since the epoch.
    fileprivate func seconds(_ field: String) -> Double? {
        self[field]?.string.flatMap(Timestamp.init(rfc3339:)).map { Double($0.secondsSinceEpoch) }
    }
}
