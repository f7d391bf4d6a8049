import KubeAPI

/// A request that ends with a `Status` object. Source: Kubernetes API conventions, "Response Status Kind".
struct StatusFailure: Error, Sendable, Hashable {
    struct Cause: Sendable, Hashable {
        var reason: String
        var message: String
        var field: String
    }

    var code: Int
    /// Empty where the real server gives none.
    var reason: String
    var message: String
    var name = ""
    var group = ""
    var kind = ""
    var causes: [Cause] = []
    /// Some answers carry `details` that say nothing.
    var hasEmptyDetails = false

    init(_ code: Int, _ reason: String, _ message: String) {
        self.code = code
        self.reason = reason
        self.message = message
    }

    static func badRequest(_ message: String) -> StatusFailure { StatusFailure(400, "BadRequest", message) }

    /// An error of the server's own making, such as a document that server-side apply cannot type.
    static func unclassified(_ message: String) -> StatusFailure { StatusFailure(500, "", message) }

    /// 422 with one cause per error.
    static func invalid(_ type: ResourceType, name: String, _ errors: [FieldError]) -> StatusFailure {
        let subject = type.group.isEmpty ? type.kind : "\(type.kind).\(type.group)"
        // The same sentence twice helps nobody; the real server drops repetitions, too.
        var seen: Set<String> = []
        let sentences = errors.map(\.description).filter { seen.insert($0).inserted }
        let list = sentences.count == 1 ? sentences[0] : "[\(sentences.joined(separator: ", "))]"
        var failure = StatusFailure(422, "Invalid", "\(subject) \"\(name)\" is invalid: \(list)")
        failure.name = name
        failure.group = type.group
        failure.kind = type.kind
        failure.causes = errors.map { Cause(reason: $0.code.rawValue, message: $0.body, field: $0.path.description) }
        return failure
    }

    /// The `Status` object as it goes over the wire.
    var json: JSONValue {
        var status: JSONObject = [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "message": .string(message),
        ]
        if !reason.isEmpty { status["reason"] = .string(reason) }
        var details = JSONObject()
        for (key, value) in [("name", name), ("group", group), ("kind", kind)] where !value.isEmpty {
            details[key] = .string(value)
        }
        if !causes.isEmpty { details["causes"] = .array(causes.map(Self.json)) }
        if !details.isEmpty || hasEmptyDetails { status["details"] = .object(details) }
        status["code"] = .integer(Int64(code))
        return .object(status)
    }

    private static func json(_ cause: Cause) -> JSONValue {
        var fields = JSONObject()
        for (key, value) in [("reason", cause.reason), ("message", cause.message), ("field", cause.field)]
        where !value.isEmpty {
            fields[key] = .string(value)
        }
        return .object(fields)
    }
}
