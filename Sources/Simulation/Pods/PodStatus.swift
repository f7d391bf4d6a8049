internal import KubeAPI

/// A pod's status as a kubelet writes it.
enum PodStatus {
    /// The status for a moment in the pod's course; times that are already told are kept.
    static func status(of pod: PodFacts, course: PodCourse, now: Timestamp) -> JSONValue {
        var status = pod.status
        let isReady = isReady(pod, course)
        status["phase"] = .string(course.phase)
        status["startTime"] = status["startTime"] ?? .string(now.rfc3339)
        status["hostIP"] = "127.0.0.1"
        status["hostIPs"] = [["ip": "127.0.0.1"]]
        if course.entries.contains(where: { !$0.course.isWaiting }) || status["podIP"] != nil {
            let address = JSONValue.string(address(of: pod))
            status["podIP"] = address
            status["podIPs"] = [["ip": address]]
        }
        status["conditions"] = .array(conditions(pod, course: course, isReady: isReady, now: now))
        let isNotReady = Set(pod.containers.compactMap { $0["name"]?.string }.filter { !isReady.contains($0) })
        status["containerStatuses"] = statuses(course.entries, "containerStatuses", pod, isNotReady, now)
        if !course.initEntries.isEmpty {
            let running = Set(course.initEntries.filter { !$0.isSidecar && $0.course.isRunning }.map(\.name))
            status["initContainerStatuses"] = statuses(
                course.initEntries, "initContainerStatuses", pod, running, now)
        }
        return status
    }

    /// An address from 10.64.0.0/10 that follows from the pod's UID.
    static func address(of pod: PodFacts) -> String {
        if pod.spec["hostNetwork"]?.bool == true { return "127.0.0.1" }
        let hash = StableHash(pod.object.uid).value
        return "10.\(64 + (hash >> 16) % 64).\((hash >> 8) % 256).\(1 + hash % 254)"
    }

    /// The names of the containers that are ready.
    private static func isReady(_ pod: PodFacts, _ course: PodCourse) -> Set<String> {
        Set(
            course.entries.filter { entry in
                entry.course.isRunning && pod.annotation(SimulationAnnotation.ready, container: entry.name) != "false"
            }.map(\.name))
    }

    private static func conditions(
        _ pod: PodFacts, course: PodCourse, isReady: Set<String>, now: Timestamp
    ) -> [JSONValue] {
        var list = ConditionList(of: pod.object)
        func set(_ type: String, _ status: Bool, _ reason: String? = nil, _ message: String? = nil) {
            let old = list[type]
            let isSame =
                old?["status"]?.string == (status ? "True" : "False") && old?["reason"]?.string == reason
                && old?["message"]?.string == message
            if !isSame { list.set(type, status, reason: reason, message: message, now: now) }
        }
        if list["PodScheduled"] == nil { set("PodScheduled", true) }
        set("PodReadyToStartContainers", course.entries.contains { !$0.course.isWaiting } || course.phase != "Pending")
        if course.uninitialized.isEmpty {
            set("Initialized", true)
        } else {
            set(
                "Initialized", false, "ContainersNotInitialized",
                "containers with incomplete status: [\(course.uninitialized.joined(separator: " "))]")
        }
        let unready = course.entries.map(\.name).filter { !isReady.contains($0) }
        let message = "containers with unready status: [\(unready.joined(separator: " "))]"
        for type in ["ContainersReady", "Ready"] {
            switch course.phase {
            case "Succeeded": set(type, false, "PodCompleted")
            case "Failed": set(type, false, "PodFailed")
            default: unready.isEmpty ? set(type, true) : set(type, false, "ContainersNotReady", message)
            }
        }
        return list.conditions
    }

    private static func statuses(
        _ entries: [PodCourse.Entry], _ field: String, _ pod: PodFacts, _ notReady: Set<String>, _ now: Timestamp
    ) -> JSONValue {
        let observed = pod.status[field]?.array ?? []
        return .array(
            entries.map { entry in
                let previous = observed.first { $0["name"]?.string == entry.name }
                return status(entry, previous: previous, pod: pod, isHeldUnready: notReady.contains(entry.name), now)
            })
    }

    private static func status(
        _ entry: PodCourse.Entry, previous: JSONValue?, pod: PodFacts, isHeldUnready: Bool, _ now: Timestamp
    ) -> JSONValue {
        let course = entry.course
        let hasStarted = !course.isWaiting || course.lastEnding != nil
        let image = entry.container["image"]?.string ?? ""
        // An init container counts as ready once it has done its work.
        let isReady = course.isRunning ? !isHeldUnready : course.ending?.exitCode == 0 && !isHeldUnready
        let id = hasStarted ? "simulated://\(pod.object.uid)/\(entry.name)/\(course.restarts)" : ""
        var status = JSONObject([
            ("name", .string(entry.name)), ("image", .string(image)),
            ("imageID", .string(hasStarted ? "simulated://\(image)" : "")), ("ready", .bool(isReady)),
            ("started", .bool(course.isRunning)), ("restartCount", .integer(Int64(course.restarts))),
            ("state", state(course, id: id, previous: previous, now)),
        ])
        if hasStarted { status["containerID"] = .string(id) }
        if let ending = course.lastEnding {
            let isUnmoved = previous?["restartCount"]?.integer == Int64(course.restarts)
            let lastState = isUnmoved ? previous?["lastState"] : nil
            status["lastState"] =
                lastState ?? ["terminated": terminated(ending, id: id, startedAt: now.rfc3339, finishedAt: now.rfc3339)]
        } else {
            status["lastState"] = .object([:])
        }
        return .object(status)
    }

    private static func state(
        _ course: ContainerCourse, id: String, previous: JSONValue?, _ now: Timestamp
    ) -> JSONValue {
        switch course.state {
        case .waiting(let reason, let message):
            return [
                "waiting": message.isEmpty
                    ? ["reason": .string(reason)]
                    : [
                        "reason": .string(reason), "message": .string(message),
                    ]
            ]
        case .running:
            let isUnmoved = previous?["restartCount"]?.integer == Int64(course.restarts)
            let startedAt = isUnmoved ? previous?[path: ["state", "running", "startedAt"]] : nil
            return ["running": ["startedAt": startedAt ?? .string(now.rfc3339)]]
        case .ended(let ending):
            if let told = previous?[path: ["state", "terminated"]] { return ["terminated": told] }
            let startedAt = previous?[path: ["state", "running", "startedAt"]]?.string ?? now.rfc3339
            return ["terminated": terminated(ending, id: id, startedAt: startedAt, finishedAt: now.rfc3339)]
        }
    }

    private static func terminated(
        _ ending: ContainerCourse.Ending, id: String, startedAt: String, finishedAt: String
    ) -> JSONValue {
        var fields = JSONObject([
            ("containerID", .string(id)), ("exitCode", .integer(Int64(ending.exitCode))),
            ("reason", .string(ending.reason)), ("startedAt", .string(startedAt)), ("finishedAt", .string(finishedAt)),
        ])
        fields["message"] = ending.message.map(JSONValue.string)
        return .object(fields)
    }
}
