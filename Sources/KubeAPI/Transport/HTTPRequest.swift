/// One request to the server of a `Transport`.
package struct HTTPRequest: Sendable {
    /// In upper case: `GET`, `PATCH`.
    package var method: String
    /// Begins with a slash, holds the query, is percent-encoded; the path of the server's URL is put in front of it.
    package var path: String
    package var headers: [(String, String)]
    package var body: [UInt8]?
    /// For the whole request, waiting for a free place included. `nil`: no limit.
    package var timeout: Duration?
    /// The longest time without a byte from the server. `nil`: no limit.
    package var idleTimeout: Duration?
    /// Lets the server compress the answer. It arrives decompressed either way.
    package var acceptsGzip: Bool
    /// Asked on the transport's thread right before each sending, when the connection is there: `false` and nothing is
    /// sent. For writes that may have become wrong while they waited.
    package var maySend: (@Sendable () -> Bool)?

    package init(
        method: String = "GET", path: String, headers: [(String, String)] = [], body: [UInt8]? = nil,
        timeout: Duration? = nil, idleTimeout: Duration? = nil, acceptsGzip: Bool = false,
        maySend: (@Sendable () -> Bool)? = nil
    ) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.idleTimeout = idleTimeout
        self.acceptsGzip = acceptsGzip
        self.maySend = maySend
    }
}

/// A whole response; any status is a response, only a failed exchange is an error.
package struct HTTPResponse: Sendable {
    package var status: Int
    package var headers: HTTPHeaders
    package var body: [UInt8]

    package init(status: Int, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
