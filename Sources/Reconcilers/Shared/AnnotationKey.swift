/// The annotation keys that the operator reads or writes.
package enum AnnotationKey {
    /// The ledger on a claimed node: see `NodeClaim`.
    package static let claim = "quartermaster.dev/claim"
    /// On a child: the hash of what the operator wants of it.
    package static let appliedHash = "quartermaster.dev/applied-hash"
    /// On a child: the code by which the operator knows that it has made it. See `ChildSeal`.
    package static let madeFor = "quartermaster.dev/made-for"
    /// Set by a user to ask for a reconcile at once; echoed in `status.lastHandledReconcileAt`.
    package static let requestedAt = "quartermaster.dev/requestedAt"
    /// On a ScaledObject: KEDA may take over the autoscaler that it names. Source: KEDA, "ScaledObject specification".
    package static let transferAutoscaler = "scaledobject.keda.sh/transfer-hpa-ownership"
    /// On a namespace that was there before its environment: it is released and never deleted.
    package static let adopted = "quartermaster.dev/adopted"
    /// On a namespace that was there before: what bounds it was written, and stays. Sealed.
    package static let enforced = "quartermaster.dev/enforced"
    /// On what somebody else had made and an environment took over: what of it stays. Sealed.
    package static let takenOver = "quartermaster.dev/taken-over"
    /// On a claim: `Delete` where it goes when nothing wants it any more.
    package static let onRemove = "quartermaster.dev/on-remove"
    /// On a pod template: changes with the content of the Secrets that its environment comes from.
    package static let secretsHash = "quartermaster.dev/secrets-hash"
    /// On a copy of a Secret: where it is from, as `namespace/name`.
    package static let copiedFrom = "quartermaster.dev/copied-from"
    /// Set by a user on a policy: artifacts that were missed up to this time may be gone.
    package static let acceptedLoss = "quartermaster.dev/accepted-loss"
    /// Set by a user on a production environment that is to be deleted with its data; its value is the name.
    package static let confirmDelete = "quartermaster.dev/confirm-delete"
}
