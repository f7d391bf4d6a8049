internal import KubeAPI

extension APICore {
    /// Everything but watches.
    func answer(_ context: RequestContext) throws -> Answer {
        if let subresource = context.info.subresource { return try answer(context, subresource) }
        let verb = context.info.verb
        guard context.definition.verbs.contains(verb) else { throw APIFailure.methodNotAllowed }
        let needsName = ["get", "update", "patch", "delete"].contains(verb)
        if needsName, context.info.name == nil { throw APIFailure.methodNotAllowed }
        // An object of a namespaced kind has no path without its namespace.
        if needsName || verb == "create", context.type.isNamespaced, context.info.namespace == nil {
            throw needsName ? APIFailure.noSuchResource : APIFailure.methodNotAllowed
        }
        switch verb {
        case "get": return try get(context)
        case "list": return try list(context)
        case "create": return try create(context)
        case "update": return try update(context)
        case "patch": return try patch(context)
        case "delete": return try delete(context)
        case "deletecollection": return try deleteCollection(context)
        default: throw APIFailure.methodNotAllowed
        }
    }

    private func answer(_ context: RequestContext, _ subresource: String) throws -> Answer {
        guard let offered = context.definition.subresources.first(where: { $0.name == subresource }) else {
            throw APIFailure.noSuchResource
        }
        guard offered.verbs.contains(context.info.verb) else { throw APIFailure.methodNotAllowed }
        switch (subresource, context.info.verb) {
        case ("status", "get"): return try get(context)
        case ("status", "update"), ("finalize", "update"): return try update(context)
        case ("status", "patch"), ("resize", "patch"), ("ephemeralcontainers", "patch"): return try patch(context)
        case ("resize", _), ("ephemeralcontainers", _):
            return context.info.verb == "get" ? try get(context) : try update(context)
        case ("scale", _): return try ScaleSubresource(core: self, context: context).answer()
        case ("eviction", _): return try EvictionSubresource(core: self, context: context).answer()
        case ("binding", _): return try BindingSubresource(core: self, context: context).answer()
        case ("log", "get"): return try log(context)
        case ("token", _): return try TokenSubresource(core: self, context: context).answer()
        default: throw APIFailure.noSuchResource
        }
    }

    private func log(_ context: RequestContext) throws -> Answer {
        let container = context.request.parameter("container") ?? ""
        guard let text = options.podLogs(context.key, container) else { throw APIFailure.noSuchResource }
        return Answer(content: .text(text))
    }
}
