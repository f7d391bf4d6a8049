import KubeAPI

@testable import Reconcilers

extension DynamicObject {
    /// From YAML of one document.
    static func fixture(_ yaml: String) throws -> DynamicObject {
        try DynamicObject(YAML.parseDocument(Array(yaml.utf8)))
    }
}

extension RegionalWorkerPool {
    /// A pool `workers/pool` with one region `eu` of the nodes `zone=eu`.
    ///
    /// - Parameters:
    ///   - spec: YAML of the spec's fields, in the place of these.
    ///   - template: YAML of the template's `spec`.
    static func fixture(
        name: String = "pool", uid: String? = "uid-pool",
        spec: String = "regions: [{name: eu, nodeSelector: {matchLabels: {zone: eu}}}]",
        template: String = "containers: [{name: worker, image: worker:1}]", generation: Int64 = 1
    ) throws -> RegionalWorkerPool {
        var object = try DynamicObject.fixture(
            """
            apiVersion: quartermaster.dev/v1alpha1
            kind: RegionalWorkerPool
            metadata: {name: \(name), namespace: workers, generation: \(generation)}
            """)
        object[path: "metadata", "uid"] = uid.map(JSONValue.string)
        object["spec"] = try YAML.parseDocument(Array(spec.utf8))
        if object[path: "spec", "template"] == nil {
            object[path: "spec", "template"] = ["spec": try YAML.parseDocument(Array(template.utf8))]
        }
        return try RegionalWorkerPool(defaulting: object)
    }

    /// The claim's view of the pool.
    var claimant: NodeClaim.Pool {
        NodeClaim.Pool(
            uid: metadata.uid ?? "", namespace: metadata.namespace ?? "", name: metadata.name ?? "")
    }

    func region(_ name: String) throws -> Region {
        struct Missing: Error {}
        guard let region = ResolvedPool(self).regions.first(where: { $0.name == name }) else { throw Missing() }
        return region
    }
}

extension NodeSnapshot {
    static func fixture(
        _ name: String = "n1", labels: [String: String] = ["zone": "eu"], taints: [Taint] = [], claim: NodeClaim? = nil
    ) throws -> NodeSnapshot {
        var node = try DynamicObject(
            Node(
                metadata: ObjectMeta(name: name, labels: labels), spec: .init(taints: taints),
                status: .init(conditions: [.init(type: "Ready", status: .true)])
            ).dynamicObject().json)
        node[path: "metadata", "uid"] = .string("uid-\(name)")
        node[path: "metadata", "resourceVersion"] = "1"
        if let claim {
            node[path: "metadata", "annotations"] = [
                AnnotationKey.claim: .string(try SealedClaim.annotation(claim, on: "uid-\(name)", .test))
            ]
        }
        return NodeSnapshot(node, sealedBy: .test)
    }

    /// The node after a patch, as the API server would have it. Source: RFC 7386, JSON Merge Patch.
    func applying(_ plan: NodePlan?) throws -> NodeSnapshot {
        guard let plan else { return self }
        let patch = try plan.mergePatch(sealedBy: .test)
        var node = self
        for (key, value) in patch["metadata"]?["labels"]?.object ?? [:] { node.labels[key] = value.string }
        if let taints = patch["spec"]?["taints"] { node.taints = taints.elements }
        node.claimText = patch["metadata"]?["annotations"]?[AnnotationKey.claim]?.string
        let ledger = node.claimText.flatMap(SealedClaim.init(annotation:))
        node.isSealed = ledger?.isValid(on: uid, .test) ?? false
        node.claim = node.isSealed ? ledger?.claim : nil
        return node
    }

    var taintTexts: [String] {
        taints.map { taint in
            let value = taint["value"]?.string ?? ""
            return "\(taint["key"]?.string ?? "")\(value.isEmpty ? "" : "=\(value)"):\(taint["effect"]?.string ?? "")"
        }
    }
}

extension Seal {
    /// The same in each operator of a test, as replicas and restarted ones have it.
    static let test = Seal(key: Array(repeating: 7, count: Seal.keyLength))
}
