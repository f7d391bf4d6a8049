/// The span of one try of a request. Source: OpenTelemetry semantic conventions for HTTP client spans; of Kubernetes' objects they know
/// nothing.
extension ActiveSpan {
    /// Ends with a response, which is a failure from 400 on.
    func end(_ request: APIRequest, to server: ServerAddress, status: Int, after duration: Duration) {
        var attributes = Self.attributes(request, server)
        attributes.append(("http.response.status_code", .integer(Int64(status))))
        if status >= 400 { attributes.append(("error.type", .string("\(status)"))) }
        end(after: duration, attributes, error: status >= 400 ? "" : nil)
    }

    /// Ends without one.
    func end(_ request: APIRequest, to server: ServerAddress, error: TransportError, after duration: Duration) {
        let attributes = Self.attributes(request, server) + [("error.type", .string(error.code.rawValue))]
        end(after: duration, attributes, error: error.message)
    }

    private static func attributes(_ request: APIRequest, _ server: ServerAddress) -> [Logger.Field] {
        [
            ("http.request.method", .string(request.method)),
            ("k8s.resource", .string(request.resource)),
            ("url.path", .string(request.path)),
            ("server.address", .string(server.host)),
            ("server.port", .integer(Int64(server.port))),
        ]
    }
}
