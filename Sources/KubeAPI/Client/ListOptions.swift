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

/// The parameters that are given.
func compactQuery(_ pairs: [(String, String?)]) -> [(String, String)] {
    pairs.compactMap { name, value in value.map { (name, $0) } }
}
