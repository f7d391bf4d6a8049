internal import KubeAPI

/// What the simulation reads of a pod.
struct PodFacts: Sendable {
    let object: DynamicObject

    init(_ object: DynamicObject) { self.object = object }

    var spec: JSONValue { object["spec"] ?? .object([:]) }
    var status: JSONValue { object["status"] ?? .object([:]) }
    var nodeName: String? { spec["nodeName"]?.string.flatMap { $0.isEmpty ? nil : $0 } }
    var phase: String { status["phase"]?.string ?? "Pending" }
    var isFinished: Bool { phase == "Succeeded" || phase == "Failed" }
    /// Counts as one of its controller's replicas.
    var isActive: Bool { !isFinished && !object.isBeingDeleted }
    var restartPolicy: String { spec["restartPolicy"]?.string ?? "Always" }
    var containers: [JSONValue] { spec["containers"]?.array ?? [] }
    var initContainers: [JSONValue] { spec["initContainers"]?.array ?? [] }
    var isReady: Bool { readySince != nil }

    /// When the pod became ready; `nil` where it is not.
    var readySince: Timestamp? {
        guard let ready = ConditionList(of: object)["Ready"], ready["status"]?.string == "True" else { return nil }
        return ready["lastTransitionTime"]?.string.flatMap { Timestamp(rfc3339: $0) }
            ?? Timestamp(secondsSinceEpoch: 0)
    }

    /// How long until the pod, if it stays ready, counts as available; zero where it does, `nil` where it is not ready.
    func untilAvailable(minReadySeconds: Int, now: Timestamp) -> Duration? {
        guard let readySince else { return nil }
        return max(.zero, (readySince + .seconds(minReadySeconds)) - now)
    }

    /// An annotation, the one for a container before the one for the whole pod.
    func annotation(_ name: String, container: String) -> String? {
        let annotations = object.annotations
        return annotations["\(name).\(container)"] ?? annotations[name]
    }
}

/// CPU and memory. Source: Kubernetes, "Resource Management for Pods and Containers".
struct ResourceAmounts: Sendable, Hashable {
    var cpu = Quantity(nano: 0)
    var memory = Quantity(nano: 0)

    init() {}

    init(_ resources: JSONValue?) {
        cpu = resources?["cpu"].flatMap(Quantity.init(json:)) ?? cpu
        memory = resources?["memory"].flatMap(Quantity.init(json:)) ?? memory
    }

    static func + (left: ResourceAmounts, right: ResourceAmounts) -> ResourceAmounts {
        var sum = left
        sum.cpu = left.cpu + right.cpu
        sum.memory = left.memory + right.memory
        return sum
    }

    static func - (left: ResourceAmounts, right: ResourceAmounts) -> ResourceAmounts {
        var difference = left
        difference.cpu = Quantity(nano: left.cpu.nano - right.cpu.nano)
        difference.memory = Quantity(nano: left.memory.nano - right.memory.nano)
        return difference
    }

    static func highest(_ left: ResourceAmounts, _ right: ResourceAmounts) -> ResourceAmounts {
        var highest = left
        highest.cpu = max(left.cpu, right.cpu)
        highest.memory = max(left.memory, right.memory)
        return highest
    }
}

extension Quantity {
    fileprivate init?(json: JSONValue) {
        self.init(json.string ?? json.description)
    }
}

extension PodFacts {
    /// What the pod asks for: its containers and sidecars together, or the largest of its init containers.
    var requests: ResourceAmounts {
        var running = ResourceAmounts()
        var highest = ResourceAmounts()
        for container in initContainers {
            let amounts = ResourceAmounts(container[path: ["resources", "requests"]])
            if container["restartPolicy"]?.string == "Always" {
                running = running + amounts
                highest = .highest(highest, running)
            } else {
                highest = .highest(highest, running + amounts)
            }
        }
        for container in containers { running = running + ResourceAmounts(container[path: ["resources", "requests"]]) }
        return .highest(highest, running)
    }
}
