internal import KubeAPI

extension APICore {
    func create(_ context: RequestContext) throws -> Answer {
        let body = try context.body()
        guard context.info.name == nil else { throw APIFailure.methodNotAllowed }
        let decoded = try decode(body, context)
        let (stored, warnings) = try create(decoded.object, context)
        return .object(stored, status: 201, warnings: decoded.warnings + warnings)
    }

    /// Stores a new object that has been decoded. Apply has recorded its managed fields already.
    func create(
        _ decoded: JSONValue, _ context: RequestContext, recordsFields: Bool = true
    ) throws -> (object: JSONValue, warnings: [String]) {
        let definition = context.definition
        var object = decoded
        try checkIdentity(&object, context)
        try name(&object, context)
        let key = ObjectKey(
            namespace: context.key.namespace, name: object[path: ["metadata", "name"]]?.string ?? "")
        if !key.name.isEmpty { try admitToNamespace(context, name: key.name) }
        stampNew(&object)
        object = definition.applyingDefaults(to: object)
        // What admission and the server itself add belongs to no manager.
        if recordsFields {
            object = FieldManager(definition, manager: context.manager, now: now).update(live: nil, new: object)
        }
        object = ObjectRules.prepareForCreate(object, definition)
        // A custom resource's status is dropped and then gets the default of its schema.
        if definition.isCustom { object = definition.applyingDefaults(to: object) }
        let admission = try admitCreate(object, context)
        object = admission.object
        try validate(object, live: nil, context)
        try admitValidated(object, live: nil, context)
        let result = try commitNew(object, key: key, context)
        return (result, admission.warnings)
    }

    private func commitNew(_ object: JSONValue, key: ObjectKey, _ context: RequestContext) throws -> JSONValue {
        if context.isDryRun {
            guard store.get(context.storage, key) == nil else {
                throw APIFailure.alreadyExists(context.type, key.name)
            }
            return object
        }
        do {
            let stored = try store.put(context.storage, storageForm(object, context), expecting: .absent)
            return Presentation.json(stored, as: context.definition)
        } catch {
            throw APIFailure.alreadyExists(context.type, key.name)
        }
    }

    /// - Throws: `StatusFailure` 400.
    func decode(_ body: JSONValue, _ context: RequestContext) throws -> (object: JSONValue, warnings: [String]) {
        let type = context.type
        var body = body
        let kind = body["kind"]?.string ?? ""
        let apiVersion = body["apiVersion"]?.string ?? ""
        if context.definition.isCustom, body.object != nil {
            guard !kind.isEmpty else {
                let text = body.serializedString()
                throw APIFailure.badRequest(
                    "the object provided is unrecognized (must be of type \(type.kind)): Object 'Kind' is missing in "
                        + "'\(text)'")
            }
            guard apiVersion == type.apiVersion else { throw Self.wrongVersion(apiVersion, type) }
            guard kind == type.kind else {
                let other = ResourceType(group: type.group, version: type.version, kind: kind, plural: "")
                throw APIFailure.invalid(
                    other, body[path: ["metadata", "name"]]?.string ?? "",
                    [.invalid(PathText("kind"), .string(kind), "must be \(type.kind)")])
            }
        }
        if body.object != nil {
            if kind.isEmpty { body["kind"] = .string(type.kind) }
            if apiVersion.isEmpty { body["apiVersion"] = .string(type.apiVersion) }
        }
        if !kind.isEmpty, kind != type.kind {
            let version = apiVersion.split(separator: "/").last.map(String.init) ?? type.version
            throw APIFailure.badRequest(
                "\(kind) in version \"\(version)\" cannot be handled as a \(type.kind): converting "
                    + "(\(version).\(kind)) to (\(type.group.isEmpty ? "core" : Self.package(type.group)).\(type.kind)): "
                    + "unknown conversion")
        }
        if !apiVersion.isEmpty, apiVersion != type.apiVersion {
            throw Self.wrongVersion(apiVersion, type)
        }
        return try ObjectDecoder.decode(body, as: context.definition, fieldValidation: context.fieldValidation)
    }

    private static func wrongVersion(_ apiVersion: String, _ type: ResourceType) -> APIFailure {
        .badRequest(
            "the API version in the data (\(apiVersion)) does not match the expected API version (\(type.apiVersion))")
    }

    /// The last part of Go's package path.
    private static func package(_ group: String) -> String {
        group.split(separator: ".").first.map(String.init) ?? group
    }

    /// The object in the version in which its resource is stored.
    func storageForm(_ object: JSONValue, _ context: RequestContext) -> JSONValue {
        if context.type.group == "events.k8s.io" { return EventConversion.toCore(object) }
        guard let stored = registry.stored(context.storage), stored.type.version != context.type.version else {
            return object
        }
        var object = object
        object["apiVersion"] = .string(stored.type.apiVersion)
        return object
    }

    /// Namespace and name of the object against those of the path.
    func checkIdentity(_ object: inout JSONValue, _ context: RequestContext) throws {
        let namespace = object[path: ["metadata", "namespace"]]?.string ?? ""
        guard context.type.isNamespaced else {
            if !namespace.isEmpty {
                throw APIFailure.badRequest(
                    "the namespace of the provided object does not match the namespace sent on the request")
            }
            return
        }
        let wanted = context.key.namespace
        guard !wanted.isEmpty else { throw APIFailure.methodNotAllowed }
        guard namespace.isEmpty || namespace == wanted else {
            throw APIFailure.badRequest(
                "the namespace of the provided object does not match the namespace sent on the request")
        }
        object[path: ["metadata", "namespace"]] = .string(wanted)
    }

    private func name(_ object: inout JSONValue, _ context: RequestContext) throws {
        guard object[path: ["metadata", "resourceVersion"]]?.string ?? "" == "" else {
            // The real server takes this for an error of its own.
            throw StatusFailure.unclassified("resourceVersion should not be set on objects to be created")
        }
        let name = object[path: ["metadata", "name"]]?.string ?? ""
        let prefix = object[path: ["metadata", "generateName"]]?.string ?? ""
        guard name.isEmpty, !prefix.isEmpty else { return }
        // 63 characters at most, so that the name fits a label.
        object[path: ["metadata", "name"]] = .string(prefix.prefix(58) + random.suffix())
    }

    private func stampNew(_ object: inout JSONValue) {
        object[path: ["metadata", "uid"]] = .string(random.uuid())
        object[path: ["metadata", "creationTimestamp"]] = .string(now.rfc3339)
        for field in ["deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "generation", "resourceVersion"] {
            object[path: ["metadata", field]] = nil
        }
    }

    func validate(
        _ object: JSONValue, live: JSONValue?, _ context: RequestContext, subresource: String = ""
    ) throws {
        let errors = ObjectValidation.errors(object, live: live, context.definition, subresource: subresource)
        guard errors.isEmpty else {
            let name = object[path: ["metadata", "name"]]?.string ?? ""
            throw APIFailure.invalid(context.type, name, errors)
        }
    }
}
