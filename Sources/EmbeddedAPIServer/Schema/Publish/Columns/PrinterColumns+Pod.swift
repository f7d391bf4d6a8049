import KubeAPI

extension PrinterColumns {
    static let pod: [TableColumn] = [
        name,
        text("Ready", "How many containers are ready, of how many.") { object in
            let statuses = object[path: ["status", "containerStatuses"]]?.array ?? []
            let total = object[path: ["spec", "containers"]]?.array?.count ?? 0
            return "\(statuses.count { $0["ready"]?.bool == true })/\(total)"
        },
        text("Status", "The state of the pod and its containers in one word.") { PodRow($0).reason },
        TableColumn(name: "Restarts", type: "string", text: "How often the containers were restarted.") {
            .string(PodRow($0).restarts($1))
        },
        age,
        text("IP", "The pod's address.", wide: true) { orNone(PodRow($0).address) },
        text("Node", "The node that runs the pod.", wide: true) { orNone($0[path: ["spec", "nodeName"]]?.string) },
        text("Nominated Node", "The node on which room is being made.", wide: true) {
            orNone($0[path: ["status", "nominatedNodeName"]]?.string)
        },
        text("Readiness Gates", "How many readiness gates are open, of how many.", wide: true) {
            PodRow($0).readinessGates
        },
    ]
}
