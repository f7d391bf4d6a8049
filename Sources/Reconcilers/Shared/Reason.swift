/// Why a condition is as it is, and why an event was written. Users and dashboards match on these words, so they do
/// not change; `docs/reference/reasons.md` explains each.
package enum Reason: String, Sendable, CaseIterable {
    // Of every kind.
    case ready = "Ready"
    case suspended = "Suspended"
    case deleting = "Deleting"
    case invalidSpec = "InvalidSpec"
    case notPermitted = "NotPermitted"
    case childRefused = "ChildRefused"
    case nameConflict = "NameConflict"
    case writeFailed = "WriteFailed"
    case contended = "Contended"

    // NodesClaimed.
    case claimed = "Claimed"
    case nodeConflict = "NodeConflict"
    case noMatchingNodes = "NoMatchingNodes"
    case claimFailed = "ClaimFailed"

    // Available.
    case available = "Available"
    case rollingOut = "RollingOut"
    case unavailable = "Unavailable"
    case quotaExceeded = "QuotaExceeded"
    case podSecurityBlocked = "PodSecurityBlocked"
    case podsRefused = "PodsRefused"

    // Events only.
    case driftCorrected = "DriftCorrected"
    case nodesReleased = "NodesReleased"
    case childDeleted = "ChildDeleted"
}
