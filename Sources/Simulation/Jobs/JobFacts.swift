internal import KubeAPI

/// What the simulation reads of a Job. Indexed completion is played as if it were not indexed.
struct JobFacts: Sendable {
    let object: DynamicObject
    /// `nil`: one success ends it.
    let completions: Int?
    let parallelism: Int
    let backoffLimit: Int
    let activeDeadline: Duration?
    let timeToLive: Duration?
    let isSuspended: Bool
    let template: JSONValue
    let conditions: ConditionList

    init(_ object: DynamicObject) {
        let spec = object["spec"] ?? .object([:])
        func count(_ field: String) -> Int? { spec[field]?.integer.map(Int.init) }
        self.object = object
        completions = count("completions")
        parallelism = count("parallelism") ?? 1
        backoffLimit = count("backoffLimit") ?? 6
        activeDeadline = count("activeDeadlineSeconds").map { .seconds($0) }
        timeToLive = count("ttlSecondsAfterFinished").map { .seconds($0) }
        isSuspended = spec["suspend"]?.bool ?? false
        template = spec["template"] ?? .object([:])
        conditions = ConditionList(of: object)
    }

    var isFinished: Bool { conditions.isTrue("Complete") || conditions.isTrue("Failed") }

    var startTime: Timestamp? { time("startTime") }
    var completionTime: Timestamp? { time("completionTime") }

    func count(_ field: String) -> Int { object[path: "status", field]?.integer.map(Int.init) ?? 0 }

    /// When the Job was done, well or not.
    var finishTime: Timestamp? {
        ["Complete", "Failed"].lazy.compactMap { type in
            conditions.isTrue(type) ? conditions[type]?["lastTransitionTime"]?.string : nil
        }.first.flatMap { Timestamp(rfc3339: $0) }
    }

    /// The pod of the Job's template, with the labels that the API server writes into real ones.
    var pod: DynamicObject {
        var pod = ReplicaSetDecision.pod(of: object, template: template)
        let labels = [
            "batch.kubernetes.io/controller-uid": object.uid, "batch.kubernetes.io/job-name": object.name,
            "controller-uid": object.uid, "job-name": object.name,
        ]
        for (key, value) in labels.sorted(by: { $0.key < $1.key }) {
            pod[path: "metadata", "labels", key] = .string(value)
        }
        return pod
    }

    private func time(_ field: String) -> Timestamp? {
        object[path: "status", field]?.string.flatMap { Timestamp(rfc3339: $0) }
    }
}
