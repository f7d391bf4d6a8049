package import KubeAPI

/// How an `EmbeddedAPIServer` behaves.
package struct EmbeddedAPIServerOptions: Sendable {
    package enum Authorization: Sendable {
        /// Everybody who is authenticated may do everything.
        case open
        /// Roles and bindings decide, as in a real cluster; the group `system:masters` may do everything.
        case rbac
    }

    /// 0 takes a free port.
    package var port: UInt16
    /// Without TLS there are no client certificates.
    package var usesTLS: Bool
    package var authorization: Authorization
    /// Bearer tokens and whom they stand for.
    package var tokens: [String: UserInfo]
    /// Changes kept for each resource; older ones give 410.
    package var historyLimit: Int
    /// Between bookmarks of a watch.
    package var bookmarkInterval: Duration
    /// Of a watch that names none.
    package var watchTimeout: Duration
    /// What a watch may hold for a client that reads slowly; more waits in the history, and gives 410 in the end.
    package var watchBufferBytes: Int
    /// Deletes dependents of deleted owners, and the content of deleted namespaces; makes default service accounts.
    package var runsControllers: Bool
    /// Told of every write; `nil`: nobody is.
    package var audit: AuditLog?
    /// What a container of a pod has printed: there is no kubelet to ask. `nil`: nothing is known of it.
    package var podLogs: @Sendable (_ pod: ObjectKey, _ container: String) -> String?
    package var now: @Sendable () -> Timestamp
    /// Of names, identifiers and tokens.
    package var seed: UInt64

    package init(
        port: UInt16 = 0, usesTLS: Bool = true, authorization: Authorization = .open,
        tokens: [String: UserInfo] = [:], historyLimit: Int = 1000, bookmarkInterval: Duration = .seconds(60),
        watchTimeout: Duration = .seconds(2400), watchBufferBytes: Int = 4 << 20, runsControllers: Bool = true,
        audit: AuditLog? = nil,
        podLogs: @escaping @Sendable (_ pod: ObjectKey, _ container: String) -> String? = { _, _ in nil },
        now: @escaping @Sendable () -> Timestamp = Timestamp.now,
        seed: UInt64 = UInt64.random(in: .min ... .max)
    ) {
        self.port = port
        self.usesTLS = usesTLS
        self.authorization = authorization
        self.tokens = tokens
        self.historyLimit = historyLimit
        self.bookmarkInterval = bookmarkInterval
        self.watchTimeout = watchTimeout
        self.watchBufferBytes = watchBufferBytes
        self.runsControllers = runsControllers
        self.audit = audit
        self.podLogs = podLogs
        self.now = now
        self.seed = seed
    }
}
