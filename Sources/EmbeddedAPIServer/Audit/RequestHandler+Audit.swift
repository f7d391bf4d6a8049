internal import KubeAPI

extension RequestHandler {
    /// Answers a request, and notes it where it is a write.
    func audited(_ context: RequestContext) throws -> Answer {
        guard let log = core.options.audit, AuditEvent.verbs.contains(context.info.verb) else {
            return try core.answer(context)
        }
        let received = core.now
        do {
            let answer = try core.answer(context)
            log.record(event(context, received, answer.status, answer, in: log))
            return answer
        } catch {
            log.record(event(context, received, Self.code(of: error), nil, in: log))
            throw error
        }
    }

    private func event(
        _ context: RequestContext, _ received: Timestamp, _ code: Int, _ answer: Answer?, in log: AuditLog
    ) -> AuditEvent {
        let hasBody = log.resourcesWithBodies.contains(context.type.plural)
        var name = context.info.name ?? ""
        var body: JSONValue?
        if hasBody || name.isEmpty { body = try? JSONValue.parse(context.request.body) }
        // The path of a creation has no name; a generated one stands in the answer only.
        if name.isEmpty, context.info.verb == "create" {
            name = body?["metadata"]?["name"]?.string ?? Self.name(in: answer)
        }
        return AuditEvent(
            received: received, completed: core.now, user: context.user.name,
            userAgent: context.request.header("User-Agent") ?? "", verb: context.info.verb, group: context.type.group,
            resource: context.type.plural, subresource: context.info.subresource,
            namespace: context.key.namespace, name: name, code: code,
            requestObject: hasBody ? body : nil)
    }

    private static func name(in answer: Answer?) -> String {
        guard case .object(let json)? = answer?.content else { return "" }
        return json["metadata"]?["name"]?.string ?? ""
    }

    private static func code(of error: any Error) -> Int {
        switch error {
        case let failure as APIFailure: failure.failure.code
        case let failure as StatusFailure: failure.code
        default: 500
        }
    }
}
