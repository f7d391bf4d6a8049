/// What a watch selects and where it begins. Source: Kubernetes API concepts, "Efficient detection of changes".
package struct WatchOptions: Sendable, Hashable {
    package var labelSelector: String?
    package var fieldSelector: String?
    /// Events after this version. `nil` or `0`: begins with the present objects.
    package var resourceVersion: String?
    package var resourceVersionMatch: String?
    package var allowBookmarks = true
    /// Asks for the present objects as `ADDED` events and a bookmark after them (WatchList).
    package var sendInitialEvents: Bool?
    /// When the server is to end the watch by itself.
    package var timeout: Duration?
    /// The silence after which the watch counts as dead; the server sends a bookmark about every minute.
    package var idleTimeout: Duration? = .seconds(75)

    package init(
        labelSelector: String? = nil, fieldSelector: String? = nil, resourceVersion: String? = nil,
        resourceVersionMatch: String? = nil, allowBookmarks: Bool = true, sendInitialEvents: Bool? = nil,
        timeout: Duration? = nil, idleTimeout: Duration? = .seconds(75)
    ) {
        self.labelSelector = labelSelector
        self.fieldSelector = fieldSelector
        self.resourceVersion = resourceVersion
        self.resourceVersionMatch = resourceVersionMatch
        self.allowBookmarks = allowBookmarks
        self.sendInitialEvents = sendInitialEvents
        self.timeout = timeout
        self.idleTimeout = idleTimeout
    }

    var query: [(String, String)] {
        compactQuery([
            ("watch", "true"), ("labelSelector", labelSelector), ("fieldSelector", fieldSelector),
            ("resourceVersion", resourceVersion),
            // The server demands it beside sendInitialEvents and has only this one.
            ("resourceVersionMatch", resourceVersionMatch ?? sendInitialEvents.map { _ in "NotOlderThan" }),
            ("allowWatchBookmarks", allowBookmarks ? "true" : nil),
            ("sendInitialEvents", sendInitialEvents.map(String.init)),
            ("timeoutSeconds", timeout.map { String($0.components.seconds) }),
        ])
    }
}
