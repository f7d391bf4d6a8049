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

extension Selection {
    enum Membership {
        case yes
        /// Another namespace or name.
        case never
        /// Its labels don't match.
        case notNow
        /// Only the server can tell: it knows which fields of a type can be selected.
        case unknown
    }

    /// Whether an object of the type is selected.
    func contains(_ object: DynamicObject) -> Membership {
        if let namespace, namespace != object.namespace { return .never }
        let fields = fieldSelector.map { $0.split(separator: ",") } ?? []
        var isKnown = true
        for field in fields {
            switch matches(field, object) {
            case true: continue
            case false: return .never
            case nil: isKnown = false
            }
        }
        guard labelSelector?.matches(object.labels) ?? true else { return .notNow }
        return isKnown ? .yes : .unknown
    }

    /// `metadata.name` and `metadata.namespace` are the fields of all types, and never change.
    private func matches(_ requirement: Substring, _ object: DynamicObject) -> Bool? {
        let parts = requirement.split(separator: "=", omittingEmptySubsequences: true)
        guard parts.count == 2, !parts[0].hasSuffix("!") else { return nil }
        switch parts[0] {
        case "metadata.name": return object.name == parts[1]
        case "metadata.namespace": return object.namespace == parts[1]
        default: return nil
        }
    }
}
