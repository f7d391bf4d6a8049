internal import KubeAPI

/// `autoscaling/v1` `Scale`: the numbers of a scalable object. Source: Kubernetes API reference, Scale.
struct ScaleSubresource {
    let core: APICore
    let context: RequestContext
    private let paths: ResourceDefinition.ScalePaths

    private static let type = ResourceType(group: "autoscaling", version: "v1", kind: "Scale", plural: "scales")

    init(core: APICore, context: RequestContext) throws {
        guard let paths = context.definition.scale else { throw APIFailure.noSuchResource }
        self.core = core
        self.context = context
        self.paths = paths
    }

    func answer() throws -> Answer {
        guard let live = core.store.get(context.storage, context.key) else {
            throw APIFailure.notFound(context.type, context.key.name)
        }
        let object = Presentation.json(live, as: context.definition)
        let current = scale(of: object)
        switch context.info.verb {
        case "get":
            guard !lacksReplicas(object) else {
                throw APIFailure.internalError("the spec replicas field \"\(replicasField)\" does not exist")
            }
            return .object(current)
        case "update": return .object(try write(try context.body(), over: current, live, object))
        case "patch": return .object(try write(try patched(current), over: current, live, object))
        default: throw APIFailure.methodNotAllowed
        }
    }

    private func patched(_ current: JSONValue) throws -> JSONValue {
        let patch = try context.patchDocument()
        switch MediaType(context.request.header("Content-Type") ?? "").name {
        case "application/json-patch+json": return try JSONPatch(patch).applied(to: current)
        case "application/merge-patch+json": return MergePatch.apply(patch, to: current)
        case "application/strategic-merge-patch+json" where !context.definition.isCustom:
            return MergePatch.apply(patch, to: current)
        default:
            let third = context.definition.isCustom ? "apply-patch+yaml" : "strategic-merge-patch+json"
            throw APIFailure.unsupportedMediaType(
                accepted: "application/json-patch+json, application/merge-patch+json, application/\(third)")
        }
    }

    private func write(
        _ scale: JSONValue, over current: JSONValue, _ live: StoredObject, _ object: JSONValue
    ) throws -> JSONValue {
        let asked = scale[path: ["spec", "replicas"]]?.integer
        // A patch goes on from what is there, a PUT has said 0 by leaving it out.
        guard asked != nil || context.info.verb == "update" || !lacksReplicas(object) else {
            throw APIFailure.badRequest("the spec replicas field \"\(replicasField)\" cannot be empty")
        }
        let replicas = asked ?? 0
        // Of a custom resource this is a rule for the object.
        guard replicas >= 0 || context.definition.isCustom else {
            throw APIFailure.invalid(
                Self.type, live.name,
                [.invalid(PathText("spec.replicas"), .integer(replicas), "must be greater than or equal to 0")])
        }
        var changed = object
        changed[path: paths.specReplicas] = .integer(replicas)
        changed[path: ["metadata", "resourceVersion"]] = scale[path: ["metadata", "resourceVersion"]]
        if !context.definition.isCustom, let uid = scale[path: ["metadata", "uid"]] {
            changed[path: ["metadata", "uid"]] = uid
        }
        return self.scale(of: try core.replace(live, with: changed, context))
    }

    private var replicasField: String { "." + paths.specReplicas.joined(separator: ".") }

    /// Built-in kinds have a default.
    private func lacksReplicas(_ object: JSONValue) -> Bool {
        context.definition.isCustom && object[path: paths.specReplicas] == nil
    }

    private func scale(of object: JSONValue) -> JSONValue {
        var metadata = JSONObject()
        for field in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
            metadata[field] = object[path: ["metadata", field]]
        }
        var status: JSONValue = ["replicas": object[path: paths.statusReplicas] ?? 0]
        switch paths.selector.flatMap({ object[path: $0] }) {
        case .string(let text): status["selector"] = .string(text)
        case let selector?:
            let decoded = try? JSONValueDecoder().decode(LabelSelector.self, from: selector)
            if let text = decoded?.queryString, !text.isEmpty { status["selector"] = .string(text) }
        case nil: break
        }
        var spec = JSONObject()
        if let replicas = object[path: paths.specReplicas], replicas != 0 { spec["replicas"] = replicas }
        return [
            "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": .object(metadata), "spec": .object(spec),
            "status": status,
        ]
    }
}
