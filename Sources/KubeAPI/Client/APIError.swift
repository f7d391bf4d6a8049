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
    package var isUnauthorized: Bool { code == 401 }
    package var isForbidden: Bool { code == 403 }
    package var isTooManyRequests: Bool { code == 429 }
    package var isServerError: Bool { code >= 500 }
    /// No complete response: the request may or may not have been carried out.
    package var isTransport: Bool { transport != nil }

    /// More than the server or its store takes. etcd's refusal comes as an error of the server.
    /// Source: etcd, api/v3rpc/rpctypes/error.go, `ErrGRPCRequestTooLarge`.
    package var isTooLarge: Bool { code == 413 || isServerError && message.contains("request is too large") }

    /// A server-side apply with a field that the type does not have, a value of another type, or an entry of a list that is
    /// there twice. The server answers as if the fault were its own.
    ///
    /// Source: Kubernetes 1.36, k8s.io/apimachinery, managedfields/internal/structuredmerge.go, `Apply`.
    package var isMalformed: Bool { malformation != nil }

    /// What the server says of such a request behind the object's name: the field's path where it has one, and what is wrong.
    package var malformation: String? {
        guard code == 500 else { return nil }
        for (beginning, end) in Self.malformations where message.hasPrefix(beginning) {
            guard let place = message.firstRange(of: end) else { return message }
            let words = message[place.upperBound...]
            return String(words.hasPrefix("errors: ") ? words.dropFirst("errors: ".count) : words)
        }
        return nil
    }

    private static let malformations = [
        ("failed to create typed patch object (", "): "), ("failed to convert new object (", " to proper version: "),
    ]

    /// Nothing is made in a namespace that is being deleted. Source: Kubernetes, NamespaceLifecycle admission.
    package var isNamespaceTerminating: Bool {
        isForbidden && causes.contains { $0.reason == "NamespaceTerminating" }
    }

    /// The user may not do this at all, whatever the object says. Source: k8s.io/apiserver, `responsewriters.Forbidden`.
    package var isRightMissing: Bool { isForbidden && message.contains(" cannot ") }

    /// Whether the same request may succeed later without anybody changing it.
    package var isTransient: Bool {
        guard !isTooLarge, !isMalformed else { return false }
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
        case (_, 403) where isRightMissing: "grant it by RBAC"
        case (_, 410): "list again"
        default: nil
        }
    }
}
