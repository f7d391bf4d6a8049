/// What an informer asks for: one type, in one namespace or in all, narrowed by selectors.
package struct Selection: Sendable, Hashable {
    package var type: ResourceType
    /// `nil` for all namespaces and for cluster-scoped types.
    package var namespace: String?
    package var labelSelector: LabelSelector?
    /// As in a query: `metadata.name=web`.
    package var fieldSelector: String?

    package init(
        _ type: ResourceType, namespace: String? = nil, labelSelector: LabelSelector? = nil,
        fieldSelector: String? = nil
    ) {
        self.type = type
        self.namespace = namespace
        self.labelSelector = labelSelector
        self.fieldSelector = fieldSelector
    }
}

extension Selection: CustomStringConvertible {
    /// `pods in default (app=web)`.
    package var description: String {
        var text = type.qualifiedName
        if let namespace { text += " in \(namespace)" }
        let selectors = [labelSelector?.queryString, fieldSelector].compactMap { $0 }.filter { !$0.isEmpty }
        if !selectors.isEmpty { text += " (\(selectors.joined(separator: "; ")))" }
        return text
    }
}

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
