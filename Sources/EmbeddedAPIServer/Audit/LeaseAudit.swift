package import KubeAPI

/// Proves from a server's audit log that only the holder of a lease wrote.
///
/// Each process has to be a user of its own. The rules: a write other than that of the lease comes from the process that
/// holds the lease, before its last renewal has run out; and nobody takes the lease from a holder before that.
package struct LeaseAudit: Sendable {
    /// What broke a rule.
    package struct Violation: Sendable, Hashable, CustomStringConvertible {
        package var event: AuditEvent
        package var rule: String

        package var description: String {
            let target = event.namespace.isEmpty ? event.name : "\(event.namespace)/\(event.name)"
            return "\(event.completed.rfc3339Micro) \(event.user) \(event.verb) \(event.resource) \(target) "
                + "(\(event.code)): \(rule)"
        }
    }

    private struct Holder {
        var user: String
        var end: Timestamp
    }

    private let lease: ObjectKey
    private let isReplica: @Sendable (String) -> Bool

    /// - Parameter isReplica: whether a user is one of the processes that share the lease.
    package init(lease: ObjectKey, isReplica: @escaping @Sendable (String) -> Bool) {
        self.lease = lease
        self.isReplica = isReplica
    }

    /// - Parameter events: in the order in which they took effect.
    package func violations(in events: [AuditEvent]) -> [Violation] {
        var violations: [Violation] = []
        var holder: Holder?
        for event in events where isReplica(event.user) {
            if isLease(event) {
                guard event.isSuccess else { continue }
                let claim = claim(of: event)
                if let holder, holder.user != event.user, event.received < holder.end {
                    violations.append(
                        Violation(event: event, rule: "takes the lease that \(holder.user) still holds"))
                }
                holder = claim
            } else if let holder {
                if holder.user != event.user {
                    violations.append(Violation(event: event, rule: "writes while \(holder.user) holds the lease"))
                } else if event.received > holder.end {
                    violations.append(Violation(event: event, rule: "writes after its lease has run out"))
                }
            } else {
                violations.append(Violation(event: event, rule: "writes while nobody holds the lease"))
            }
        }
        return violations
    }

    /// The processes that held the lease, one after the other.
    package func holders(in events: [AuditEvent]) -> [String] {
        var holders: [String] = []
        for event in events where isReplica(event.user) && isLease(event) && event.isSuccess {
            if let user = claim(of: event)?.user, user != holders.last { holders.append(user) }
        }
        return holders
    }

    private func isLease(_ event: AuditEvent) -> Bool {
        event.resource == "leases" && event.namespace == lease.namespace && event.name == lease.name
    }

    /// `nil` where the write gives the lease back.
    private func claim(of event: AuditEvent) -> Holder? {
        let spec = event.requestObject?["spec"]
        guard let identity = spec?["holderIdentity"]?.string, !identity.isEmpty else { return nil }
        let duration = Duration.seconds(spec?["leaseDurationSeconds"]?.integer ?? 0)
        return Holder(user: event.user, end: event.completed + duration)
    }
}
