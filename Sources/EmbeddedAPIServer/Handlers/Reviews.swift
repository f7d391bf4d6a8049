internal import KubeAPI

/// Questions about users and rights, which nothing is stored of. Source: Kubernetes API reference, Authorization.
struct Reviews {
    let core: APICore
    let user: UserInfo

    /// Whether a path names one of them.
    static func handles(_ info: RequestInfo) -> Bool {
        switch info.group {
        case "authorization.k8s.io", "authentication.k8s.io": info.version == "v1" && kinds[info.plural] != nil
        default: false
        }
    }

    private static let kinds = [
        "selfsubjectaccessreviews": "SelfSubjectAccessReview", "subjectaccessreviews": "SubjectAccessReview",
        "localsubjectaccessreviews": "LocalSubjectAccessReview", "selfsubjectrulesreviews": "SelfSubjectRulesReview",
        "selfsubjectreviews": "SelfSubjectReview", "tokenreviews": "TokenReview",
    ]

    func answer(_ request: HTTPServerRequest, _ info: RequestInfo) throws -> JSONValue {
        guard info.verb == "create", info.name == nil, let kind = Self.kinds[info.plural] else {
            throw APIFailure.methodNotAllowed
        }
        var review = try Self.body(request, kind)
        review["kind"] = .string(kind)
        review["apiVersion"] = .string("\(info.group)/\(info.version)")
        review["metadata"] = review["metadata"] ?? [:]
        let spec = review["spec"] ?? [:]
        switch kind {
        case "SelfSubjectAccessReview": review["status"] = access(spec, user)
        case "SubjectAccessReview", "LocalSubjectAccessReview":
            let subject = UserInfo(
                name: spec["user"]?.string ?? "", groups: spec["groups"]?.array?.compactMap(\.string) ?? [])
            review["status"] = access(spec, subject)
        case "SelfSubjectRulesReview": review["status"] = rules(namespace: spec["namespace"]?.string ?? "")
        case "TokenReview": review["status"] = token(spec["token"]?.string ?? "")
        default:
            review["metadata"] = ["creationTimestamp": .string(core.now.rfc3339)]
            review["status"] = ["userInfo": Self.json(user)]
        }
        return review
    }

    private static func body(_ request: HTTPServerRequest, _ kind: String) throws -> JSONValue {
        if MediaType(request.header("Content-Type") ?? "").name == "application/vnd.kubernetes.protobuf" {
            return try request.protobuf()
        }
        do {
            return try JSONValue.parse(request.body)
        } catch {
            throw APIFailure.badRequest("the body of the request is no \(kind): \(error.message)")
        }
    }

    private func access(_ spec: JSONValue, _ user: UserInfo) -> JSONValue {
        var question = AccessQuestion(user: user, verb: "")
        if let attributes = spec["resourceAttributes"] {
            question.verb = attributes["verb"]?.string ?? ""
            question.group = attributes["group"]?.string ?? ""
            question.resource = attributes["resource"]?.string ?? ""
            if let subresource = attributes["subresource"]?.string, !subresource.isEmpty {
                question.resource += "/\(subresource)"
            }
            question.namespace = attributes["namespace"]?.string ?? ""
            question.name = attributes["name"]?.string ?? ""
        } else {
            question.verb = spec[path: ["nonResourceAttributes", "verb"]]?.string ?? ""
            question.path = spec[path: ["nonResourceAttributes", "path"]]?.string ?? ""
        }
        return ["allowed": .bool(core.authorizer.allows(question))]
    }

    private func rules(namespace: String) -> JSONValue {
        let rules = core.authorizer.effectiveRules(for: user, namespace: namespace)
        let (paths, resources) = (
            rules.filter { $0["nonResourceURLs"] != nil }, rules.filter { $0["nonResourceURLs"] == nil }
        )
        return ["resourceRules": .array(resources), "nonResourceRules": .array(paths), "incomplete": false]
    }

    private func token(_ token: String) -> JSONValue {
        guard let user = core.authenticator.user(token: token, now: core.now) else {
            return ["user": [:], "error": "invalid bearer token"]
        }
        return ["authenticated": true, "user": Self.json(user.authenticated)]
    }

    private static func json(_ user: UserInfo) -> JSONValue {
        var json: JSONValue = ["username": .string(user.name)]
        if let uid = user.uid { json["uid"] = .string(uid) }
        json["groups"] = .array(user.groups.map(JSONValue.string))
        return json
    }
}
