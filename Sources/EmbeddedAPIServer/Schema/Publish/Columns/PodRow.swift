import KubeAPI

/// What `kubectl get pods` makes of a pod's status. Source: kubernetes, printPod.
struct PodRow {
    private let pod: JSONValue

    init(_ pod: JSONValue) { self.pod = pod }

    private var status: JSONValue { pod["status"] ?? [:] }
    private var containers: [JSONValue] { status["containerStatuses"]?.array ?? [] }
    private var initContainers: [JSONValue] { status["initContainerStatuses"]?.array ?? [] }

    var address: String? {
        status["podIPs"]?[0]?["ip"]?.string ?? status["podIP"]?.string
    }

    var reason: String {
        let phase = status["phase"]?.string ?? ""
        var reason = status["reason"]?.string ?? phase
        if isGated { reason = "SchedulingGated" }
        if let waiting = initReason { return final(waiting) }
        var hasRunning = false
        for container in containers.reversed() {
            let state = container["state"] ?? [:]
            if let waiting = state["waiting"]?["reason"]?.string, !waiting.isEmpty {
                reason = waiting
            } else if let terminated = state["terminated"] {
                reason = Self.terminated(terminated)
            } else if container["ready"]?.bool == true, state["running"] != nil {
                hasRunning = true
            }
        }
        if reason == "Completed", hasRunning { reason = isReady ? "Running" : "NotReady" }
        return final(reason)
    }

    /// `3 (5m ago)`, or the number alone.
    func restarts(_ now: Timestamp) -> String {
        let sum = containers.reduce(0) { $0 + ($1["restartCount"]?.integer ?? 0) }
        let last = containers.compactMap {
            $0["lastState"]?["terminated"]?["finishedAt"]?.string.flatMap(Timestamp.init(rfc3339:))
        }.max()
        guard sum > 0, let last else { return "\(sum)" }
        return "\(sum) (\(HumanAge.text(now - last)) ago)"
    }

    var readinessGates: String {
        let gates = pod[path: ["spec", "readinessGates"]]?.array ?? []
        guard !gates.isEmpty else { return "<none>" }
        let open = gates.count { gate in
            (status["conditions"]?.array ?? []).contains {
                $0["type"] == gate["conditionType"] && $0["status"]?.string == "True"
            }
        }
        return "\(open)/\(gates.count)"
    }

    private var isGated: Bool {
        (status["conditions"]?.array ?? []).contains {
            $0["type"]?.string == "PodScheduled" && $0["reason"]?.string == "SchedulingGated"
        }
    }

    private var isReady: Bool {
        (status["conditions"]?.array ?? []).contains {
            $0["type"]?.string == "Ready" && $0["status"]?.string == "True"
        }
    }

    /// Why the init containers are not through yet; `nil` when they are.
    private var initReason: String? {
        let total = pod[path: ["spec", "initContainers"]]?.array?.count ?? 0
        for (index, container) in initContainers.enumerated() {
            let state = container["state"] ?? [:]
            if let terminated = state["terminated"] {
                if terminated["exitCode"]?.integer == 0 { continue }
                return "Init:" + Self.terminated(terminated)
            }
            // A sidecar that has started does not hold the others up.
            if container["started"]?.bool == true { continue }
            if let waiting = state["waiting"]?["reason"]?.string, !waiting.isEmpty, waiting != "PodInitializing" {
                return "Init:" + waiting
            }
            return "Init:\(index)/\(total)"
        }
        return nil
    }

    private static func terminated(_ state: JSONValue) -> String {
        if let reason = state["reason"]?.string, !reason.isEmpty { return reason }
        if let signal = state["signal"]?.integer, signal != 0 { return "Signal:\(signal)" }
        return "ExitCode:\(state["exitCode"]?.integer ?? 0)"
    }

    private func final(_ reason: String) -> String {
        guard pod[path: ["metadata", "deletionTimestamp"]] != nil else { return reason }
        if status["reason"]?.string == "NodeLost" { return "Unknown" }
        let phase = status["phase"]?.string
        return phase == "Succeeded" || phase == "Failed" ? reason : "Terminating"
    }

    /// The row's conditions: kubectl may leave out pods that have come to their end.
    var rowConditions: [JSONValue] {
        switch status["phase"]?.string {
        case "Succeeded":
            [
                [
                    "type": "Completed", "status": "True", "reason": "Succeeded",
                    "message": "The pod has completed successfully.",
                ]
            ]
        case "Failed":
            [["type": "Completed", "status": "True", "reason": "Failed", "message": "The pod failed."]]
        default: []
        }
    }
}
