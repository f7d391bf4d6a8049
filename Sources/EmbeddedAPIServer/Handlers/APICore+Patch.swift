internal import KubeAPI

extension APICore {
    private enum PatchKind: String {
        case json = "application/json-patch+json"
        case merge = "application/merge-patch+json"
        case strategic = "application/strategic-merge-patch+json"
        case apply = "application/apply-patch+yaml"
    }

    func patch(_ context: RequestContext) throws -> Answer {
        let kind = try patchKind(context)
        if kind == .apply { return try apply(context) }
        guard let live = store.get(context.storage, context.key) else {
            throw APIFailure.notFound(context.type, context.key.name)
        }
        let current = Presentation.json(live, as: context.definition)
        let patched = try patched(current, by: try context.patchDocument(), kind, context)
        var decoded = try decodePatched(patched, context)
        try checkPatchedName(decoded.object, context)
        try checkPatchedUID(decoded.object, live, context)
        try checkIdentity(&decoded.object, context)
        let result = try replace(live, with: decoded.object, context)
        return .object(result, warnings: decoded.warnings)
    }

    private func patchKind(_ context: RequestContext) throws -> PatchKind {
        let name = MediaType(context.request.header("Content-Type") ?? "").name
        guard let kind = PatchKind(rawValue: name) else {
            var failure = APIFailure(415, "UnsupportedMediaType", "415: Unsupported Media Type")
            failure.hasDetails = true
            throw failure
        }
        if kind == .strategic, context.definition.isCustom {
            throw APIFailure.unsupportedMediaType(
                accepted: "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml")
        }
        return kind
    }

    private func patched(
        _ current: JSONValue, by patch: JSONValue, _ kind: PatchKind, _ context: RequestContext
    ) throws -> JSONValue {
        if kind == .json { return try JSONPatch(patch).applied(to: current) }
        guard patch.object != nil else {
            throw APIFailure.badRequest(
                "error decoding patch: json: cannot unmarshal \(patch.typeName) into Go value of type "
                    + "map[string]interface {}")
        }
        if kind == .merge { return MergePatch.apply(patch, to: current) }
        return try StrategicMergePatch.apply(patch, to: current, schema: context.definition.schema)
    }

    /// What a patch has made, read as its kind. An object that is none is the patch's fault: 422, not 400.
    private func decodePatched(
        _ patched: JSONValue, _ context: RequestContext
    ) throws -> (object: JSONValue, warnings: [String]) {
        do {
            return try decode(patched, context)
        } catch let failure as StatusFailure where failure.code == 400 {
            let subject = "cannot be handled as a \(context.type.kind): "
            guard let place = failure.message.firstRange(of: subject) else { throw failure }
            throw StatusFailure.invalid(
                ResourceType(group: "", version: "", kind: "", plural: ""), name: "",
                [
                    .invalid(
                        PathText("patch"), .string(patched.withoutManagedFields.serializedString()),
                        String(failure.message[place.upperBound...]))
                ])
        }
    }

    /// Where an update with another UID is a conflict, a patch to another UID is invalid.
    private func checkPatchedUID(_ object: JSONValue, _ live: StoredObject, _ context: RequestContext) throws {
        let uid = object[path: ["metadata", "uid"]]?.string ?? ""
        guard !uid.isEmpty, uid != live.uid else { return }
        throw APIFailure.invalid(
            context.type, live.name, [.invalid(PathText("metadata.uid"), .string(uid), "field is immutable")])
    }

    private func checkPatchedName(_ object: JSONValue, _ context: RequestContext) throws {
        let name = object[path: ["metadata", "name"]]?.string ?? ""
        guard name == context.key.name else {
            throw APIFailure.badRequest(
                "the name of the object (\(name)) does not match the name on the URL (\(context.key.name))")
        }
    }

    /// Server-side apply. Source: Kubernetes documentation, "Server-Side Apply".
    private func apply(_ context: RequestContext) throws -> Answer {
        guard let manager = context.request.parameter("fieldManager"), !manager.isEmpty else {
            throw APIFailure.invalidOption(
                "PatchOptions", .required(PathText("fieldManager"), "is required for apply patch"))
        }
        let decoded = try applied(context)
        let live = store.get(context.storage, context.key)
        guard live != nil || context.info.subresource == nil else {
            throw APIFailure.notFound(context.type, context.key.name)
        }
        let fields = FieldManager(
            context.definition, subresource: context.info.subresource ?? "", manager: manager, now: now)
        var merged = try fields.apply(
            live: live.map { Presentation.json($0, as: context.definition) }, configuration: decoded.object,
            force: context.request.parameter("force") == "true")
        // As the kind's Go type has it: a struct that apply has taken away is there again, empty, and gets its defaults.
        if !context.definition.isCustom { merged = try ObjectDecoder.decode(merged, as: context.definition).object }
        if let live {
            let result = try replace(live, with: merged, context, recordsFields: false)
            return .object(result, warnings: decoded.warnings)
        }
        if let uid = decoded.object[path: ["metadata", "uid"]]?.string, !uid.isEmpty {
            throw APIFailure.conflict(
                context.type, context.key.name,
                "uid mismatch: the provided object specified uid \(uid), and no existing object was found")
        }
        // Of no meaning where there is nothing to compare it with.
        merged[path: ["metadata", "resourceVersion"]] = nil
        let (created, warnings) = try create(merged, context, recordsFields: false)
        return .object(created, status: 201, warnings: decoded.warnings + warnings)
    }

    private func applied(_ context: RequestContext) throws -> (object: JSONValue, warnings: [String]) {
        let type = context.type
        var body = try context.yaml()
        let name = body[path: ["metadata", "name"]]?.string ?? ""
        if name.isEmpty, body.object != nil { body[path: ["metadata", "name"]] = .string(context.key.name) }
        try checkPatchedName(body, context)
        let apiVersion = body["apiVersion"]?.string ?? ""
        let kind = body["kind"]?.string ?? ""
        guard apiVersion == type.apiVersion, kind == type.kind else {
            let version = apiVersion.contains("/") ? apiVersion : "/\(apiVersion)"
            throw APIFailure.badRequest("invalid object type: \(version), Kind=\(kind)")
        }
        var identity = body
        try checkIdentity(&identity, context)
        // Apply types the configuration itself and refuses what the schema does not know.
        guard context.definition.isCustom else { return (body, []) }
        return try decode(body, context)
    }
}
