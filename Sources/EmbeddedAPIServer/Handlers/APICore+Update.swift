internal import KubeAPI

extension APICore {
    func update(_ context: RequestContext) throws -> Answer {
        let decoded = try decode(try context.body(), context)
        var object = decoded.object
        try checkName(&object, context)
        try checkIdentity(&object, context)
        guard let live = store.get(context.storage, context.key) else {
            guard Self.createsOnUpdate.contains(context.type.plural), context.info.subresource == nil else {
                throw APIFailure.notFound(context.type, context.key.name)
            }
            let (created, warnings) = try create(object, context)
            return .object(created, status: 201, warnings: decoded.warnings + warnings)
        }
        let asked = object[path: ["metadata", "resourceVersion"]]?.string ?? ""
        if asked.isEmpty, context.definition.isCustom {
            throw APIFailure.invalid(
                context.type, context.key.name,
                [.invalid(PathText("metadata.resourceVersion"), 0, "must be specified for an update")])
        }
        let result = try replace(live, with: object, context)
        return .object(result, warnings: decoded.warnings)
    }

    /// Kinds whose objects an update may bring into being.
    private static let createsOnUpdate: Set<String> = ["leases", "events", "endpoints", "endpointslices"]

    /// Stores a new state of an object. Apply has recorded its managed fields already.
    ///
    /// - Returns: The object as stored; the live one where nothing changes.
    func replace(
        _ live: StoredObject, with proposed: JSONValue, _ context: RequestContext, recordsFields: Bool = true
    ) throws -> JSONValue {
        let definition = context.definition
        let subresource = context.info.subresource ?? ""
        let current = Presentation.json(live, as: definition)
        try checkPreconditions(proposed, live, context)
        var object = proposed
        keepMetadata(of: current, in: &object)
        object = definition.applyingDefaults(to: object)
        object = ObjectRules.prepareForUpdate(object, live: current, definition, subresource: subresource)
        if recordsFields {
            object = FieldManager(definition, subresource: subresource, manager: context.manager, now: now)
                .update(live: current, new: object)
        }
        object = try admitUpdate(object, live: current, context)
        try validate(object, live: current, context, subresource: subresource)
        try checkFinalizers(object, live, context)
        try admitValidated(object, live: current, context)
        object[path: ["metadata", "resourceVersion"]] = .string(String(live.resourceVersion))
        if object == current || context.isDryRun { return object }
        return try commit(object, over: live, context)
    }

    private func commit(_ object: JSONValue, over live: StoredObject, _ context: RequestContext) throws -> JSONValue {
        do {
            let stored = try store.put(
                context.storage, storageForm(object, context), expecting: .version(live.resourceVersion))
            let isFinished =
                stored.isBeingDeleted && stored.finalizers.isEmpty
                && (stored.metadata["deletionGracePeriodSeconds"]?.integer ?? 0) == 0
                && !(context.storage == GroupResource(.namespace) && !NamespaceContent.isFinalized(stored.json))
            if isFinished { try store.remove(context.storage, stored.key, version: stored.resourceVersion) }
            return Presentation.json(stored, as: context.definition)
        } catch {
            throw APIFailure.conflict(context.type, live.name)
        }
    }

    private func checkName(_ object: inout JSONValue, _ context: RequestContext) throws {
        let name = object[path: ["metadata", "name"]]?.string ?? ""
        guard !name.isEmpty else {
            throw APIFailure.badRequest("name must be provided")
        }
        guard name == context.key.name else {
            throw APIFailure.badRequest(
                "the name of the object (\(name)) does not match the name on the URL (\(context.key.name))")
        }
    }

    /// UID and resourceVersion of the new state, where it has them, against the live ones.
    private func checkPreconditions(_ object: JSONValue, _ live: StoredObject, _ context: RequestContext) throws {
        let uid = object[path: ["metadata", "uid"]]?.string ?? ""
        if !uid.isEmpty, uid != live.uid {
            throw APIFailure.conflict(
                context.type, live.name,
                "StorageError: invalid object, Code: 4, Key: /registry/\(context.type.plural)/\(live.storageKey), "
                    + "ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: \(uid), UID in "
                    + "object meta: \(live.uid)")
        }
        guard let text = object[path: ["metadata", "resourceVersion"]]?.string, !text.isEmpty else { return }
        guard let version = Int64(text) else {
            throw APIFailure.invalid(
                context.type, live.name,
                [.invalid(PathText("metadata.resourceVersion"), .string(text), "must be an unsigned integer")])
        }
        guard version == live.resourceVersion else { throw APIFailure.conflict(context.type, live.name) }
    }

    /// What only the server sets.
    private func keepMetadata(of live: JSONValue, in object: inout JSONValue) {
        for field in [
            "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "selfLink",
        ] {
            object[path: ["metadata", field]] = live[path: ["metadata", field]]
        }
    }

    private func checkFinalizers(_ object: JSONValue, _ live: StoredObject, _ context: RequestContext) throws {
        guard live.isBeingDeleted else { return }
        let finalizers = object[path: ["metadata", "finalizers"]]?.array?.compactMap(\.string) ?? []
        let added = finalizers.filter { !live.finalizers.contains($0) }
        guard !added.isEmpty else { return }
        let list = added.map { "\"\($0)\"" }.joined(separator: ", ")
        throw APIFailure.invalid(
            context.type, live.name,
            [
                .forbidden(
                    PathText("metadata.finalizers"),
                    "no new finalizers can be added if the object is being deleted, found new finalizers "
                        + "[]string{\(list)}")
            ])
    }
}
