import KubeAPI

extension PrinterColumns {
    static let namespace: [TableColumn] = [
        name, text("Status", "The phase of the namespace.") { $0[path: ["status", "phase"]]?.string ?? "" }, age,
    ]

    static let node: [TableColumn] = [
        name, text("Status", "The state of the node.", nodeStatus), text("Roles", "The roles of the node.", roles), age,
        text("Version", "The kubelet's version.") { nodeInfo($0, "kubeletVersion") },
        text("Internal-IP", "The address inside of the cluster.", wide: true) { address($0, "InternalIP") },
        text("External-IP", "The address from outside.", wide: true) { address($0, "ExternalIP") },
        text("OS-Image", "The operating system.", wide: true) { orUnknown(nodeInfo($0, "osImage")) },
        text("Kernel-Version", "The kernel.", wide: true) { object in
            let kernel = nodeInfo(object, "kernelVersion")
            let architecture = nodeInfo(object, "architecture")
            return kernel.isEmpty ? "<unknown>" : architecture.isEmpty ? kernel : "\(kernel) (\(architecture))"
        },
        text("Container-Runtime", "The container runtime.", wide: true) {
            orUnknown(nodeInfo($0, "containerRuntimeVersion"))
        },
    ]

    static let event: [TableColumn] = [
        TableColumn(name: "Last Seen", type: "string", text: "How long ago it happened last.") {
            .string(EventSummary($0).lastSeen($1))
        },
        text("Type", "Normal or Warning.") { $0["type"]?.string ?? "" },
        text("Reason", "Why, in one word.") { $0["reason"]?.string ?? "" },
        text("Object", "What the event is about.") { EventSummary($0).object },
        text("Subobject", "Which part of the object it is about.", wide: true) { EventSummary($0).part },
        text("Source", "Who reports it.", wide: true) { EventSummary($0).source },
        text("Message", "What happened.") { EventSummary($0).message },
        TableColumn(name: "First Seen", type: "string", text: "How long ago it happened first.", priority: 1) {
            .string(EventSummary($0).firstSeen($1))
        },
        TableColumn(name: "Count", type: "string", text: "How often it happened.", priority: 1) { object, _ in
            .integer(EventSummary(object).count)
        },
        TableColumn(
            name: "Name", type: "string", format: "name", text: "The name of the event.", priority: 1
        ) { object, _ in object[path: ["metadata", "name"]] ?? "" },
    ]

    static let lease: [TableColumn] = [
        name, text("Holder", "Who holds the lease.") { $0[path: ["spec", "holderIdentity"]]?.string ?? "" }, age,
    ]

    static let priorityClass: [TableColumn] = [
        name, number("Value", "The priority.", "value"),
        TableColumn(name: "Global-Default", type: "boolean", text: "Whether pods without a class get it.") {
            object, _ in
            .bool(object["globalDefault"]?.bool ?? false)
        },
        age,
        text("PreemptionPolicy", "Whether pods of the class displace others.") { $0["preemptionPolicy"]?.string ?? "" },
    ]

    static let runtimeClass: [TableColumn] = [
        name, text("Handler", "The handler of the container runtime.") { $0["handler"]?.string ?? "" }, age,
    ]

    static let storageClass: [TableColumn] = [
        text("Name", "The name of the class.") { object in
            let note = object[path: ["metadata", "annotations", "storageclass.kubernetes.io/is-default-class"]]
            return (object[path: ["metadata", "name"]]?.string ?? "") + (note?.string == "true" ? " (default)" : "")
        },
        text("Provisioner", "Who provisions volumes.") { $0["provisioner"]?.string ?? "" },
        text("ReclaimPolicy", "What becomes of released volumes.") { $0["reclaimPolicy"]?.string ?? "" },
        text("VolumeBindingMode", "When volumes are bound.") { $0["volumeBindingMode"]?.string ?? "" },
        TableColumn(name: "AllowVolumeExpansion", type: "string", text: "Whether volumes can grow.") { object, _ in
            .bool(object["allowVolumeExpansion"]?.bool ?? false)
        },
        age,
    ]

    static let binding: [TableColumn] = [
        name,
        text("Role", "The role that is granted.") { object in
            "\(object["roleRef"]?["kind"]?.string ?? "")/\(object["roleRef"]?["name"]?.string ?? "")"
        },
        age, text("Users", "The users that get it.", wide: true) { subjects($0, "User") },
        text("Groups", "The groups that get it.", wide: true) { subjects($0, "Group") },
        text("ServiceAccounts", "The service accounts that get it.", wide: true) { subjects($0, "ServiceAccount") },
    ]

    private static func subjects(_ object: JSONValue, _ kind: String) -> String {
        (object["subjects"]?.array ?? []).filter { $0["kind"]?.string == kind }.map { subject in
            let name = subject["name"]?.string ?? ""
            return subject["namespace"]?.string.map { "\($0)/\(name)" } ?? name
        }.joined(separator: ", ")
    }

    private static func nodeInfo(_ node: JSONValue, _ field: String) -> String {
        node[path: ["status", "nodeInfo", field]]?.string ?? ""
    }

    private static func orUnknown(_ text: String) -> String { text.isEmpty ? "<unknown>" : text }

    private static func nodeStatus(_ node: JSONValue) -> String {
        let ready = node[path: ["status", "conditions"]]?.array?.first { $0["type"]?.string == "Ready" }
        var words = [ready.map { $0["status"]?.string == "True" ? "Ready" : "NotReady" } ?? "Unknown"]
        if node[path: ["spec", "unschedulable"]]?.bool == true { words.append("SchedulingDisabled") }
        return words.joined(separator: ",")
    }

    private static func roles(_ node: JSONValue) -> String {
        let prefix = "node-role.kubernetes.io/"
        let roles = (node[path: ["metadata", "labels"]]?.object ?? [:]).compactMap { label, value -> String? in
            if label.hasPrefix(prefix) { return String(label.dropFirst(prefix.count)) }
            return label == "kubernetes.io/role" ? value.string : nil
        }.filter { !$0.isEmpty }
        return orNone(roles.sorted().joined(separator: ","))
    }

    private static func address(_ node: JSONValue, _ type: String) -> String {
        let addresses = node[path: ["status", "addresses"]]?.array ?? []
        return orNone(addresses.first { $0["type"]?.string == type }?["address"]?.string)
    }
}

/// Events of both groups, which name the same things differently.
struct EventSummary {
    private let event: JSONValue

    init(_ event: JSONValue) { self.event = event }

    private var regarding: JSONValue { event["involvedObject"] ?? event["regarding"] ?? [:] }

    var object: String { "\(regarding["kind"]?.string?.lowercased() ?? "")/\(regarding["name"]?.string ?? "")" }
    var part: String { regarding["fieldPath"]?.string ?? "" }
    var message: String { (event["message"] ?? event["note"])?.string ?? "" }

    var source: String {
        let source = event["source"] ?? event["deprecatedSource"]
        let component =
            source?["component"]?.string ?? (event["reportingComponent"] ?? event["reportingController"])?.string ?? ""
        let host = source?["host"]?.string ?? event["reportingInstance"]?.string ?? ""
        return host.isEmpty ? component : "\(component), \(host)"
    }

    var count: Int64 {
        event["series"]?["count"]?.integer ?? (event["count"] ?? event["deprecatedCount"])?.integer ?? 1
    }

    func firstSeen(_ now: Timestamp) -> String {
        let first = event["firstTimestamp"] ?? event["deprecatedFirstTimestamp"]
        return HumanAge.since(first?.string == nil ? event["eventTime"] : first, now)
    }

    func lastSeen(_ now: Timestamp) -> String {
        let series = event["series"]?["lastObservedTime"]
        let last = series ?? event["lastTimestamp"] ?? event["deprecatedLastTimestamp"]
        guard last?.string != nil else { return firstSeen(now) }
        let age = HumanAge.since(last, now)
        return count > 1 ? "\(age) (x\(count) over \(firstSeen(now)))" : age
    }
}
