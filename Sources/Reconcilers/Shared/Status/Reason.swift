/// Why a condition is as it is, and why an event was written. Users and dashboards match on these words, so they do
/// not change; `docs/reference/reasons.md` explains each.
package enum Reason: String, Sendable, CaseIterable {
    // Of every kind.
    case ready = "Ready"
    case suspended = "Suspended"
    case deleting = "Deleting"
    case schemaMismatch = "SchemaMismatch"
    case invalidSpec = "InvalidSpec"
    case notPermitted = "NotPermitted"
    case childRefused = "ChildRefused"
    case nameConflict = "NameConflict"
    case writeFailed = "WriteFailed"
    case contended = "Contended"
    case crdNotInstalled = "CRDNotInstalled"
    case applied = "Applied"

    // NodesClaimed.
    case claimed = "Claimed"
    case nodeConflict = "NodeConflict"
    case noMatchingNodes = "NoMatchingNodes"
    case claimFailed = "ClaimFailed"
    case ledgerRejected = "LedgerRejected"
    case lockOut = "LockOut"
    case taintPending = "TaintPending"

    // Available.
    case available = "Available"
    case rollingOut = "RollingOut"
    case unavailable = "Unavailable"
    case quotaExceeded = "QuotaExceeded"
    case podSecurityBlocked = "PodSecurityBlocked"
    case podsRefused = "PodsRefused"
    case podsMisplaced = "PodsMisplaced"
    // Of environments, too.
    case imagePullFailed = "ImagePullFailed"
    case crashLooping = "CrashLooping"
    case unschedulable = "Unschedulable"
    case nodeNotReady = "NodeNotReady"

    // MonitoringReady, and what a pool shares with others.
    case portUnknown = "PortUnknown"
    case priorityMismatch = "PriorityMismatch"

    // AutoscalingReady.
    case kedaActive = "KEDAActive"
    case hpaActive = "HPAActive"
    case fixed = "Fixed"
    case kedaNotInstalled = "KEDANotInstalled"
    case triggerFailing = "TriggerFailing"
    case scalerPending = "ScalerPending"
    case foreignScaler = "ForeignScaler"

    // Of BackupPolicy.
    case converged = "Converged"
    case preparing = "Preparing"
    case destinationNotReady = "DestinationNotReady"
    case clusterUnknown = "ClusterUnknown"
    case secretMissing = "SecretMissing"
    case engineNotInstalled = "EngineNotInstalled"
    case unsupportedDatastore = "UnsupportedDatastore"
    case podWaiting = "PodWaiting"
    case succeeded = "Succeeded"
    case failed = "Failed"
    case partial = "Partial"
    case deadlineExceeded = "DeadlineExceeded"
    case reportLost = "ReportLost"
    case artifactsMissing = "ArtifactsMissing"
    case neverRan = "NeverRan"
    case withinMaxAge = "WithinMaxAge"
    case resumed = "Resumed"
    case stale = "Stale"
    case missed = "Missed"
    case suspicious = "Suspicious"
    case passed = "Passed"
    case overdue = "Overdue"
    case disabled = "Disabled"
    case done = "Done"
    case refused = "Refused"
    case notSent = "NotSent"
    case off = "Off"

    // Of AppEnvironment.
    case created = "Created"
    case adopted = "Adopted"
    case namespaceOpen = "NamespaceOpen"
    case ownedByOther = "OwnedByOther"
    case terminating = "Terminating"
    case fits = "Fits"
    case exceeded = "Exceeded"
    case resolved = "Resolved"
    case missing = "Missing"
    case unread = "Unread"
    case peerUnknown = "PeerUnknown"
    case hostConflict = "HostConflict"
    case certificatePending = "CertificatePending"
    case unconfirmed = "Unconfirmed"
    case expired = "Expired"

    // Events only.
    case driftCorrected = "DriftCorrected"
    case nodesReleased = "NodesReleased"
    case childDeleted = "ChildDeleted"
    case runFailed = "RunFailed"
    case runRecovered = "RunRecovered"
    case runMissed = "RunMissed"
}

extension Reason {
    /// Whether somebody should look, although the operator goes on by itself and no edit of the object would help.
    var isAlarming: Bool {
        switch self {
        case .failed, .partial, .deadlineExceeded, .stale, .missed, .suspicious, .overdue, .secretMissing, .podWaiting,
            .destinationNotReady, .artifactsMissing, .nodeNotReady:
            true
        default: false
        }
    }
}
