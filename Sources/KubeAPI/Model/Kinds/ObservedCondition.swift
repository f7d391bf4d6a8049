/// A condition of a built-in kind, where reason, message and times may be missing.
package struct ObservedCondition: Sendable, Hashable, Codable {
    package var type: String
    package var status: Condition.Status
    package var reason: String?
    package var message: String?
    package var lastTransitionTime: Timestamp?

    package init(
        type: String, status: Condition.Status, reason: String? = nil, message: String? = nil,
        lastTransitionTime: Timestamp? = nil
    ) {
        self.type = type
        self.status = status
        self.reason = reason
        self.message = message
        self.lastTransitionTime = lastTransitionTime
    }
}

extension [ObservedCondition] {
    /// `nil` where there is no condition of the type.
    package subscript(type: String) -> ObservedCondition? { first { $0.type == type } }

    package func status(of type: String) -> Condition.Status? { self[type]?.status }
}
