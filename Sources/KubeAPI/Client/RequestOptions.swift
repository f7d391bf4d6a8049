/// What a list selects and how. Source: Kubernetes API concepts, "Retrieving large results sets in chunks".
package struct ListOptions: Sendable, Hashable {
    /// As in `app=web,tier in (a,b)`; see `LabelSelector.queryString`.
    package var labelSelector: String?
    /// As in `spec.nodeName=node-1`.
    package var fieldSelector: String?
    /// The most items of one page.
    package var limit: Int?
    package var continueToken: String?
    /// `0`: anything from the server's cache. `nil`: the newest state.
    package var resourceVersion: String?
    /// `NotOlderThan` or `Exact`; only with a `resourceVersion`.
    package var resourceVersionMatch: String?

    package init(
        labelSelector: String? = nil, fieldSelector: String? = nil, limit: Int? = nil, continueToken: String? = nil,
        resourceVersion: String? = nil, resourceVersionMatch: String? = nil
    ) {
        self.labelSelector = labelSelector
        self.fieldSelector = fieldSelector
        self.limit = limit
        self.continueToken = continueToken
        self.resourceVersion = resourceVersion
        self.resourceVersionMatch = resourceVersionMatch
    }

    var query: [(String, String)] {
        compactQuery([
            ("labelSelector", labelSelector), ("fieldSelector", fieldSelector), ("limit", limit.map(String.init)),
            ("continue", continueToken), ("resourceVersion", resourceVersion),
            ("resourceVersionMatch", resourceVersionMatch),
        ])
    }
}

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

/// How the server treats fields that it does not know, or that stand twice.
package enum FieldValidation: String, Sendable {
    case strict = "Strict"
    case warn = "Warn"
    case ignore = "Ignore"
}

/// How an object is written.
package struct WriteOptions: Sendable, Hashable {
    /// `nil`: the client's.
    package var fieldManager: String?
    /// Everything is checked and answered, nothing is stored.
    package var dryRun: Bool
    /// `.warn` drops unknown fields and tells the client's observer. It is the default because an operator and the
    /// definitions in the cluster are not updated in the same instant: with `.strict` each write would fail in
    /// between. Server-side apply refuses fields that are not in the schema at any setting.
    package var fieldValidation: FieldValidation

    package init(fieldManager: String? = nil, dryRun: Bool = false, fieldValidation: FieldValidation = .warn) {
        self.fieldManager = fieldManager
        self.dryRun = dryRun
        self.fieldValidation = fieldValidation
    }

    func query(fieldManager fallback: String) -> [(String, String)] {
        compactQuery([
            ("fieldManager", fieldManager ?? fallback), ("fieldValidation", fieldValidation.rawValue),
            ("dryRun", dryRun ? "All" : nil),
        ])
    }
}

/// How an object is deleted. Source: Kubernetes API reference, DeleteOptions v1.
package struct DeleteOptions: Sendable, Hashable {
    package enum Propagation: String, Sendable {
        case orphan = "Orphan"
        case background = "Background"
        case foreground = "Foreground"
    }

    /// Only the object with this UID, not another of the same name.
    package var uid: String?
    /// Only while the object is at this version.
    package var resourceVersion: String?
    package var propagationPolicy: Propagation?
    package var gracePeriodSeconds: Int?
    package var dryRun: Bool

    package init(
        uid: String? = nil, resourceVersion: String? = nil, propagationPolicy: Propagation? = nil,
        gracePeriodSeconds: Int? = nil, dryRun: Bool = false
    ) {
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.propagationPolicy = propagationPolicy
        self.gracePeriodSeconds = gracePeriodSeconds
        self.dryRun = dryRun
    }

    var json: JSONValue {
        var body: JSONValue = ["kind": "DeleteOptions", "apiVersion": "v1"]
        body[path: ["preconditions", "uid"]] = uid.map(JSONValue.string)
        body[path: ["preconditions", "resourceVersion"]] = resourceVersion.map(JSONValue.string)
        body["propagationPolicy"] = propagationPolicy.map { .string($0.rawValue) }
        body["gracePeriodSeconds"] = gracePeriodSeconds.map { .integer(Int64($0)) }
        if dryRun { body["dryRun"] = ["All"] }
        return body
    }
}

private func compactQuery(_ pairs: [(String, String?)]) -> [(String, String)] {
    pairs.compactMap { name, value in value.map { (name, $0) } }
}
