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
    case crdNotInstalled = "CRDNotInstalled"

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

    // Of BackupPolicy.
    case converged = "Converged"
    case secretMissing = "SecretMissing"
    case podWaiting = "PodWaiting"
    case succeeded = "Succeeded"
    case failed = "Failed"
    case partial = "Partial"
    case deadlineExceeded = "DeadlineExceeded"
    case neverRan = "NeverRan"
    case withinMaxAge = "WithinMaxAge"
    case stale = "Stale"
    case missed = "Missed"
    case suspicious = "Suspicious"
    case passed = "Passed"
    case overdue = "Overdue"
    case disabled = "Disabled"
    case done = "Done"
    case refused = "Refused"

    // Of AppEnvironment.
    case created = "Created"
    case adopted = "Adopted"
    case ownedByOther = "OwnedByOther"
    case terminating = "Terminating"
    case fits = "Fits"
    case exceeded = "Exceeded"
    case off = "Off"
    case resolved = "Resolved"
    case missing = "Missing"
    case unread = "Unread"
    case applied = "Applied"
    case peerUnknown = "PeerUnknown"
    case hostConflict = "HostConflict"
    case certificatePending = "CertificatePending"
    case imagePullFailed = "ImagePullFailed"
    case crashLooping = "CrashLooping"
    case unschedulable = "Unschedulable"
    case unconfirmed = "Unconfirmed"
    case expired = "Expired"

    // Events only.
    case driftCorrected = "DriftCorrected"
    case nodesReleased = "NodesReleased"
    case childDeleted = "ChildDeleted"
}
