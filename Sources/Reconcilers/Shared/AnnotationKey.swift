/// The annotation keys that the operator reads or writes.
package enum AnnotationKey {
    /// The ledger on a claimed node: see `NodeClaim`.
    package static let claim = "quartermaster.dev/claim"
    /// Set by a user to ask for a reconcile at once; echoed in `status.lastHandledReconcileAt`.
    package static let requestedAt = "quartermaster.dev/requestedAt"
}
