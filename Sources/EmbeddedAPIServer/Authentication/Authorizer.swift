internal import KubeAPI

/// A question about a right.
struct AccessQuestion: Sendable, Hashable {
    var user: UserInfo
    var verb: String
    var group = ""
    /// With its subresource, as `deployments/scale`.
    var resource = ""
    var namespace = ""
    var name = ""
    /// Set for paths that are no resource.
    var path: String?
}

extension AccessQuestion {
    init(_ info: RequestInfo, user: UserInfo) {
        self.init(user: user, verb: info.verb)
        guard info.isResource else {
            path = info.path
            return
        }
        group = info.group
        resource = info.subresource.map { "\(info.plural)/\($0)" } ?? info.plural
        namespace = info.namespace ?? ""
        name = info.name ?? info.selectedName ?? ""
    }

    /// The refusal in the words of the real server.
    var failure: APIFailure {
        if let path {
            var failure = APIFailure(
                403, "Forbidden", "forbidden: User \"\(user.name)\" cannot \(verb) path \"\(path)\"")
            failure.hasDetails = true
            failure.isAuthorization = true
            return failure
        }
        let place = namespace.isEmpty ? "at the cluster scope" : "in the namespace \"\(namespace)\""
        let plural = resource.prefix { $0 != "/" }
        let type = ResourceType(group: group, version: "", kind: "", plural: String(plural))
        var failure = APIFailure.forbidden(
            type, name,
            "User \"\(user.name)\" cannot \(verb) resource \"\(resource)\" in API group \"\(group)\" \(place)")
        failure.isAuthorization = true
        return failure
    }
}

/// Decides by the Roles and bindings that are stored. Source: Kubernetes documentation, "Using RBAC Authorization".
struct Authorizer: Sendable {
    let store: VersionedStore
    let mode: EmbeddedAPIServerOptions.Authorization

    private static let group = "rbac.authorization.k8s.io"

    func allows(_ question: AccessQuestion) -> Bool {
        if question.user.isAdministrator { return true }
        if let path = question.path, Self.publicPaths.contains(path), question.verb == "get" { return true }
        if mode == .open { return !question.user.isAnonymous }
        if Self.isForEverybody(question) { return true }
        return rules(for: question.user, namespace: question.namespace).contains { Self.rule($0, allows: question) }
    }

    /// Open to anonymous clients, as the role `system:public-info-viewer` says.
    private static let publicPaths: Set<String> = ["/healthz", "/livez", "/readyz", "/version", "/version/"]

    /// What the roles `system:discovery` and `system:basic-user` give to who is authenticated.
    private static func isForEverybody(_ question: AccessQuestion) -> Bool {
        guard !question.user.isAnonymous else { return false }
        if let path = question.path {
            let open = ["/api", "/apis", "/openapi"]
            return question.verb == "get" && open.contains { path == $0 || path.hasPrefix($0 + "/") }
        }
        let reviews: Set<String> = ["selfsubjectaccessreviews", "selfsubjectrulesreviews", "selfsubjectreviews"]
        return question.verb == "create" && reviews.contains(question.resource)
    }

    /// Every rule that speaks of a user in a namespace.
    func effectiveRules(for user: UserInfo, namespace: String) -> [JSONValue] {
        let everything: [JSONValue] = [
            ["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]], ["verbs": ["*"], "nonResourceURLs": ["*"]],
        ]
        return user.isAdministrator || mode == .open ? everything : rules(for: user, namespace: namespace)
    }

    private func rules(for user: UserInfo, namespace: String) -> [JSONValue] {
        let clusterBindings = store.all(GroupResource(group: Self.group, plural: "clusterrolebindings"))
        let bindings =
            namespace.isEmpty
            ? [] : store.all(GroupResource(group: Self.group, plural: "rolebindings"), namespace: namespace)
        return (clusterBindings + bindings).filter { binds($0, user) }.flatMap(rules(of:))
    }

    private func binds(_ binding: StoredObject, _ user: UserInfo) -> Bool {
        (binding.json["subjects"]?.array ?? []).contains { subject in
            let name = subject["name"]?.string ?? ""
            switch subject["kind"]?.string {
            case "User": return name == user.name
            case "Group": return user.groups.contains(name)
            case "ServiceAccount":
                let given = subject["namespace"]?.string ?? ""
                let namespace = given.isEmpty ? binding.namespace : given
                return user.name == "system:serviceaccount:\(namespace):\(name)"
            default: return false
            }
        }
    }

    private func rules(of binding: StoredObject) -> [JSONValue] {
        let reference = binding.json["roleRef"]
        let isClusterRole = reference?["kind"]?.string == "ClusterRole"
        let resource = GroupResource(group: Self.group, plural: isClusterRole ? "clusterroles" : "roles")
        let key = ObjectKey(
            namespace: isClusterRole ? "" : binding.namespace, name: reference?["name"]?.string ?? "")
        return store.get(resource, key)?.json["rules"]?.array ?? []
    }

    private static func rule(_ rule: JSONValue, allows question: AccessQuestion) -> Bool {
        func values(_ field: String) -> [String] { rule[field]?.array?.compactMap(\.string) ?? [] }
        let verbs = values("verbs")
        guard verbs.contains(question.verb) || verbs.contains("*") else { return false }
        if let path = question.path {
            return values("nonResourceURLs").contains { pattern in
                pattern.hasSuffix("*") ? path.hasPrefix(pattern.dropLast()) : pattern == path
            }
        }
        let groups = values("apiGroups")
        guard groups.contains(question.group) || groups.contains("*") else { return false }
        let subresource = question.resource.split(separator: "/", maxSplits: 1).dropFirst().first
        let isNamed = values("resources").contains { resource in
            resource == "*" || resource == question.resource || subresource.map { resource == "*/\($0)" } ?? false
        }
        guard isNamed else { return false }
        let names = values("resourceNames")
        return names.isEmpty || names.contains(question.name)
    }
}
