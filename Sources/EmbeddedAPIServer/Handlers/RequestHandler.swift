internal import KubeAPI

/// The way of one request: authentication, authorization, then what its path names.
struct RequestHandler: Sendable {
    let core: APICore
    let server: HTTPServer

    func handle(_ request: HTTPServerRequest, _ responder: HTTPResponder) {
        do {
            try serve(request, responder)
        } catch {
            fail(error, request, responder)
        }
    }

    private func serve(_ request: HTTPServerRequest, _ responder: HTTPResponder) throws {
        let user = try core.authenticator.user(of: request, now: core.now)
        let info = RequestInfo(request)
        let question = AccessQuestion(info, user: user)
        guard core.authorizer.allows(question) else { throw question.failure }
        guard info.isResource else {
            return SystemPaths(core: core).serve(request, user: user, responder)
        }
        guard let definition = core.registry.definition(group: info.group, version: info.version, plural: info.plural)
        else {
            throw APIFailure.noSuchResource
        }
        let context = RequestContext(request: request, info: info, definition: definition, user: user)
        try serve(context, responder)
    }

    private func serve(_ context: RequestContext, _ responder: HTTPResponder) throws {
        try QueryCheck.check(context)
        if context.info.verb == "watch" {
            let format = try ResponseFormat(accept: context.request.header("Accept"))
            let parameters = try ListParameters(context)
            WatchStream(
                core: core, server: server, context: context, parameters: parameters, format: format,
                responder: responder
            ).start()
            return
        }
        let format = try ResponseFormat(accept: context.request.header("Accept"))
        let answer = try core.answer(context)
        send(answer, Presentation(context, format: format, now: core.now), context, responder)
    }

    private func send(
        _ answer: Answer, _ presentation: Presentation, _ context: RequestContext, _ responder: HTTPResponder
    ) {
        var headers = answer.headers
        headers.append(("Content-Type", presentation.format.contentType))
        headers.append(("Cache-Control", "no-cache, private"))
        for warning in answer.warnings { headers.append(("Warning", "299 - \(JSONValue.string(warning))")) }
        let body: [UInt8]
        switch answer.content {
        case .object(let json):
            let shown = presentation.single(json)
            body = presentation.format == .yaml ? Array(YAML.write([shown]).utf8) : shown.serialized()
        case .list(let list): body = presentation.list(list.objects, metadata: list.metadata)
        case .text(let text): body = Array(text.utf8)
        }
        let isHead = context.request.method == "HEAD"
        responder.respond(status: answer.status, headers: headers, body: isHead ? [] : body)
    }

    private func fail(_ error: any Error, _ request: HTTPServerRequest, _ responder: HTTPResponder) {
        let failure =
            switch error {
            case let failure as APIFailure: failure
            case let failure as StatusFailure: APIFailure(failure)
            default: APIFailure.internalError("\(error)")
            }
        var headers = [("Content-Type", "application/json"), ("Cache-Control", "no-cache, private")]
        if let seconds = failure.retryAfterSeconds { headers.append(("Retry-After", String(seconds))) }
        if failure.failure.code == 403 { headers.append(("X-Content-Type-Options", "nosniff")) }
        responder.respond(
            status: failure.failure.code, headers: headers.map { ($0.0, $0.1) }, body: failure.json.serialized())
    }
}

/// Query parameters that are refused whatever the request is.
enum QueryCheck {
    static func check(_ context: RequestContext) throws {
        let options =
            switch context.info.verb {
            case "create": "CreateOptions"
            case "update": "UpdateOptions"
            case "patch": "PatchOptions"
            case "delete", "deletecollection": "DeleteOptions"
            default: ""
            }
        guard !options.isEmpty else { return }
        let dryRun = context.request.query.filter { $0.name == "dryRun" }.map(\.value)
        if dryRun.contains(where: { $0 != "All" }) {
            throw APIFailure.invalidOption(
                options,
                .notSupported(FieldPath("dryRun"), .array(dryRun.map(JSONValue.string)), ["All"]))
        }
        if let text = context.request.parameter("fieldValidation"), !text.isEmpty,
            FieldValidation(rawValue: text) == nil
        {
            throw APIFailure.invalidOption(
                options,
                .notSupported(FieldPath("fieldValidation"), .string(text), ["Ignore", "Strict", "Warn"]))
        }
    }
}
