/// Why a request to the API failed: the server's `Status`, or what kept the server from answering.
package struct APIError: Error, Sendable, Hashable {
    /// One fault of a request that is faulty in several places.
    package struct Cause: Sendable, Hashable {
        /// As in `spec.regions[0].name`; empty where the cause is not about a field.
        package var field: String
        /// As in `FieldValueInvalid`.
        package var reason: String
        package var message: String

        package init(field: String, reason: String, message: String) {
            self.field = field
            self.reason = reason
            self.message = message
        }
    }

    /// The HTTP status; 0 where no response came.
    package var code: Int
    /// `Status.reason` as in `NotFound`, or the one that belongs to the code.
    package var reason: String
    /// One line, in the server's words.
    package var message: String
    package var causes: [Cause]
    /// How long the server asks to wait.
    package var retryAfter: Duration?
    /// What was asked, as in `PATCH deployments.apps shop/web`.
    package var request: String
    /// Set where no complete response came.
    package var transport: TransportError?

    package init(
        code: Int, reason: String, message: String, causes: [Cause] = [], retryAfter: Duration? = nil,
        request: String, transport: TransportError? = nil
    ) {
        self.code = code
        self.reason = reason
        self.message = message
        self.causes = causes
        self.retryAfter = retryAfter
        self.request = request
        self.transport = transport
    }

    package init(_ error: TransportError, request: String) {
        self.init(code: 0, reason: Self.transportReason, message: error.message, request: request, transport: error)
    }

    static let transportReason = "TransportError"
    static let invalidResponseReason = "InvalidResponse"
    static let credentialsReason = "CredentialsUnavailable"
}

// Source: k8s.io/apimachinery, StatusReason.
extension APIError {
    package var isNotFound: Bool { code == 404 }
    /// The object exists already. Not the same as `isConflict`, though the code is.
    package var isAlreadyExists: Bool { reason == "AlreadyExists" }
    /// The object has changed since it was read, or its field belongs to another manager.
    package var isConflict: Bool { code == 409 && !isAlreadyExists }
    /// The resourceVersion or the continue token is too old.
    package var isExpired: Bool { code == 410 || reason == "Expired" || reason == "Gone" }
    package var isInvalid: Bool { code == 422 }
    package var isBadRequest: Bool { code == 400 }
    package var isUnauthorized: Bool { code == 401 }
    package var isForbidden: Bool { code == 403 }
    package var isMethodNotSupported: Bool { code == 405 }
    package var isUnsupportedMediaType: Bool { code == 415 }
    package var isTooManyRequests: Bool { code == 429 }
    package var isServerError: Bool { code >= 500 }
    /// No complete response: the request may or may not have been carried out.
    package var isTransport: Bool { transport != nil }

    /// More than the server or its store takes. etcd's refusal comes as an error of the server.
    /// Source: etcd, api/v3rpc/rpctypes/error.go, `ErrGRPCRequestTooLarge`.
    package var isTooLarge: Bool { code == 413 || isServerError && message.contains("request is too large") }

    /// Whether the same request may succeed later without anybody changing it.
    package var isTransient: Bool {
        guard !isTooLarge else { return false }
        return isTransport || isConflict || isTooManyRequests || isServerError || isUnauthorized || code == 408
    }
}

extension APIError: CustomStringConvertible {
    /// One line: the request, the answer, and what to do about it.
    package var description: String {
        let answer =
            code == 0 ? message : "\(code) \(reason)\(message.isEmpty ? "" : ": \(message)")"
        return "\(request): \(answer)" + (advice.map { "; \($0)" } ?? "")
    }

    private var advice: String? {
        switch (transport?.code, code) {
        case (.connect?, _): "check the server's address and that it is running"
        case (.tls?, _): nil
        case (.timeout?, _): "check the server's load and the network"
        case (_, 401): "the server does not accept the credentials: renew the token or certificate"
        case (_, 403) where reason == "Forbidden" && message.contains(" cannot "): "grant it by RBAC"
        case (_, 410): "list again"
        default: nil
        }
    }
}
