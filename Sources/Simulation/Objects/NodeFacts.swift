internal import KubeAPI

/// What the simulation reads of a node.
struct NodeFacts: Sendable {
    struct Taint: Sendable, Hashable {
        var key: String
        var value: String
        var effect: String

        init(key: String, value: String = "", effect: String) {
            self.key = key
            self.value = value
            self.effect = effect
        }

        init(_ json: JSONValue) {
            key = json["key"]?.string ?? ""
            value = json["value"]?.string ?? ""
            effect = json["effect"]?.string ?? ""
        }
    }

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
        taints = (object[path: "spec", "taints"]?.array ?? []).map(Taint.init)
        isUnschedulable = object[path: "spec", "unschedulable"]?.bool ?? false
        self.allocatable = ResourceAmounts(allocatable)
        podLimit = allocatable?["pods"].flatMap { $0.integer.map(Int.init) ?? $0.string.flatMap { Int($0) } } ?? 0
        isReady = ConditionList(of: object).isTrue("Ready")
        isSimulated = annotations[SimulationAnnotation.node] == "true"
        isToBeReady = annotations[SimulationAnnotation.nodeReady] != "false"
    }
}
