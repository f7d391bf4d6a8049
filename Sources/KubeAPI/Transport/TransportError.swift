/// Why an exchange with the server came to no complete response.
package struct TransportError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// No connection: the name, the address, the proxy or the network.
        case connect
        /// Certificates or the TLS handshake.
        case tls
        /// A time limit of the request or of the connection's set-up.
        case timeout
        /// The caller, the sink or `shutdown` ended it.
        case cancelled
        /// `HTTPRequest.maySend` said no: nothing was sent.
        case withheld
        /// The connection ended in the middle.
        case closed
        /// The peer does not speak HTTP, or the request cannot be sent as it is.
        case `protocol`
        /// The response is larger than the limit.
        case tooLarge
    }

    package var code: Code
    /// One line: what failed, with which server, and why. It holds no credentials.
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
