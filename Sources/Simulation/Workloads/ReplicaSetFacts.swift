internal import KubeAPI

/// What the simulation reads of a ReplicaSet.
struct ReplicaSetFacts: Sendable {
    static let hashLabel = "pod-template-hash"
    static let revisionAnnotation = "deployment.kubernetes.io/revision"
    static let desiredAnnotation = "deployment.kubernetes.io/desired-replicas"
    static let maxAnnotation = "deployment.kubernetes.io/max-replicas"

    let object: DynamicObject
    let replicas: Int
    let selector: LabelSelector
    let template: JSONValue
    let minReadySeconds: Int

    init(_ object: DynamicObject) {
        let spec = object["spec"] ?? .object([:])
        self.object = object
        replicas = spec["replicas"]?.integer.map(Int.init) ?? 1
        selector = LabelSelector(json: spec["selector"])
        template = spec["template"] ?? .object([:])
        minReadySeconds = spec["minReadySeconds"]?.integer.map(Int.init) ?? 0
    }

    var observedReplicas: Int { count("replicas") }
    var readyReplicas: Int { count("readyReplicas") }
    var availableReplicas: Int { count("availableReplicas") }
    var terminatingReplicas: Int { count("terminatingReplicas") }
    var revision: Int { object.annotations[Self.revisionAnnotation].flatMap { Int($0) } ?? 0 }

    /// The pods that the ReplicaSet was made for, without the label that tells it from its siblings.
    var bareTemplate: JSONValue {
        var bare = template
        bare[path: ["metadata", "labels", Self.hashLabel]] = nil
        return bare
    }

    private func count(_ field: String) -> Int {
        object[path: "status", field]?.integer.map(Int.init) ?? 0
    }
}
