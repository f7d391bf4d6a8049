internal import KubeAPI

/// Binds a pod to a node, as schedulers do.
struct BindingSubresource {
    let core: APICore
    let context: RequestContext

    func answer() throws -> Answer {
        let body = try context.body()
        guard let pod = core.store.get(context.storage, context.key) else {
            throw APIFailure.notFound(context.type, context.key.name)
        }
        let node = body[path: ["target", "name"]]?.string ?? ""
        guard !node.isEmpty else {
            let type = ResourceType(group: "", version: "v1", kind: "Binding", plural: "bindings")
            throw APIFailure.invalid(type, pod.name, [.required(PathText("target.name"))])
        }
        let current = pod.json[path: ["spec", "nodeName"]]?.string ?? ""
        guard current.isEmpty else {
            throw APIFailure.conflict(
                ResourceType(group: "", version: "v1", kind: "Binding", plural: "pods/binding"), pod.name,
                "pod \(pod.name) is already assigned to node \"\(current)\"")
        }
        guard !pod.isBeingDeleted else {
            throw APIFailure.conflict(
                ResourceType(group: "", version: "v1", kind: "Binding", plural: "pods/binding"), pod.name,
                "pod \(pod.name) is being deleted, cannot be assigned to a host")
        }
        var json = pod.json
        json[path: ["spec", "nodeName"]] = .string(node)
        let conditions = (json[path: ["status", "conditions"]]?.array ?? []).filter {
            $0["type"]?.string != "PodScheduled"
        }
        let scheduled: JSONValue = [
            "type": "PodScheduled", "status": "True", "lastProbeTime": .null,
            "lastTransitionTime": .string(core.now.rfc3339),
        ]
        json[path: ["status", "conditions"]] = .array(conditions + [scheduled])
        if !context.isDryRun { try store(json, over: pod) }
        return .object(
            ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "code": 201], status: 201)
    }

    private func store(_ json: JSONValue, over pod: StoredObject) throws {
        do {
            try core.store.put(context.storage, json, expecting: .version(pod.resourceVersion))
        } catch {
            throw APIFailure.conflict(context.type, pod.name)
        }
    }
}
