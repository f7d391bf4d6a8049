internal import KubeAPI

/// What the real server's admission plugins do to writes.
extension APICore {
    /// NamespaceLifecycle.
    func admitToNamespace(_ context: RequestContext, name: String) throws {
        guard context.type.isNamespaced else { return }
        let wanted = context.key.namespace
        guard let namespace = store.get(GroupResource(.namespace), ObjectKey(name: wanted)) else {
            throw APIFailure.notFound(.namespace, wanted)
        }
        guard namespace.isBeingDeleted else { return }
        var failure = APIFailure.forbidden(
            context.type, name,
            "unable to create new content in namespace \(wanted) because it is being terminated")
        failure.failure.causes = [
            StatusFailure.Cause(
                reason: "NamespaceTerminating", message: "namespace \(wanted) is being terminated",
                field: "metadata.namespace")
        ]
        throw failure
    }

    /// Changes that a new object goes through before it is validated.
    func admitCreate(_ object: JSONValue, _ context: RequestContext) throws -> (object: JSONValue, warnings: [String]) {
        switch context.storage {
        case GroupResource(.namespace): return (admitNamespace(object), [])
        case GroupResource(.pod): return (try PodAdmission(core: self).admit(object, context), [])
        case GroupResource(.service): return (try ServiceAdmission(core: self).admit(object), [])
        default: return (object, [])
        }
    }

    func admitUpdate(_ object: JSONValue, live: JSONValue, _ context: RequestContext) throws -> JSONValue {
        switch context.storage {
        case GroupResource(.namespace): admitNamespace(object)
        case GroupResource(.service): try ServiceAdmission(core: self).admit(object, live: live)
        default: object
        }
    }

    /// Refusals that look at the finished object.
    func admitValidated(_ object: JSONValue, live: JSONValue?, _ context: RequestContext) throws {
        try RoleEscalation(core: self).check(object, live: live, context)
        try LimitRanger(core: self).check(object, isNew: live == nil, context)
        if let live {
            if context.storage == GroupResource(.persistentVolumeClaim) {
                try VolumeResize(core: self).check(object, live: live, context)
            }
            return
        }
        if context.storage == GroupResource(.pod) { try PodSecurity(core: self).check(object, context) }
        try QuotaAdmission(core: self).check(object, context)
    }

    private func admitNamespace(_ object: JSONValue) -> JSONValue {
        var object = object
        if object[path: ["metadata", "deletionTimestamp"]] == nil {
            object[path: ["spec", "finalizers"]] = object[path: ["spec", "finalizers"]] ?? ["kubernetes"]
            object[path: ["status", "phase"]] = object[path: ["status", "phase"]] ?? "Active"
        }
        return object
    }
}
