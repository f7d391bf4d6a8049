internal import KubeAPI

/// A refusal with what only the server's own answers carry beside the `Status` of `StatusFailure`.
struct APIFailure: Error, Sendable {
    var failure: StatusFailure
    var retryAfterSeconds: Int?
    /// A new continue token, for lists that can go on with what is there now.
    var continueToken: String?
    /// An empty `details` is written where the real server does so.
    var hasDetails = false
    /// The refusal comes from authorization, before any handler.
    var isAuthorization = false

    init(_ failure: StatusFailure) { self.failure = failure }

    init(_ code: Int, _ reason: String, _ message: String) {
        failure = StatusFailure(code, reason, message)
    }

    var json: JSONValue {
        var status = failure.json
        if let continueToken { status[path: ["metadata", "continue"]] = .string(continueToken) }
        var details = status["details"] ?? [:]
        if let retryAfterSeconds { details["retryAfterSeconds"] = .integer(Int64(retryAfterSeconds)) }
        guard hasDetails || details != [:] else { return status }
        status["details"] = details
        // The code stands last.
        let code = status["code"]
        status["code"] = nil
        status["code"] = code
        return status
    }

    fileprivate func about(_ type: ResourceType, _ name: String) -> APIFailure {
        var copy = self
        copy.failure.name = name
        copy.failure.group = type.group
        copy.failure.kind = type.plural
        return copy
    }
}

/// Refusals in the words of kube-apiserver.
extension APIFailure {
    static func badRequest(_ message: String) -> APIFailure { APIFailure(.badRequest(message)) }

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

    static func conflict(
        _ type: ResourceType, _ name: String,
        _ why: String =
            "the object has been modified; please apply your changes to the latest version and try again"
    ) -> APIFailure {
        APIFailure(409, "Conflict", "Operation cannot be fulfilled on \(type.qualifiedName) \"\(name)\": \(why)")
            .about(type, name)
    }

    /// A precondition of a delete: the real server names the kind here, not the resource.
    static func failedPrecondition(_ type: ResourceType, _ name: String, _ why: String) -> APIFailure {
        let kind = type.group.isEmpty ? type.kind : "\(type.kind).\(type.group)"
        var failure = APIFailure(409, "Conflict", "Operation cannot be fulfilled on \(kind) \"\(name)\": \(why)")
            .about(type, name)
        failure.failure.kind = type.kind
        return failure
    }

    static func forbidden(_ type: ResourceType, _ name: String, _ why: String) -> APIFailure {
        let object = name.isEmpty ? type.qualifiedName : "\(type.qualifiedName) \"\(name)\""
        return APIFailure(403, "Forbidden", "\(object) is forbidden: \(why)").about(type, name)
    }

    static func invalid(_ type: ResourceType, _ name: String, _ errors: [FieldError]) -> APIFailure {
        APIFailure(.invalid(type, name: name, errors))
    }

    /// A query parameter that is refused; `kind` is that of the options, such as `ListOptions`.
    static func invalidOption(_ kind: String, _ error: FieldError) -> APIFailure {
        let type = ResourceType(group: "meta.k8s.io", version: "v1", kind: kind, plural: "")
        return invalid(type, "", [error])
    }

    static func expired(_ message: String) -> APIFailure { APIFailure(410, "Expired", message) }

    static var unauthorized: APIFailure { APIFailure(401, "Unauthorized", "Unauthorized") }

    static func unsupportedMediaType(accepted: String) -> APIFailure {
        APIFailure(
            415, "UnsupportedMediaType",
            "the body of the request was in an unknown format - accepted media types include: \(accepted)")
    }

    static func tooLargeResourceVersion(_ asked: Int64, current: Int64) -> APIFailure {
        var failure = APIFailure(504, "Timeout", "Timeout: Too large resource version: \(asked), current: \(current)")
        failure.failure.causes = [
            StatusFailure.Cause(
                reason: "ResourceVersionTooLarge", message: "Too large resource version", field: "")
        ]
        failure.retryAfterSeconds = 1
        return failure
    }

    static func internalError(_ message: String) -> APIFailure {
        APIFailure(500, "InternalError", "Internal error occurred: \(message)")
    }
}
