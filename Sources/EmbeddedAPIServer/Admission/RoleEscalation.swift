internal import KubeAPI

/// Nobody gives rights that he does not have: checked where a role or a binding is written.
///
/// Source: Kubernetes documentation, "Using RBAC Authorization", "Privilege escalation prevention and bootstrapping".
struct RoleEscalation {
    let core: APICore

    private static let group = "rbac.authorization.k8s.io"

    /// - Throws: `APIFailure` 403 that names the rights that the user lacks.
    func check(_ object: JSONValue, live: JSONValue?, _ context: RequestContext) throws {
        guard core.options.authorization == .rbac, context.type.group == Self.group else { return }
        let namespace = context.key.namespace
        switch context.type.kind {
        case "Role", "ClusterRole":
            guard object["rules"] != live?["rules"] else { return }
            let name = object[path: ["metadata", "name"]]?.string ?? ""
            guard !allows(context, "escalate", context.type.plural, name) else { return }
            try require(object["rules"]?.array ?? [], namespace, object, context)
        case "RoleBinding", "ClusterRoleBinding":
            guard object["subjects"] != live?["subjects"] || object["roleRef"] != live?["roleRef"] else { return }
            let isClusterRole = object[path: ["roleRef", "kind"]]?.string == "ClusterRole"
            let plural = isClusterRole ? "clusterroles" : "roles"
            let name = object[path: ["roleRef", "name"]]?.string ?? ""
            guard !allows(context, "bind", plural, name) else { return }
            let key = ObjectKey(namespace: isClusterRole ? "" : namespace, name: name)
            guard let role = core.store.get(GroupResource(group: Self.group, plural: plural), key) else {
                throw APIFailure.notFound(
                    ResourceType(group: Self.group, version: "v1", kind: "", plural: plural), name)
            }
            try require(role.json["rules"]?.array ?? [], namespace, object, context)
        default: return
        }
    }

    private func allows(_ context: RequestContext, _ verb: String, _ plural: String, _ name: String) -> Bool {
        core.authorizer.allows(
            AccessQuestion(
                user: context.user, verb: verb, group: Self.group, resource: plural, namespace: context.key.namespace,
                name: name))
    }

    private func require(
        _ rules: [JSONValue], _ namespace: String, _ object: JSONValue, _ context: RequestContext
    ) throws {
        let missing = rules.filter { rule in
            !Self.questions(rule, context.user, namespace).allSatisfy(core.authorizer.allows)
        }
        guard !missing.isEmpty else { return }
        let groups = context.user.groups.map { JSONValue.string($0).serializedString() }.joined(separator: " ")
        throw APIFailure.forbidden(
            context.type, object[path: ["metadata", "name"]]?.string ?? "",
            "user \"\(context.user.name)\" (groups=[\(groups)]) is attempting to grant RBAC permissions not currently "
                + "held:\n" + missing.map(Self.text).joined(separator: "\n"))
    }

    /// A rule as single rights.
    private static func questions(_ rule: JSONValue, _ user: UserInfo, _ namespace: String) -> [AccessQuestion] {
        func values(_ field: String) -> [String] { rule[field]?.array?.compactMap(\.string) ?? [] }
        return values("verbs").flatMap { verb in
            let paths = values("nonResourceURLs").map { AccessQuestion(user: user, verb: verb, path: $0) }
            let names = values("resourceNames")
            let resources = values("apiGroups").flatMap { group in
                values("resources").flatMap { resource in
                    (names.isEmpty ? [""] : names).map { name in
                        AccessQuestion(
                            user: user, verb: verb, group: group, resource: resource, namespace: namespace, name: name)
                    }
                }
            }
            return paths + resources
        }
    }

    private static func text(_ rule: JSONValue) -> String {
        let fields = [
            ("APIGroups", "apiGroups"), ("Resources", "resources"), ("ResourceNames", "resourceNames"),
            ("NonResourceURLs", "nonResourceURLs"), ("Verbs", "verbs"),
        ]
        let parts = fields.compactMap { title, field -> String? in
            guard let values = rule[field]?.array, !values.isEmpty else { return nil }
            return "\(title):[\(values.map { $0.serializedString() }.joined(separator: " "))]"
        }
        return "{\(parts.joined(separator: ", "))}"
    }
}
