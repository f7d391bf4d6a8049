internal import KubeAPI

/// How an object is to be deleted. Source: Kubernetes API reference, DeleteOptions.
struct DeleteOptions: Sendable {
    enum Propagation: String, Sendable {
        case background = "Background"
        case foreground = "Foreground"
        case orphan = "Orphan"
    }

    var gracePeriodSeconds: Int64?
    var uid: String?
    var resourceVersion: String?
    var propagation: Propagation?
    var isDryRun = false

    init() {}

    /// The body, where there is one, and the query.
    init(_ context: RequestContext) throws {
        if !context.request.body.isEmpty {
            let body = try context.body()
            if let kind = body["kind"]?.string, kind != "DeleteOptions" {
                throw APIFailure.badRequest(
                    "\(kind) in version \"v1\" cannot be handled as a DeleteOptions: no kind \"\(kind)\" is registered "
                        + "for version \"v1\"")
            }
            gracePeriodSeconds = body["gracePeriodSeconds"]?.integer
            uid = body[path: ["preconditions", "uid"]]?.string
            resourceVersion = body[path: ["preconditions", "resourceVersion"]]?.string
            try setPropagation(body["propagationPolicy"]?.string)
            if body["orphanDependents"]?.bool == true { propagation = .orphan }
            isDryRun = body["dryRun"]?.array?.contains("All") ?? false
        }
        if let text = context.request.parameter("gracePeriodSeconds"), let seconds = Int64(text) {
            gracePeriodSeconds = seconds
        }
        try setPropagation(context.request.parameter("propagationPolicy"))
        if context.isDryRun { isDryRun = true }
        if let seconds = gracePeriodSeconds, seconds < 0 {
            throw APIFailure.invalidOption(
                "DeleteOptions",
                .invalid(
                    PathText("gracePeriodSeconds"), .integer(seconds), "must be greater than or equal to 0"))
        }
    }

    private mutating func setPropagation(_ text: String?) throws {
        guard let text, !text.isEmpty else { return }
        guard let policy = Propagation(rawValue: text) else {
            throw APIFailure.invalidOption(
                "DeleteOptions",
                .notSupported(
                    PathText("propagationPolicy"), .string(text), ["Foreground", "Background", "Orphan", "nil"]))
        }
        propagation = policy
    }
}
