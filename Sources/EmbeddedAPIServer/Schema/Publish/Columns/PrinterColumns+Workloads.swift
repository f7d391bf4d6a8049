import KubeAPI

extension PrinterColumns {
    private static func ready(_ text: String) -> TableColumn {
        Self.text("Ready", text) { object in
            let ready = object[path: ["status", "readyReplicas"]]?.integer ?? 0
            return "\(ready)/\(object[path: ["spec", "replicas"]]?.integer ?? 0)"
        }
    }

    static let deployment: [TableColumn] =
        [
            name, ready("How many pods are ready, of how many."),
            asText(number("Up-to-date", "How many pods have the current template.", "status", "updatedReplicas")),
            asText(number("Available", "How many pods are available.", "status", "availableReplicas")), age,
        ] + podTemplate + [selector("spec", "selector")]

    static let replicaSet: [TableColumn] =
        [
            name, number("Desired", "How many pods are wanted.", "spec", "replicas"),
            number("Current", "How many pods there are.", "status", "replicas"),
            number("Ready", "How many pods are ready.", "status", "readyReplicas"), age,
        ] + podTemplate + [selector("spec", "selector")]

    static let statefulSet: [TableColumn] =
        [name, ready("How many pods are ready, of how many."), age] + podTemplate

    static let daemonSet: [TableColumn] =
        [
            name,
            number("Desired", "How many nodes should run the pod.", "status", "desiredNumberScheduled"),
            number("Current", "How many nodes have the pod.", "status", "currentNumberScheduled"),
            number("Ready", "On how many nodes the pod is ready.", "status", "numberReady"),
            number("Up-to-date", "How many nodes have the current template.", "status", "updatedNumberScheduled"),
            number("Available", "On how many nodes the pod is available.", "status", "numberAvailable"),
            text("Node Selector", "Which nodes run the pod.") {
                labels($0[path: ["spec", "template", "spec", "nodeSelector"]])
            },
            age,
        ] + podTemplate + [selector("spec", "selector")]

    static let job: [TableColumn] =
        [
            name, text("Status", "The state of the job in one word.", jobStatus),
            text("Completions", "How many pods have succeeded, of how many.", completions),
            TableColumn(name: "Duration", type: "string", text: "How long the job took.") {
                .string(jobDuration($0, $1))
            },
            age,
        ] + podTemplate + [selector("spec", "selector")]

    static let cronJob: [TableColumn] = [
        name,
        text("Schedule", "When the job runs, in cron's notation.") { $0[path: ["spec", "schedule"]]?.string ?? "" },
        text("Timezone", "The time zone of the schedule.") { orNone($0[path: ["spec", "timeZone"]]?.string) },
        TableColumn(name: "Suspend", type: "boolean", text: "Whether no further runs are started.") { object, _ in
            object[path: ["spec", "suspend"]]?.bool == true ? "True" : "False"
        },
        TableColumn(name: "Active", type: "integer", text: "How many jobs run.") { object, _ in
            .integer(Int64(object[path: ["status", "active"]]?.array?.count ?? 0))
        },
        TableColumn(name: "Last Schedule", type: "string", text: "How long ago the last job was started.") {
            guard let time = $0[path: ["status", "lastScheduleTime"]] else { return "<none>" }
            return .string(HumanAge.since(time, $1))
        },
        age, containers(["spec", "jobTemplate", "spec", "template"]),
        images(["spec", "jobTemplate", "spec", "template"]),
        selector("spec", "jobTemplate", "spec", "selector"),
    ]

    static let autoscaler: [TableColumn] = [
        name,
        text("Reference", "What is scaled.") { object in
            let target = object[path: ["spec", "scaleTargetRef"]]
            return "\(target?["kind"]?.string ?? "")/\(target?["name"]?.string ?? "")"
        },
        text("Targets", "The metrics and the values they should have.", AutoscalerTargets.summary),
        text("MinPods", "The least number of pods.") { object in
            object[path: ["spec", "minReplicas"]]?.integer.map(String.init) ?? "<unset>"
        },
        asText(number("MaxPods", "The largest number of pods.", "spec", "maxReplicas")),
        asText(number("Replicas", "How many pods there are.", "status", "currentReplicas")), age,
    ]

    static let disruptionBudget: [TableColumn] = [
        name, text("Min Available", "How many pods must stay.") { amount($0[path: ["spec", "minAvailable"]]) },
        text("Max Unavailable", "How many pods may be missing.") { amount($0[path: ["spec", "maxUnavailable"]]) },
        number("Allowed Disruptions", "How many pods may be evicted now.", "status", "disruptionsAllowed"), age,
    ]

    static let controllerRevision: [TableColumn] = [
        name,
        text("Controller", "Whose revision this is.") { object in
            let owners = object[path: ["metadata", "ownerReferences"]]?.array ?? []
            guard let owner = owners.first(where: { $0["controller"]?.bool == true }) else { return "<none>" }
            let group = owner["apiVersion"]?.string?.split(separator: "/").first.map { ".\($0)" } ?? ""
            return "\(owner["kind"]?.string?.lowercased() ?? "")\(group)/\(owner["name"]?.string ?? "")"
        },
        asText(number("Revision", "The revision's number.", "revision")), age,
    ]

    /// Declared as text by the real server though its cells are numbers.
    static func asText(_ column: TableColumn) -> TableColumn {
        var copy = column
        copy.type = "string"
        return copy
    }

    private static func amount(_ value: JSONValue?) -> String {
        switch value {
        case .integer(let number)?: "\(number)"
        case .string(let text)?: text
        default: "N/A"
        }
    }

    private static func jobStatus(_ job: JSONValue) -> String {
        let conditions = job[path: ["status", "conditions"]]?.array ?? []
        func holds(_ type: String) -> Bool {
            conditions.contains { $0["type"]?.string == type && $0["status"]?.string == "True" }
        }
        if holds("Complete") { return "Complete" }
        if holds("Failed") { return "Failed" }
        if job[path: ["metadata", "deletionTimestamp"]] != nil { return "Terminating" }
        if holds("Suspended") { return "Suspended" }
        if holds("FailureTarget") { return "FailureTarget" }
        return holds("SuccessCriteriaMet") ? "SuccessCriteriaMet" : "Running"
    }

    private static func completions(_ job: JSONValue) -> String {
        let succeeded = job[path: ["status", "succeeded"]]?.integer ?? 0
        if let wanted = job[path: ["spec", "completions"]]?.integer { return "\(succeeded)/\(wanted)" }
        let parallelism = job[path: ["spec", "parallelism"]]?.integer ?? 0
        return parallelism > 1 ? "\(succeeded)/1 of \(parallelism)" : "\(succeeded)/1"
    }

    private static func jobDuration(_ job: JSONValue, _ now: Timestamp) -> String {
        func time(_ name: String) -> Timestamp? {
            job[path: ["status", name]]?.string.flatMap(Timestamp.init(rfc3339:))
        }
        guard let start = time("startTime") else { return "" }
        return HumanAge.text((time("completionTime") ?? now) - start)
    }
}

/// The metrics of an autoscaler in one line. Source: kubernetes, formatHPAMetrics.
enum AutoscalerTargets {
    static func summary(_ object: JSONValue) -> String {
        let metrics = object[path: ["spec", "metrics"]]?.array ?? []
        guard !metrics.isEmpty else { return "<none>" }
        let current = object[path: ["status", "currentMetrics"]]?.array ?? []
        let shown = metrics.prefix(2).enumerated().map { index, metric in
            text(metric, index < current.count ? current[index] : nil)
        }
        let more = metrics.count - shown.count
        return shown.joined(separator: ", ") + (more > 0 ? " + \(more) more..." : "")
    }

    private static func text(_ metric: JSONValue, _ current: JSONValue?) -> String {
        let kind = metric["type"]?.string ?? ""
        let field = kind.prefix(1).lowercased() + kind.dropFirst()
        guard let source = metric[field], let target = source["target"] else { return "<unknown type>" }
        let now = current?[field]?["current"]
        if let goal = target["averageUtilization"]?.integer {
            let value = now?["averageUtilization"]?.integer.map { "\($0)%" } ?? "<unknown>"
            return "\(source["name"]?.string ?? kind): \(value)/\(goal)%"
        }
        let isAverage = target["averageValue"] != nil
        let goal = (target["averageValue"] ?? target["value"])?.string ?? "<auto>"
        let value = (isAverage ? now?["averageValue"] : now?["value"])?.string ?? "<unknown>"
        let label = source["name"]?.string.map { "\($0): " } ?? ""
        return "\(label)\(value)/\(goal)\(isAverage && field == "external" ? " (avg)" : "")"
    }
}
