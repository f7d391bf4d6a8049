import KubeAPI

extension BuiltInValidation {
    static func deployment(_ object: JSONValue, _ live: JSONValue?) -> [FieldError] {
        let strategy = object[path: ["spec", "strategy"]] ?? [:]
        let path = PathText("spec.strategy")
        var errors = immutable(object, live, "spec", "selector") + workload(object, "deployment", restarts: ["Always"])
        if strategy["type"]?.string == "Recreate", strategy["rollingUpdate"] != nil {
            errors.append(
                .forbidden(path.child("rollingUpdate"), "may not be specified when strategy `type` is 'Recreate'"))
        }
        let rolling = path.child("rollingUpdate")
        let surge = strategy["rollingUpdate"]?["maxSurge"]
        let unavailable = strategy["rollingUpdate"]?["maxUnavailable"]
        errors += share(unavailable, at: rolling.child("maxUnavailable")) + share(surge, at: rolling.child("maxSurge"))
        if isZero(surge), isZero(unavailable) {
            errors.append(
                .invalid(rolling.child("maxUnavailable"), unavailable ?? 0, "may not be 0 when `maxSurge` is 0"))
        }
        let deadline = object[path: ["spec", "progressDeadlineSeconds"]]?.integer ?? 600
        if deadline <= object[path: ["spec", "minReadySeconds"]]?.integer ?? 0 {
            errors.append(
                .invalid(
                    PathText("spec.progressDeadlineSeconds"), .integer(deadline),
                    "must be greater than minReadySeconds"))
        }
        return errors
    }

    private static func isZero(_ value: JSONValue?) -> Bool { value == 0 || value == "0%" }

    static func replicaSet(_ object: JSONValue, _ live: JSONValue?) -> [FieldError] {
        immutable(object, live, "spec", "selector") + workload(object, "replicaset", restarts: ["Always"])
    }

    static func daemonSet(_ object: JSONValue, _ live: JSONValue?) -> [FieldError] {
        immutable(object, live, "spec", "selector") + workload(object, "daemonset", restarts: ["Always"])
    }

    /// What of a StatefulSet may change.
    private static let mutableOfStatefulSet: Set<String> = [
        "replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit",
        "persistentVolumeClaimRetentionPolicy", "minReadySeconds",
    ]

    static func statefulSet(_ object: JSONValue, _ live: JSONValue?) -> [FieldError] {
        // Its pods get a volume of each claim's name.
        let claimed = (object[path: ["spec", "volumeClaimTemplates"]]?.array ?? []).map { claim -> JSONValue in
            let name = claim[path: ["metadata", "name"]] ?? .null
            return ["name": name, "persistentVolumeClaim": ["claimName": name]]
        }
        var complete = object
        let volumes = ["spec", "template", "spec", "volumes"]
        let own = object[path: volumes]?.array ?? []
        if !claimed.isEmpty {
            complete[path: volumes] = .array(
                own.filter { volume in !claimed.contains { $0["name"] == volume["name"] } } + claimed)
        }
        var errors = workload(complete, "statefulset", restarts: ["Always"])
        func fixed(_ object: JSONValue) -> JSONObject {
            (object["spec"]?.object ?? [:]).filter { !mutableOfStatefulSet.contains($0.key) }
        }
        if let live, fixed(live) != fixed(object) {
            errors.append(
                .forbidden(
                    PathText("spec"),
                    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
                        + "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and "
                        + "'minReadySeconds' are forbidden"))
        }
        return errors
    }

    static func job(_ object: JSONValue, _ live: JSONValue?) -> [FieldError] {
        var errors = jobSpec(object["spec"] ?? [:], at: PathText("spec"))
        guard let live else { return errors }
        for field in ["selector", "template", "completionMode", "podFailurePolicy", "backoffLimitPerIndex"] {
            // A suspended job that has never run may still be placed elsewhere.
            if field == "template", live[path: ["spec", "suspend"]]?.bool == true { continue }
            errors += immutable(object, live, "spec", field)
        }
        if live[path: ["spec", "completionMode"]]?.string != "Indexed" {
            errors += immutable(object, live, "spec", "completions")
        }
        return errors
    }

    static func jobSpec(_ spec: JSONValue, at path: PathText) -> [FieldError] {
        var errors = template(spec["template"], at: path.child("template"), restarts: ["OnFailure", "Never"])
        if spec["completionMode"]?.string == "Indexed", spec["completions"] == nil {
            errors.append(.required(path.child("completions"), "when completion mode is Indexed"))
        }
        return errors
    }

    static func cronJob(_ object: JSONValue, _ live: JSONValue?) -> [FieldError] {
        let path = PathText("spec")
        let schedule = object[path: ["spec", "schedule"]]?.string ?? ""
        var errors: [FieldError] = []
        if !schedule.isEmpty, let problem = CronText.problem(schedule) {
            errors.append(.invalid(path.child("schedule"), .string(schedule), problem))
        }
        if let zone = object[path: ["spec", "timeZone"]]?.string {
            if zone.isEmpty || zone.lowercased() == "local" {
                errors.append(
                    .invalid(path.child("timeZone"), .string(zone), "timeZone must be nil or non-empty string"))
            } else if (try? TimeZoneRules.named(zone)) == nil {
                errors.append(.invalid(path.child("timeZone"), .string(zone), "unknown time zone \(zone)"))
            }
        }
        return errors
            + jobSpec(
                object[path: ["spec", "jobTemplate", "spec"]] ?? [:], at: path.child("jobTemplate").child("spec"))
    }

    /// Selector and template of what keeps pods running.
    private static func workload(_ object: JSONValue, _ kind: String, restarts: [String]) -> [FieldError] {
        let path = PathText("spec")
        let selector = object[path: ["spec", "selector"]]
        var errors: [FieldError] = []
        let labels = object[path: ["spec", "template", "metadata", "labels"]]
        if let selector, isEmptySelector(selector) {
            errors.append(.invalid(path.child("selector"), selector, "empty selector is invalid for \(kind)"))
        }
        errors += Self.selector(selector, at: path.child("selector"))
        if let selector, !errors.isEmpty, !isEmptySelector(selector) {
            errors.append(.invalid(path.child("selector"), selector, "invalid label selector"))
        }
        let isMatching = selector.map { isEmptySelector($0) || matches($0, labels) } ?? false
        if !isMatching {
            errors.append(
                .invalid(
                    path.child("template").child("metadata").child("labels"), labels ?? .null,
                    "`selector` does not match template `labels`"))
        }
        return errors + template(object[path: ["spec", "template"]], at: path.child("template"), restarts: restarts)
    }

    private static func matches(_ selector: JSONValue, _ labels: JSONValue?) -> Bool {
        guard let selector = try? JSONValueDecoder().decode(LabelSelector.self, from: selector) else { return true }
        var map: [String: String] = [:]
        for (key, value) in labels?.object ?? [:] { map[key] = value.string }
        return selector.matches(map)
    }

    private static func template(_ template: JSONValue?, at path: PathText, restarts: [String]) -> [FieldError] {
        let spec = template?["spec"] ?? [:]
        var errors = MetadataValidation.labels(
            template?["metadata"]?["labels"], at: path.child("metadata").child("labels"))
        errors += PodSpecValidation.errors(spec, at: path.child("spec"))
        let policy = spec["restartPolicy"]?.string ?? ""
        if !restarts.contains(policy) {
            let place = path.child("spec").child("restartPolicy")
            let value = JSONValue.string(policy)
            errors.append(
                policy.isEmpty || restarts.count > 1
                    ? .required(place, "valid values: \(restarts.map { "\"\($0)\"" }.joined(separator: ", "))")
                    : .notSupported(place, value, restarts))
        }
        return errors
    }
}

/// Whether a text is a schedule in cron's notation. Source: Kubernetes documentation, "CronJob", "Schedule syntax".
enum CronText {
    private static let macros: Set<String> = [
        "@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly",
    ]
    private static let bounds: [ClosedRange<Int>] = [0...59, 0...23, 1...31, 1...12, 0...6]
    private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    private static let days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

    /// What is wrong; `nil` where nothing is.
    static func problem(_ text: String) -> String? {
        if text.hasPrefix("TZ=") || text.hasPrefix("CRON_TZ=") {
            return "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"
        }
        if text.hasPrefix("@") {
            return macros.contains(text) || text.hasPrefix("@every ") ? nil : "unrecognized descriptor: \(text)"
        }
        let fields = text.split(separator: " ")
        guard fields.count == 5 else {
            return "expected exactly 5 fields, found \(fields.count): [\(fields.joined(separator: " "))]"
        }
        for (index, field) in fields.enumerated() {
            for part in field.split(separator: ",", omittingEmptySubsequences: false) {
                if let problem = problem(part, index) { return problem }
            }
        }
        return nil
    }

    private static func problem(_ part: Substring, _ index: Int) -> String? {
        let step = part.split(separator: "/", omittingEmptySubsequences: false)
        guard step.count <= 2 else { return "too many slashes: \(part)" }
        if step.count == 2, (Int(step[1]) ?? 0) <= 0 { return "step of range should be a positive number: \(part)" }
        if step[0] == "*" || step[0] == "?" { return nil }
        let parts = step[0].split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count <= 2 else { return "too many hyphens: \(part)" }
        var ends: [Int] = []
        for text in parts {
            guard let end = number(text, index) else {
                return "failed to parse int from \(text): strconv.Atoi: parsing \"\(text)\": invalid syntax"
            }
            ends.append(end)
        }
        let (first, last) = (ends[0], ends[ends.count - 1])
        let bounds = bounds[index]
        if first < bounds.lowerBound {
            return "beginning of range (\(first)) below minimum (\(bounds.lowerBound)): \(part)"
        }
        if last > bounds.upperBound { return "end of range (\(last)) above maximum (\(bounds.upperBound)): \(part)" }
        return first > last ? "beginning of range (\(first)) beyond end of range (\(last)): \(part)" : nil
    }

    private static func number(_ text: Substring, _ index: Int) -> Int? {
        if index == 3, let month = months.firstIndex(of: text.lowercased()) { return month + 1 }
        if index == 4, let day = days.firstIndex(of: text.lowercased()) { return day }
        return Int(text)
    }
}
