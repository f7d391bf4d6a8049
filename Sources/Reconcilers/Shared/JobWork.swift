internal import KubeAPI

/// What a Job does, as one text: how a Job that a CronJob has made is told from one that only says so. Anybody who may create Jobs
/// can name a CronJob as the owner.
enum JobWork {
    /// Where a pod runs says nothing about what it does, and queueing systems set it on Jobs.
    private static let placement = [
        "nodeSelector", "affinity", "tolerations", "topologySpreadConstraints", "schedulingGates", "schedulerName",
        "priorityClassName", "priority",
    ]
    private static let rules = ["backoffLimit", "activeDeadlineSeconds", "podFailurePolicy", "successPolicy"]
    /// What the API server fills in for a Job, and not in the template of a CronJob. A Job of 0 completions has succeeded at once, and
    /// one that selects its pods itself may take those of another.
    private static let defaults: [(field: String, value: JSONValue)] = [
        ("completions", 1), ("parallelism", 1), ("manualSelector", false),
    ]

    /// - Parameters:
    ///   - spec: of a Job, or of the Jobs that a CronJob makes.
    ///   - changing: variables whose values differ between the Jobs of one CronJob.
    static func digest(_ spec: JSONValue, changing: [String] = []) -> String {
        var pod = spec["template"]?["spec"]?.object ?? [:]
        for field in placement { pod[field] = nil }
        for list in ["initContainers", "containers"] {
            pod.edit(eachOf: list) { _, container in
                container.edit(eachOf: "env") { _, variable in
                    if variable["name"]?.string.map(changing.contains) ?? false { variable["value"] = "0" }
                }
            }
        }
        var digested = JSONObject([("pod", .object(pod))])
        for field in rules { digested[field] = spec[field] }
        for (field, value) in defaults where (spec[field] ?? value) != value { digested[field] = spec[field] }
        return String(sha256Hex(JSONValue.object(digested).canonicalBytes()).prefix(32))
    }
}
