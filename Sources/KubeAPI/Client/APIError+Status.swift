extension APIError {
    /// Reads an error response: a `Status` object, or whatever a proxy in between has written.
    package init(status: Int, headers: HTTPHeaders, body: [UInt8], request: String) {
        let json = body.isEmpty ? nil : try? JSONValue.parse(body)
        self.init(
            code: status, reason: Self.reason(forCode: status), message: "",
            retryAfter: headers["Retry-After"].flatMap { Int($0) }.map { .seconds(max(0, $0)) }, request: request)
        if let json, json["kind"]?.string == "Status" {
            read(status: json)
        } else {
            message = Self.excerpt(of: body)
        }
    }

    private mutating func read(status json: JSONValue) {
        if let reason = json["reason"]?.string, !reason.isEmpty { self.reason = reason }
        message = Self.oneLine(json["message"]?.string ?? "")
        let details = json["details"]
        causes = (details?["causes"]?.array ?? []).map { cause in
            Cause(
                field: cause["field"]?.string ?? "", reason: cause["reason"]?.string ?? "",
                message: Self.oneLine(cause["message"]?.string ?? ""))
        }
        if retryAfter == nil, let seconds = details?["retryAfterSeconds"]?.integer, seconds > 0 {
            retryAfter = .seconds(seconds)
        }
    }

    private static func reason(forCode code: Int) -> String {
        switch code {
        case 400: "BadRequest"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "NotFound"
        case 405: "MethodNotAllowed"
        case 406: "NotAcceptable"
        case 409: "Conflict"
        case 410: "Gone"
        case 413: "RequestEntityTooLarge"
        case 415: "UnsupportedMediaType"
        case 422: "Invalid"
        case 429: "TooManyRequests"
        case 500: "InternalError"
        case 503: "ServiceUnavailable"
        case 504: "Timeout"
        default: "Unknown"
        }
    }

    /// The beginning of a text that is no `Status`, for a log line.
    private static func excerpt(of body: [UInt8]) -> String {
        let limit = 200
        let text = oneLine(String(decoding: body.prefix(limit * 4), as: UTF8.self))
        return text.count > limit ? "\(text.prefix(limit))…" : text
    }

    static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: { $0.isWhitespace || $0.unicodeScalars.contains { $0.value < 0x20 } })
            .joined(separator: " ")
    }
}
