import KubeAPI

@testable import EmbeddedAPIServer
@testable import Simulation

extension Timestamp {
    /// The moment at which the tests of the simulation take place.
    static let noon = Timestamp(secondsSinceEpoch: 1_767_268_800)
}

/// The object of a YAML text.
func object(_ yaml: String) throws -> DynamicObject {
    try DynamicObject(YAML.parseDocument(Array(yaml.utf8)))
}

extension DynamicObject {
    static func node(
        _ name: String, region: String = "eu-central", isSimulated: Bool = true, taints: [JSONValue] = []
    ) -> DynamicObject {
        var node = NodeTemplate(name: name, region: region, zone: region + "-a").node
        node[path: "metadata", "uid"] = .string("uid-" + name)
        node[path: "metadata", "resourceVersion"] = "1"
        node[path: "spec", "taints"] = .array(taints)
        node["status"] = [
            "allocatable": ["cpu": "4", "memory": "8Gi", "pods": "10"],
            "conditions": [["type": "Ready", "status": "True"]],
        ]
        if !isSimulated { node[path: "metadata", "annotations"] = nil }
        return node
    }

    static func pod(
        _ name: String = "web-1", on node: String? = nil, image: String = "nginx", annotations: [String: String] = [:],
        restartPolicy: String = "Always", phase: String? = nil, owner: DynamicObject? = nil
    ) -> DynamicObject {
        var pod = DynamicObject(
            [
                "apiVersion": "v1", "kind": "Pod",
                "metadata": [
                    "name": .string(name), "namespace": "shop", "uid": .string("uid-" + name), "resourceVersion": "7",
                ],
                "spec": [
                    "restartPolicy": .string(restartPolicy),
                    "containers": [["name": "worker", "image": .string(image)]],
                ],
            ] as JSONObject)
        for (key, value) in annotations { pod[path: "metadata", "annotations", key] = .string(value) }
        pod[path: "spec", "nodeName"] = node.map(JSONValue.string)
        if let phase { pod[path: "status", "phase"] = .string(phase) }
        if let owner { pod[path: "metadata", "ownerReferences"] = .array([owner.asController()]) }
        return pod
    }

    /// The object as it is once a decision's patches of it are carried out.
    func applying(_ writes: [SimulatedWrite]) -> DynamicObject {
        writes.reduce(self) { object, write in
            guard case .patch(_, let key, var patch, _) = write, key == object.key else { return object }
            patch[path: ["metadata", "resourceVersion"]] = nil
            return DynamicObject(MergePatch.apply(patch, to: object.json).object ?? [:])
        }
    }

    func condition(_ type: String) -> (status: String, reason: String, message: String)? {
        ConditionList(of: self)[type].map {
            ($0["status"]?.string ?? "", $0["reason"]?.string ?? "", $0["message"]?.string ?? "")
        }
    }

    func status(_ field: String) -> Int { self[path: "status", field]?.integer.map(Int.init) ?? 0 }
}

extension Decision {
    var events: [String] {
        writes.compactMap { write in
            if case .event(let event) = write { event.reason } else { nil }
        }
    }
}
