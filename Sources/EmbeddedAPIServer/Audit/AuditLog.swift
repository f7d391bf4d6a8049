internal import Synchronization

/// The writes that a server has answered, in the order in which they took effect.
package final class AuditLog: Sendable {
    /// Plurals whose writes are kept with their bodies.
    let resourcesWithBodies: Set<String>
    private let events = Mutex<[AuditEvent]>([])
    private let sink: (@Sendable (AuditEvent) -> Void)?

    /// - Parameters:
    ///   - resourcesWithBodies: plurals, such as `leases`.
    ///   - sink: gets each event at once, on the server's thread; without one they are kept in memory.
    package init(resourcesWithBodies: Set<String> = [], sink: (@Sendable (AuditEvent) -> Void)? = nil) {
        self.resourcesWithBodies = resourcesWithBodies
        self.sink = sink
    }

    /// What was kept so far.
    package var all: [AuditEvent] { events.withLock { $0 } }

    func record(_ event: AuditEvent) {
        if let sink { return sink(event) }
        events.withLock { $0.append(event) }
    }
}
