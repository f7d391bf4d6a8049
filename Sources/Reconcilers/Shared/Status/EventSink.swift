package import KubeAPI

/// Takes what happened to an object of ours; never blocks and never fails.
package protocol EventSink: Sendable {
    func emit(_ event: ObjectEvent)
}

/// Something that happened to an object of ours, for `kubectl describe`.
package struct ObjectEvent: Sendable, Hashable {
    package enum Kind: String, Sendable {
        case normal = "Normal"
        case warning = "Warning"
    }

    /// The object that the event is about.
    package var object: DynamicObject
    package var kind: Kind
    package var reason: Reason
    /// What the operator was doing, in one word: `Claim`.
    package var action: String
    package var message: String

    package init(_ object: DynamicObject, _ kind: Kind, _ reason: Reason, action: String, message: String) {
        self.object = object
        self.kind = kind
        self.reason = reason
        self.action = action
        self.message = message
    }
}

extension EventRecorder: EventSink {
    package func emit(_ event: ObjectEvent) {
        record(
            EventOccurrence(
                regarding: ObjectReference(to: event.object), type: event.kind == .warning ? .warning : .normal,
                reason: event.reason.rawValue, action: event.action, note: event.message))
    }
}
