package import KubeAPI

/// One write that a server has answered: what, by whom, when. Source: Kubernetes documentation, "Auditing".
package struct AuditEvent: Sendable, Hashable {
    /// When the request had arrived.
    package var received: Timestamp
    /// When it was carried out or refused.
    package var completed: Timestamp
    /// Whom the server took the sender for, impersonation included.
    package var user: String
    package var userAgent: String
    /// `create`, `update`, `patch`, `delete`, `deletecollection`.
    package var verb: String
    package var group: String
    /// The plural, as in paths.
    package var resource: String
    package var subresource: String?
    package var namespace: String
    package var name: String
    package var code: Int
    /// The body, for the resources that the policy names.
    package var requestObject: JSONValue?

    package init(
        received: Timestamp, completed: Timestamp, user: String, userAgent: String = "", verb: String,
        group: String = "", resource: String, subresource: String? = nil, namespace: String = "", name: String,
        code: Int = 200, requestObject: JSONValue? = nil
    ) {
        self.received = received
        self.completed = completed
        self.user = user
        self.userAgent = userAgent
        self.verb = verb
        self.group = group
        self.resource = resource
        self.subresource = subresource
        self.namespace = namespace
        self.name = name
        self.code = code
        self.requestObject = requestObject
    }

    package var isSuccess: Bool { code < 300 }
}

extension AuditEvent {
    static let verbs: Set<String> = ["create", "update", "patch", "delete", "deletecollection"]

    /// As a line of an audit log of kube-apiserver.
    package var json: JSONValue {
        var reference: JSONValue = ["resource": .string(resource), "name": .string(name)]
        if !namespace.isEmpty { reference["namespace"] = .string(namespace) }
        if !group.isEmpty { reference["apiGroup"] = .string(group) }
        reference["subresource"] = subresource.map(JSONValue.string)
        var event: JSONValue = [
            "kind": "Event", "apiVersion": "audit.k8s.io/v1", "stage": "ResponseComplete",
            "level": requestObject == nil ? "Metadata" : "Request", "verb": .string(verb),
            "user": ["username": .string(user)], "userAgent": .string(userAgent), "objectRef": reference,
            "responseStatus": ["code": .integer(Int64(code))],
            "requestReceivedTimestamp": .string(received.rfc3339Micro),
            "stageTimestamp": .string(completed.rfc3339Micro),
        ]
        event["requestObject"] = requestObject
        return event
    }

    /// Reads a line of an audit log, kube-apiserver's or ours; `nil` for what is no answered write.
    package init?(_ json: JSONValue) {
        guard json["stage"]?.string == "ResponseComplete", let verb = json["verb"]?.string, Self.verbs.contains(verb),
            let received = json["requestReceivedTimestamp"]?.string.flatMap(Timestamp.init(rfc3339:)),
            let completed = json["stageTimestamp"]?.string.flatMap(Timestamp.init(rfc3339:)),
            let reference = json["objectRef"]
        else { return nil }
        self.init(
            received: received, completed: completed,
            user: (json["impersonatedUser"] ?? json["user"])?["username"]?.string ?? "",
            userAgent: json["userAgent"]?.string ?? "", verb: verb, group: reference["apiGroup"]?.string ?? "",
            resource: reference["resource"]?.string ?? "", subresource: reference["subresource"]?.string,
            namespace: reference["namespace"]?.string ?? "", name: reference["name"]?.string ?? "",
            code: Int(json["responseStatus"]?["code"]?.integer ?? 0), requestObject: json["requestObject"])
    }
}
