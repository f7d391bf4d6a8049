internal import KubeAPI

/// What the simulation reads of a node.
struct NodeFacts: Sendable {
    let object: DynamicObject
    let name: String
    let labels: [String: String]
    let taints: [Taint]
    let isUnschedulable: Bool
    let allocatable: ResourceAmounts
    let podLimit: Int
    let isReady: Bool
    /// Its kubelet is played by the simulation.
    let isSimulated: Bool
    /// Its annotations ask for a node that is NotReady.
    let isToBeReady: Bool

    init(_ object: DynamicObject) {
        let annotations = object.annotations
        let allocatable = object[path: "status", "allocatable"]
        self.object = object
        name = object.name
        labels = object.labels
        taints = Taint.all(in: object[path: "spec", "taints"])
        isUnschedulable = object[path: "spec", "unschedulable"]?.bool ?? false
        self.allocatable = ResourceAmounts(allocatable)
        podLimit = allocatable?["pods"].flatMap { $0.integer.map(Int.init) ?? $0.string.flatMap { Int($0) } } ?? 0
        isReady = ConditionList(of: object).isTrue("Ready")
        isSimulated = annotations[SimulationAnnotation.node] == "true"
        isToBeReady = annotations[SimulationAnnotation.nodeReady] != "false"
    }
}
