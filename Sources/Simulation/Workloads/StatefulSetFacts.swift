internal import KubeAPI

/// What the simulation reads of a StatefulSet.
struct StatefulSetFacts: Sendable {
    static let revisionLabel = "controller-revision-hash"

    let object: DynamicObject
    let replicas: Int
    let selector: LabelSelector
    let template: JSONValue
    let isParallel: Bool
    let claimTemplates: [JSONValue]

    init(_ object: DynamicObject) {
        let spec = object["spec"] ?? .object([:])
        self.object = object
        replicas = spec["replicas"]?.integer.map(Int.init) ?? 1
        selector = LabelSelector(json: spec["selector"])
        template = spec["template"] ?? .object([:])
        isParallel = spec["podManagementPolicy"]?.string == "Parallel"
        claimTemplates = spec["volumeClaimTemplates"]?.array ?? []
    }

    /// The value of the label by which pods of the present template are known.
    var revision: String { "\(object.name)-\(StableHash(template.canonicalBytes()).nameSuffix)" }

    /// The number of a pod; `nil` for one that has no name of this set.
    func ordinal(of pod: PodFacts) -> Int? {
        let name = pod.object.name
        return name.hasPrefix("\(object.name)-") ? Int(name.dropFirst(object.name.count + 1)) : nil
    }

    func isCurrent(_ pod: PodFacts) -> Bool { pod.object.labels[Self.revisionLabel] == revision }

    /// The claims of a pod, by the names of their templates.
    func claims(of ordinal: Int) -> [(volume: String, claim: DynamicObject)] {
        claimTemplates.map { template in
            let volume = template[path: ["metadata", "name"]]?.string ?? ""
            var metadata = template["metadata"] ?? .object([:])
            metadata["name"] = .string("\(volume)-\(object.name)-\(ordinal)")
            metadata["namespace"] = .string(object.namespace)
            let claim: JSONObject = [
                "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata,
                "spec": template["spec"] ?? .object([:]),
            ]
            return (volume, DynamicObject(claim))
        }
    }

    func pod(_ ordinal: Int) -> DynamicObject {
        var pod = ReplicaSetDecision.pod(of: object, template: template)
        let name = "\(object.name)-\(ordinal)"
        pod[path: "metadata", "generateName"] = nil
        pod[path: "metadata", "name"] = .string(name)
        let labels = [
            "apps.kubernetes.io/pod-index": String(ordinal), "statefulset.kubernetes.io/pod-name": name,
            Self.revisionLabel: revision,
        ]
        for (key, value) in labels.sorted(by: { $0.key < $1.key }) {
            pod[path: "metadata", "labels", key] = .string(value)
        }
        pod[path: "spec", "hostname"] = .string(name)
        pod[path: "spec", "subdomain"] = object[path: "spec", "serviceName"]
        let own = claims(of: ordinal)
        let others = (pod[path: "spec", "volumes"]?.array ?? []).filter { volume in
            !own.contains { $0.volume == volume["name"]?.string }
        }
        let volumes =
            others
            + own.map { entry -> JSONValue in
                [
                    "name": .string(entry.volume),
                    "persistentVolumeClaim": ["claimName": .string(entry.claim.name)],
                ]
            }
        if !volumes.isEmpty { pod[path: "spec", "volumes"] = .array(volumes) }
        return pod
    }
}
