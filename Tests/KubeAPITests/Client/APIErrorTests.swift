import Testing

@testable import KubeAPI

@Suite("API errors")
struct APIErrorTests {
    private func error(_ code: Int, _ body: String, _ headers: [(String, String)] = []) -> APIError {
        APIError(status: code, headers: HTTPHeaders(headers), body: Array(body.utf8), request: "GET pods shop/web")
    }

    @Test("A Status with causes is read in full")
    func status() {
        let error = error(
            422,
            #"""
            {"kind":"Status","apiVersion":"v1","status":"Failure","message":"Deployment \"web\" is invalid:\n spec.a","reason":"Invalid",
             "details":{"name":"web","causes":[{"reason":"FieldValueInvalid","message":"Invalid value: 1","field":"spec.a"},
             {"reason":"FieldValueRequired","message":"Required value","field":"spec.b"}]},"code":422}
            """#)
        #expect(error.isInvalid)
        #expect(error.reason == "Invalid")
        #expect(error.message == "Deployment \"web\" is invalid: spec.a")
        #expect(error.causes.map(\.field) == ["spec.a", "spec.b"])
        #expect(error.causes.map(\.reason) == ["FieldValueInvalid", "FieldValueRequired"])
        #expect(error.description == "GET pods shop/web: 422 Invalid: Deployment \"web\" is invalid: spec.a")
    }

    private static let kinds: [String: @Sendable (APIError) -> Bool] = [
        "isNotFound": { $0.isNotFound }, "isConflict": { $0.isConflict }, "isAlreadyExists": { $0.isAlreadyExists },
        "isExpired": { $0.isExpired }, "isInvalid": { $0.isInvalid },
        "isUnauthorized": { $0.isUnauthorized }, "isForbidden": { $0.isForbidden },
        "isTooManyRequests": { $0.isTooManyRequests }, "isServerError": { $0.isServerError },
    ]

    @Test(
        "Codes and reasons are told apart",
        arguments: [
            (404, "NotFound", "isNotFound"), (409, "Conflict", "isConflict"), (409, "AlreadyExists", "isAlreadyExists"),
            (410, "Expired", "isExpired"), (410, "Gone", "isExpired"), (422, "Invalid", "isInvalid"),
            (401, "Unauthorized", "isUnauthorized"),
            (403, "Forbidden", "isForbidden"),
            (429, "TooManyRequests", "isTooManyRequests"),
            (500, "InternalError", "isServerError"),
        ])
    func kinds(code: Int, reason: String, want: String) {
        let error = error(code, #"{"kind":"Status","reason":"\#(reason)"}"#)
        #expect(Self.kinds.filter { $0.value(error) }.map(\.key) == [want])
    }

    @Test(
        "An apply that the types do not take is the author's fault, though the server answers as if it were its own",
        arguments: [
            (
                #".spec.template.spec.containers[name="c"].imagePullPolcy: field not declared in schema"#,
                #"failed to create typed patch object (w/x; apps/v1, Kind=Deployment): "#
            ),
            (
                #".spec.template.spec.containers[name="c"].env: duplicate entries for key [name="A"]"#,
                #"failed to create typed patch object (w/x; apps/v1, Kind=Deployment): "#
            ),
            (
                ".spec.a: field not declared in schema .spec.b: expected list, got &{x}",
                #"failed to create typed patch object (w/x; apps/v1, Kind=Deployment): errors:\n  "#
            ),
            (
                "unable to convert unstructured object to apps/v1, Kind=Deployment: cannot convert float64 to int64",
                "failed to convert new object (w/x; apps/v1, Kind=Deployment) to proper version: "
            ),
        ])
    func malformed(words: String, beginning: String) {
        let text = words.replacing("\"", with: "\\\"")
        let error = error(500, #"{"kind":"Status","status":"Failure","message":"\#(beginning)\#(text)","code":500}"#)
        #expect(error.isMalformed && !error.isTransient && error.malformation == words)
    }

    @Test("Another fault of the server's may pass")
    func notMalformed() {
        for message in ["etcdserver: request timed out", "failed to create typed live object (w/x; v1): .spec: odd"] {
            let error = error(500, #"{"kind":"Status","message":"\#(message)","code":500}"#)
            #expect(!error.isMalformed && error.isTransient)
        }
    }

    @Test("A right that is missing, a namespace that is going and a refused object are told apart")
    func forbidden() {
        let right = error(
            403,
            #"{"kind":"Status","reason":"Forbidden","message":"pods is forbidden: User \"u\" cannot list resource \"pods\""}"#
        )
        #expect(
            right.isRightMissing && !right.isNamespaceTerminating && right.description.hasSuffix("grant it by RBAC"))
        let going = error(
            403,
            #"{"kind":"Status","reason":"Forbidden","message":"pods \"p\" is forbidden: unable to create new content in namespace w because it is being terminated","details":{"causes":[{"reason":"NamespaceTerminating","message":"namespace w is being terminated","field":"metadata.namespace"}]}}"#
        )
        #expect(!going.isRightMissing && going.isNamespaceTerminating)
        let quota = error(
            403, #"{"kind":"Status","reason":"Forbidden","message":"pods \"p\" is forbidden: exceeded quota: q"}"#)
        #expect(!quota.isRightMissing && !quota.isNamespaceTerminating)
    }

    @Test(
        "Bodies that are no Status become one short line",
        arguments: [
            (502, "<html>\n<h1>Bad\tGateway</h1></html>", "Unknown", "<html> <h1>Bad Gateway</h1></html>"),
            (404, "404 page not found\n", "NotFound", "404 page not found"), (503, "", "ServiceUnavailable", ""),
            (500, "[1]", "InternalError", "[1]"), (403, #"{"kind":"Other"}"#, "Forbidden", #"{"kind":"Other"}"#),
            (400, "\u{1}\u{1b}[31mred", "BadRequest", "[31mred"),
        ])
    func foreignBodies(code: Int, body: String, wantReason: String, wantMessage: String) {
        let error = error(code, body)
        #expect(error.reason == wantReason)
        #expect(error.message == wantMessage)
        #expect(!error.description.contains("\n"))
    }

    @Test("A long foreign body is cut, bytes that are no text do no harm")
    func longBody() {
        #expect(error(500, String(repeating: "é", count: 9999)).message.count == 201)
        let binary = APIError(status: 500, headers: HTTPHeaders(), body: [0xFF, 0xFE, 0x00, 0x41], request: "GET x")
        #expect(!binary.message.isEmpty)
    }

    @Test("The time to wait comes from the header, else from the Status")
    func retryAfter() {
        let body = #"{"kind":"Status","details":{"retryAfterSeconds":9}}"#
        #expect(error(429, body, [("retry-after", "3")]).retryAfter == .seconds(3))
        #expect(error(429, body).retryAfter == .seconds(9))
        #expect(error(429, "{}", [("Retry-After", "Wed, 21 Oct")]).retryAfter == nil)
    }

    @Test("Errors of the network say what to look at")
    func transport() {
        let error = APIError(TransportError(.connect, "cannot reach h:1: Connection refused"), request: "GET nodes")
        #expect(error.isTransport)
        #expect(error.isTransient)
        #expect(
            error.description
                == "GET nodes: cannot reach h:1: Connection refused; check the server's address and that it is running")
    }

    @Test(
        "Warning headers give their text",
        arguments: [
            (#"299 - "spec.x is deprecated""#, "spec.x is deprecated"),
            (#"299 kube "a \"b\" \\ c" "date""#, #"a "b" \ c"#),
            (#"199 - "x""#, nil), ("299 -", nil), ("299 - x", nil), (#"299 - "open"#, nil), ("", nil),
        ] as [(String, String?)])
    func warnings(header: String, want: String?) {
        #expect(warningText(header) == want)
    }

    @Test("An object that is too large does not get smaller by trying again")
    func tooLarge() {
        let answers = [
            APIError(code: 500, reason: "InternalError", message: "etcdserver: request is too large", request: "PATCH"),
            APIError(code: 413, reason: "RequestEntityTooLarge", message: "limit is 3145728", request: "PATCH"),
        ]
        #expect(answers.allSatisfy { $0.isTooLarge && !$0.isTransient })
        #expect(
            APIError(code: 500, reason: "InternalError", message: "etcdserver: no leader", request: "PATCH").isTransient
        )
    }
}
