internal import KubeAPI

/// A refusal, as the `Status` that a client gets. The texts are those of kube-apiserver.
struct APIFailure: Error, Sendable {
    struct Cause: Sendable, Hashable {
        var reason: String?
        var message: String
        var field: String?
    }

    var code: Int
    var reason: String
    var message: String
    var name: String?
    var group: String?
    var kind: String?
    var uid: String?
    var causes: [Cause] = []
    var retryAfterSeconds: Int?
    /// A new continue token, for lists that can go on with what is there now.
    var continueToken: String?
    /// An empty `details` is written where the real server does so.
    var hasDetails = false

    init(_ code: Int, _ reason: String, _ message: String) {
        self.code = code
        self.reason = reason
        self.message = message
    }

    var status: JSONValue {
        var status: JSONValue = [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "message": .string(message),
        ]
        if let continueToken { status[path: ["metadata", "continue"]] = .string(continueToken) }
        if !reason.isEmpty { status["reason"] = .string(reason) }
        if let details { status["details"] = details }
        status["code"] = .integer(Int64(code))
        return status
    }

    private var details: JSONValue? {
        var details = JSONObject()
        if let name, !name.isEmpty { details["name"] = .string(name) }
        if let group, !group.isEmpty { details["group"] = .string(group) }
        if let kind { details["kind"] = .string(kind) }
        if let uid { details["uid"] = .string(uid) }
        if !causes.isEmpty {
            details["causes"] = .array(
                causes.map { cause in
                    var fields = JSONObject()
                    if let reason = cause.reason { fields["reason"] = .string(reason) }
                    fields["message"] = .string(cause.message)
                    if let field = cause.field { fields["field"] = .string(field) }
                    return .object(fields)
                })
        }
        if let retryAfterSeconds { details["retryAfterSeconds"] = .integer(Int64(retryAfterSeconds)) }
        return details.isEmpty && !hasDetails ? nil : .object(details)
    }

    fileprivate func about(_ type: ResourceType, _ name: String?) -> APIFailure {
        var copy = self
        copy.name = name
        copy.group = type.group
        copy.kind = type.plural
        return copy
    }
}

extension APIFailure {
    static func badRequest(_ message: String) -> APIFailure { APIFailure(400, "BadRequest", message) }

    static func notFound(_ type: ResourceType, _ name: String) -> APIFailure {
        APIFailure(404, "NotFound", "\(type.qualifiedName) \"\(name)\" not found").about(type, name)
    }

    /// For paths that name no resource.
    static var noSuchResource: APIFailure {
        var failure = APIFailure(404, "NotFound", "the server could not find the requested resource")
        failure.hasDetails = true
        return failure
    }

    static var methodNotAllowed: APIFailure {
        var failure = APIFailure(
            405, "MethodNotAllowed", "the server does not allow this method on the requested resource")
        failure.hasDetails = true
        return failure
    }

    static func alreadyExists(_ type: ResourceType, _ name: String) -> APIFailure {
        APIFailure(409, "AlreadyExists", "\(type.qualifiedName) \"\(name)\" already exists").about(type, name)
    }

    static func conflict(_ type: ResourceType, _ name: String) -> APIFailure {
        conflict(
            type, name, "the object has been modified; please apply your changes to the latest version and try again")
    }

    static func conflict(_ type: ResourceType, _ name: String, _ why: String) -> APIFailure {
        APIFailure(409, "Conflict", "Operation cannot be fulfilled on \(type.qualifiedName) \"\(name)\": \(why)")
            .about(type, name)
    }

    /// A precondition of a delete: the real server names the kind here, not the resource.
    static func failedPrecondition(_ type: ResourceType, _ name: String, _ why: String) -> APIFailure {
        let kind = type.group.isEmpty ? type.kind : "\(type.kind).\(type.group)"
        var failure = APIFailure(409, "Conflict", "Operation cannot be fulfilled on \(kind) \"\(name)\": \(why)")
            .about(type, name)
        failure.kind = type.kind
        return failure
    }

    static func forbidden(_ type: ResourceType, _ name: String, _ why: String) -> APIFailure {
        let object = name.isEmpty ? type.qualifiedName : "\(type.qualifiedName) \"\(name)\""
        return APIFailure(403, "Forbidden", "\(object) is forbidden: \(why)").about(type, name)
    }

    static func invalid(kind: String, group: String, name: String, _ errors: [Cause]) -> APIFailure {
        let texts = errors.map { error in error.field.map { "\($0): \(error.message)" } ?? error.message }
        let list = texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]"
        let qualified = group.isEmpty ? kind : "\(kind).\(group)"
        var failure = APIFailure(422, "Invalid", "\(qualified) \"\(name)\" is invalid: \(list)")
        failure.name = name
        failure.group = group
        failure.kind = kind
        failure.causes = errors
        return failure
    }

    static func invalid(_ type: ResourceType, _ name: String, _ errors: [Cause]) -> APIFailure {
        invalid(kind: type.kind, group: type.group, name: name, errors)
    }

    /// A query parameter that is refused.
    static func invalidOption(_ kind: String, _ reason: String, _ field: String, _ message: String) -> APIFailure {
        invalid(
            kind: kind, group: "meta.k8s.io", name: "", [Cause(reason: reason, message: message, field: field)])
    }

    static func expired(_ message: String) -> APIFailure { APIFailure(410, "Expired", message) }

    static var unauthorized: APIFailure { APIFailure(401, "Unauthorized", "Unauthorized") }

    static func unsupportedMediaType(_ accepted: String) -> APIFailure {
        APIFailure(
            415, "UnsupportedMediaType",
            "the body of the request was in an unknown format - accepted media types include: \(accepted)")
    }

    static func tooLargeResourceVersion(_ asked: Int64, current: Int64) -> APIFailure {
        var failure = APIFailure(
            504, "Timeout", "Timeout: Too large resource version: \(asked), current: \(current)")
        failure.causes = [Cause(reason: "ResourceVersionTooLarge", message: "Too large resource version")]
        failure.retryAfterSeconds = 1
        return failure
    }

    static func internalError(_ message: String) -> APIFailure {
        var failure = APIFailure(500, "InternalError", "Internal error occurred: \(message)")
        failure.causes = [Cause(message: message)]
        return failure
    }
}
