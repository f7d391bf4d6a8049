internal import KubeAPI

extension APIFailure {
    /// A refusal that was asked for, as the real server would write it.
    static func injected(status: Int, retryAfterSeconds: Int?, _ info: RequestInfo) -> APIFailure {
        let type = ResourceType(group: info.group, version: info.version, kind: "", plural: info.plural)
        let name = info.name ?? ""
        var failure: APIFailure
        switch status {
        case 401: failure = .unauthorized
        case 403: failure = .forbidden(type, name, "refused on request")
        case 404: failure = .notFound(type, name)
        case 409: failure = .conflict(type, name)
        case 410: failure = .expired("too old resource version: 1 (2)")
        case 429: failure = APIFailure(429, "TooManyRequests", "too many requests, please try again later")
        case 500: failure = .internalError("refused on request")
        case 503:
            failure = APIFailure(
                503, "ServiceUnavailable", "the server is currently unable to handle the request")
        case 504: failure = APIFailure(504, "Timeout", "Timeout: request did not complete within the allotted timeout")
        default: failure = APIFailure(status, "", "refused on request")
        }
        failure.retryAfterSeconds = retryAfterSeconds
        return failure
    }
}
