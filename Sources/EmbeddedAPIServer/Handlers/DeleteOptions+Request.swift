import KubeAPI

extension DeleteOptions {
    /// The body, where there is one, and the query.
    init(_ context: RequestContext) throws {
        self.init()
        if !context.request.body.isEmpty {
            let body = try context.body()
            if let kind = body["kind"]?.string, kind != "DeleteOptions" {
                throw APIFailure.badRequest(
                    "\(kind) in version \"v1\" cannot be handled as a DeleteOptions: no kind \"\(kind)\" is registered "
                        + "for version \"v1\"")
            }
            gracePeriodSeconds = body["gracePeriodSeconds"]?.integer.map(Int.init)
            uid = body[path: ["preconditions", "uid"]]?.string
            resourceVersion = body[path: ["preconditions", "resourceVersion"]]?.string
            try setPropagation(body["propagationPolicy"]?.string)
            if body["orphanDependents"]?.bool == true { propagationPolicy = .orphan }
            dryRun = body["dryRun"]?.array?.contains("All") ?? false
        }
        if let text = context.request.parameter("gracePeriodSeconds"), let seconds = Int(text) {
            gracePeriodSeconds = seconds
        }
        try setPropagation(context.request.parameter("propagationPolicy"))
        if context.isDryRun { dryRun = true }
        if let seconds = gracePeriodSeconds, seconds < 0 {
            throw APIFailure.invalidOption(
                "DeleteOptions",
                .invalid(
                    PathText("gracePeriodSeconds"), .integer(Int64(seconds)), "must be greater than or equal to 0"))
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
        propagationPolicy = policy
    }
}
