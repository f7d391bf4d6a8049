internal import KubeAPI

/// What the simulation reads of a CronJob.
struct CronJobFacts: Sendable {
    enum ConcurrencyPolicy: String, Sendable {
        case allow = "Allow"
        case forbid = "Forbid"
        case replace = "Replace"
    }

    let object: DynamicObject
    /// `nil` for a schedule or a zone that the simulation cannot read: it is never due.
    let schedule: CronSchedule?
    let zone: TimeZoneRules?
    let isSuspended: Bool
    let policy: ConcurrencyPolicy
    let startingDeadline: Duration?
    let successfulLimit: Int
    let failedLimit: Int
    let lastSchedule: Timestamp?

    init(_ object: DynamicObject) {
        let spec = object["spec"] ?? .object([:])
        self.object = object
        schedule = try? CronSchedule(spec["schedule"]?.string ?? "")
        zone = spec["timeZone"]?.string.map { try? TimeZoneRules.named($0) } ?? .utc
        isSuspended = spec["suspend"]?.bool ?? false
        policy = spec["concurrencyPolicy"]?.string.flatMap(ConcurrencyPolicy.init) ?? .allow
        startingDeadline = spec["startingDeadlineSeconds"]?.integer.map { .seconds($0) }
        successfulLimit = spec["successfulJobsHistoryLimit"]?.integer.map(Int.init) ?? 3
        failedLimit = spec["failedJobsHistoryLimit"]?.integer.map(Int.init) ?? 1
        lastSchedule = object[path: "status", "lastScheduleTime"]?.string.flatMap { Timestamp(rfc3339: $0) }
    }

    func next(after time: Timestamp) -> Timestamp? {
        guard let schedule, let zone else { return nil }
        return schedule.next(after: time, in: zone)
    }

    /// Whether the controller has made an unfinished Job that names it as its own: its list says so, or the name is that of the last
    /// time, and a crash came before the list was written. Others that say so are reported there, and not counted.
    func hasMade(_ job: DynamicObject) -> Bool {
        let listed = object[path: "status", "active"]?.array ?? []
        return listed.contains { $0["uid"]?.string == job.uid }
            || lastSchedule.map { job.name == name(at: $0) } ?? false
    }

    private func name(at time: Timestamp) -> String { "\(object.name)-\(time.secondsSinceEpoch / 60)" }

    /// The Job of one time that is due. Its name is the time, so that no time gets two.
    func job(at time: Timestamp) -> DynamicObject {
        let template = object[path: "spec", "jobTemplate"] ?? .object([:])
        var annotations = template[path: ["metadata", "annotations"]] ?? .object([:])
        annotations["batch.kubernetes.io/cronjob-scheduled-timestamp"] = .string(time.rfc3339)
        var metadata: JSONValue = [
            "name": .string(name(at: time)), "namespace": .string(object.namespace),
            "annotations": annotations, "ownerReferences": [object.asController()],
        ]
        metadata["labels"] = template[path: ["metadata", "labels"]]
        return DynamicObject(
            [
                "apiVersion": "batch/v1", "kind": "Job", "metadata": metadata,
                "spec": template["spec"] ?? .object([:]),
            ] as JSONObject)
    }
}
