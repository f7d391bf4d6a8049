/// One page of a list.
package struct ListRequest: Sendable, Hashable {
    /// 0 asks for everything in one answer.
    package var limit: Int
    package var continueToken: String?

    package init(limit: Int, continueToken: String? = nil) {
        self.limit = limit
        self.continueToken = continueToken
    }
}

/// One watch; bookmarks are always asked for.
package struct WatchRequest: Sendable, Hashable {
    /// `nil` asks for the present state; only with `sendInitialEvents`.
    package var resourceVersion: String?
    /// WatchList: the present state as events first, then a bookmark that says so.
    package var sendInitialEvents: Bool
    /// When the server shall end the watch.
    package var timeout: Duration

    package init(resourceVersion: String?, sendInitialEvents: Bool, timeout: Duration) {
        self.resourceVersion = resourceVersion
        self.sendInitialEvents = sendInitialEvents
        self.timeout = timeout
    }
}

/// Ends a transfer. Safe to call at any time and again.
package protocol ListWatchTransfer: Sendable {
    func cancel()
}

/// Where lists and watches come from: the API client, or a script in tests.
package protocol ListWatchSource: Sendable {
    /// - Throws: where the request could not be made, for example for want of credentials; the sink is not called then.
    func list(_ selection: Selection, _ request: ListRequest, into sink: any ResponseSink) async throws
        -> any ListWatchTransfer
    /// - Throws: as `list`.
    func watch(_ selection: Selection, _ request: WatchRequest, into sink: any ResponseSink) async throws
        -> any ListWatchTransfer
}
