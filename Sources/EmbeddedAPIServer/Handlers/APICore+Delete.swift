internal import KubeAPI

extension APICore {
    /// What a delete leaves behind.
    enum Deletion: Sendable {
        /// Gone: its last state.
        case removed(StoredObject)
        /// Still there, with a deletion timestamp.
        case pending(JSONValue)
    }

    func delete(_ context: RequestContext) throws -> Answer {
        let options = try DeleteOptions(context)
        guard let live = store.get(context.storage, context.key) else {
            throw APIFailure.notFound(context.type, context.key.name)
        }
        if let refusal = NamespaceContent.refusal(live, context.storage) { throw refusal }
        var warnings: [String] = []
        if context.storage == GroupResource(.job), options.propagationPolicy == nil {
            warnings.append(
                "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove "
                    + "them or set propagationPolicy=Orphan to suppress this warning")
        }
        switch try delete(live, context.definition, options) {
        case .pending(let json): return .object(json, warnings: warnings)
        case .removed(let last):
            guard Self.answersObject.contains(context.type.plural), context.type.group.isEmpty else {
                return .object(Self.success(last, context.type), warnings: warnings)
            }
            return .object(Self.ending(last, context.definition, now), warnings: warnings)
        }
    }

    func deleteCollection(_ context: RequestContext) throws -> Answer {
        let options = try DeleteOptions(context)
        let parameters = try ListParameters(context)
        let matching = store.snapshot(context.storage).objects.filter { parameters.matches($0, context) }
        for object in matching where NamespaceContent.refusal(object, context.storage) == nil {
            // Another writer may have been faster; the collection is then emptied of that object already.
            if let current = store.get(context.storage, object.key), current.uid == object.uid {
                _ = try delete(current, context.definition, options)
            }
        }
        let metadata: JSONValue = ["resourceVersion": .string(String(store.resourceVersion))]
        return Answer(content: .list(ListResult(objects: matching, metadata: metadata)))
    }

    /// Deletes an object, or marks it where something must happen first.
    func delete(_ live: StoredObject, _ definition: ResourceDefinition, _ options: DeleteOptions) throws -> Deletion {
        try check(options, live, definition.type)
        let isPod = definition.storage == GroupResource(.pod)
        let grace = isPod ? gracePeriod(of: live, options) : 0
        let finalizers = deletionFinalizers(live, definition, options)
        let holdsNamespace = definition.storage == GroupResource(.namespace) && !NamespaceContent.isFinalized(live.json)
        if finalizers.isEmpty, grace == 0, !holdsNamespace {
            guard !options.dryRun else { return .removed(live) }
            return .removed(try remove(live, definition))
        }
        let marked = mark(live, definition, grace: grace, finalizers: finalizers)
        guard marked != live.json, !options.dryRun else { return .pending(marked) }
        do {
            let stored = try store.put(definition.storage, marked, expecting: .version(live.resourceVersion))
            return .pending(Presentation.json(stored, as: definition))
        } catch {
            throw APIFailure.conflict(definition.type, live.name)
        }
    }

    private func remove(_ live: StoredObject, _ definition: ResourceDefinition) throws -> StoredObject {
        do {
            return try store.remove(definition.storage, live.key, version: live.resourceVersion)
        } catch {
            throw APIFailure.conflict(definition.type, live.name)
        }
    }

    private func check(_ options: DeleteOptions, _ live: StoredObject, _ type: ResourceType) throws {
        if let uid = options.uid, uid != live.uid {
            throw APIFailure.failedPrecondition(
                type, live.name,
                "the UID in the precondition (\(uid)) does not match the UID in record (\(live.uid)). The object might "
                    + "have been deleted and then recreated")
        }
        if let version = options.resourceVersion, version != String(live.resourceVersion) {
            throw APIFailure.failedPrecondition(
                type, live.name,
                "the ResourceVersion in the precondition (\(version)) does not match the ResourceVersion in record "
                    + "(\(live.resourceVersion)). The object might have been modified")
        }
    }

    /// Seconds that a kubelet gets to end a pod's containers.
    private func gracePeriod(of pod: StoredObject, _ options: DeleteOptions) -> Int64 {
        let asked =
            options.gracePeriodSeconds.map(Int64.init) ?? pod.json[path: ["spec", "terminationGracePeriodSeconds"]]?
            .integer ?? 30
        // Without a kubelet there is nobody to wait for.
        guard let node = pod.json[path: ["spec", "nodeName"]]?.string, !node.isEmpty,
            store.get(GroupResource(.node), ObjectKey(name: node)) != nil
        else { return 0 }
        let phase = pod.json[path: ["status", "phase"]]?.string
        if phase == "Succeeded" || phase == "Failed" { return 0 }
        guard let running = pod.metadata["deletionGracePeriodSeconds"]?.integer, pod.isBeingDeleted else {
            return asked
        }
        return min(asked, running)
    }

    /// The finalizers that the object has once it is marked.
    private func deletionFinalizers(
        _ live: StoredObject, _ definition: ResourceDefinition, _ options: DeleteOptions
    ) -> [String] {
        var finalizers = live.finalizers
        guard options.propagationPolicy != nil || !live.isBeingDeleted else { return finalizers }
        let keepsByDefault = ["jobs", "replicationcontrollers"].contains(definition.type.plural)
        let policy =
            options.propagationPolicy
            ?? (finalizers.contains(GarbageCollection.orphanFinalizer)
                ? .orphan
                : finalizers.contains(GarbageCollection.foregroundFinalizer)
                    ? .foreground : keepsByDefault ? .orphan : .background)
        finalizers.removeAll {
            $0 == GarbageCollection.orphanFinalizer || $0 == GarbageCollection.foregroundFinalizer
        }
        switch policy {
        case .background: break
        case .foreground: finalizers.append(GarbageCollection.foregroundFinalizer)
        case .orphan: finalizers.append(GarbageCollection.orphanFinalizer)
        }
        let isCRD = definition.storage == GroupResource(.customResourceDefinition)
        if isCRD, !finalizers.contains(CustomResourceController.finalizer) {
            finalizers.append(CustomResourceController.finalizer)
        }
        return finalizers
    }

    private func mark(
        _ live: StoredObject, _ definition: ResourceDefinition, grace: Int64, finalizers: [String]
    ) -> JSONValue {
        var json = live.json
        let isNamespace = definition.storage == GroupResource(.namespace)
        let before = live.metadata["deletionGracePeriodSeconds"]?.integer
        if !live.isBeingDeleted || before.map({ grace < $0 }) ?? false {
            json[path: ["metadata", "deletionTimestamp"]] = .string((now + .seconds(grace)).rfc3339)
            if !isNamespace { json[path: ["metadata", "deletionGracePeriodSeconds"]] = .integer(grace) }
            if let generation = live.metadata["generation"]?.integer, generation > 0 {
                json[path: ["metadata", "generation"]] = .integer(generation + 1)
            }
        }
        if finalizers != live.finalizers {
            json[path: ["metadata", "finalizers"]] = finalizers.isEmpty ? nil : .array(finalizers.map(JSONValue.string))
        }
        if isNamespace { json[path: ["status", "phase"]] = "Terminating" }
        return json
    }

    /// Kinds of the core group whose deletion is answered with the object that has gone.
    private static let answersObject: Set<String> = [
        "pods", "podtemplates", "resourcequotas", "services", "serviceaccounts", "persistentvolumes",
        "persistentvolumeclaims",
    ]

    /// The last state of an object; a pod's says that it was given no time.
    private static func ending(_ last: StoredObject, _ definition: ResourceDefinition, _ now: Timestamp) -> JSONValue {
        var json = Presentation.json(last, as: definition)
        guard definition.storage == GroupResource(.pod) else { return json }
        if json[path: ["metadata", "deletionTimestamp"]] == nil {
            json[path: ["metadata", "deletionTimestamp"]] = .string(now.rfc3339)
        }
        json[path: ["metadata", "deletionGracePeriodSeconds"]] = 0
        return json
    }

    private static func success(_ last: StoredObject, _ type: ResourceType) -> JSONValue {
        var details: JSONValue = ["name": .string(last.name)]
        if !type.group.isEmpty { details["group"] = .string(type.group) }
        details["kind"] = .string(type.plural)
        details["uid"] = .string(last.uid)
        return [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "details": details,
        ]
    }
}
