/// The finalizers that the operator sets.
package enum Finalizer {
    /// On what ownerReferences cannot clean up, such as the nodes of a pool.
    package static let cleanup = "quartermaster.dev/cleanup"
}
