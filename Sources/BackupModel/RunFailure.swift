/// Why a run, or a part of it, has failed.
package struct RunFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// One word that the operator knows; most failures have none.
    package enum Reason: String, Sendable, Hashable, CaseIterable {
        case secretMissing = "SecretMissing"
        case verificationFailed = "VerificationFailed"
        case unsupportedDatastore = "UnsupportedDatastore"
        /// The repository, bucket or folder that held artifacts is not there any more.
        case destinationMissing = "DestinationMissing"
        /// Another cluster stores there.
        case foreignOwner = "ForeignOwner"
        /// The run was ended: by a signal, or by its own deadline.
        case stopped = "Stopped"
        case deadlineExceeded = "DeadlineExceeded"
    }

    package var reason: Reason?
    /// What failed, and what to do.
    package var description: String

    /// Whether the run has to end, whatever it was doing.
    package var isEnd: Bool { reason == .stopped || reason == .deadlineExceeded }

    package init(_ description: String, _ reason: Reason? = nil) {
        self.description = description
        self.reason = reason
    }
}
