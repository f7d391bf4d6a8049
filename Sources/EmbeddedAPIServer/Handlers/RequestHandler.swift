internal import KubeAPI

/// The way of one request: authentication, authorization, then what its path names.
struct RequestHandler: Sendable {
    let core: APICore
    let server: HTTPServer
    /// Lets the built-in controllers look at what a request has changed.
    let react: @Sendable () -> Void

    func handle(_ request: HTTPServerRequest, _ responder: HTTPResponder) {
        defer { react() }
        do {
            let user = try user(of: request)
            let info = RequestInfo(request)
            guard let (fault, effect) = core.faults.strike(info, user: user) else {
                return try serve(request, info, user, responder)
            }
            try serve(request, info, user, responder, under: effect, of: fault)
        } catch {
            fail(error, request, responder)
        }
    }

    private func user(of request: HTTPServerRequest) throws -> UserInfo {
        let sender = try core.authenticator.user(of: request, now: core.now)
        if let uid = sender.uid, sender.name.hasPrefix("system:serviceaccount:"), core.store.object(uid: uid) == nil {
            // The token has outlived its service account.
            throw APIFailure.unauthorized
        }
        return try ImpersonationCheck(core: core).user(of: request, for: RequestInfo(request), sentBy: sender)
    }

    private func serve(
        _ request: HTTPServerRequest, _ info: RequestInfo, _ user: UserInfo, _ responder: HTTPResponder,
        under effect: FaultRule.Effect, of fault: Int
    ) throws {
        switch effect {
        case .drop: responder.abort()
        case .hang: core.faults.onRemoval(of: fault) { responder.abort() }
        case .refuse(let status, let seconds):
            throw APIFailure.injected(status: status, retryAfterSeconds: seconds, info)
        case .delay(let delay):
            server.schedule(after: delay) { [self] in
                defer { react() }
                do {
                    try serve(request, info, user, responder)
                } catch {
                    fail(error, request, responder)
                }
            }
        case .loseAnswer:
            // Cut at the first byte of the answer.
            responder.cut(afterBytes: 0)
            try serve(request, info, user, responder)
        case .cut(let bytes):
            responder.cut(afterBytes: bytes)
            try serve(request, info, user, responder)
        }
    }

    private func serve(
        _ request: HTTPServerRequest, _ info: RequestInfo, _ user: UserInfo, _ responder: HTTPResponder
    ) throws {
        let question = AccessQuestion(info, user: user)
        guard core.authorizer.allows(question) else { throw question.failure }
        if Reviews.handles(info) {
            let review = try Reviews(core: core, user: user).answer(request, info)
            return send(review, status: 201, responder)
        }
        guard info.isResource else {
            guard request.segments.first == AdminPaths.root else {
                return try SystemPaths(core: core).serve(request, responder)
            }
            guard user.isAdministrator else { throw question.failure }
            return send(try AdminPaths(core: core, server: server).answer(request), status: 200, responder)
        }
        guard let definition = core.registry.definition(group: info.group, version: info.version, plural: info.plural)
        else {
            // A group that nobody serves is no path at all.
            guard core.registry.serves(group: info.group) else { return SystemPaths.notFound(responder) }
            throw APIFailure.noSuchResource
        }
        // An object of the cluster has no path in a namespace.
        guard definition.type.isNamespaced || !info.isInNamespace else { throw APIFailure.noSuchResource }
        let context = RequestContext(request: request, info: info, definition: definition, user: user)
        try serve(context, responder)
    }

    private func send(_ json: JSONValue, status: Int, _ responder: HTTPResponder) {
        responder.respond(
            status: status, headers: [("Content-Type", "application/json"), ("Cache-Control", "no-cache, private")],
            body: json.serialized())
    }

    private func serve(_ context: RequestContext, _ responder: HTTPResponder) throws {
        // Resources have no HEAD, on the real server either.
        guard context.request.method != "HEAD" else { throw APIFailure.methodNotAllowed }
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
        let answer = try audited(context)
        send(answer, Presentation(context, format: format, now: core.now), context, responder)
    }

    private func send(
        _ answer: Answer, _ presentation: Presentation, _ context: RequestContext, _ responder: HTTPResponder
    ) {
        var headers = answer.headers
        headers.append(("Content-Type", presentation.format.contentType))
        headers.append(("Cache-Control", "no-cache, private"))
        let warnings = (context.definition.deprecationWarning.map { [$0] } ?? []) + answer.warnings
        for warning in warnings { headers.append(("Warning", "299 - \(JSONValue.string(warning))")) }
        let body: [UInt8]
        switch answer.content {
        case .object(let json):
            let shown = presentation.single(json)
            body = presentation.format == .yaml ? Array(YAML.write([shown]).utf8) : shown.serialized()
        case .list(let list): body = presentation.list(list.objects, metadata: list.metadata)
        case .text(let text): body = Array(text.utf8)
        }
        responder.respond(status: answer.status, headers: headers, body: body)
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
        if failure.isAuthorization { headers.append(("X-Content-Type-Options", "nosniff")) }
        responder.respond(
            status: failure.failure.code, headers: headers.map { ($0.0, $0.1) },
            body: request.method == "HEAD" ? [] : failure.json.serialized())
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
                .notSupported(PathText("dryRun"), .array(dryRun.map(JSONValue.string)), ["All"]))
        }
        if context.info.verb == "patch", context.request.parameter("force") != nil,
            MediaType(context.request.header("Content-Type") ?? "").name != "application/apply-patch+yaml"
        {
            throw APIFailure.invalidOption(
                options, .forbidden(PathText("force"), "may not be specified for non-apply patch"))
        }
        if let text = context.request.parameter("fieldValidation"), !text.isEmpty,
            FieldValidation(rawValue: text) == nil
        {
            throw APIFailure.invalidOption(
                options,
                .notSupported(PathText("fieldValidation"), .string(text), ["Ignore", "Strict", "Warn"]))
        }
    }
}
