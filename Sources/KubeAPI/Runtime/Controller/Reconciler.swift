/// Makes one object true.
package protocol Reconciler: Sendable {
    /// Called with a key whose object may have changed, may be unchanged, or may be gone: gone is `.done`.
    ///
    /// Never called twice at the same time for one key. Cancelled at the controller's deadline.
    /// - Throws: a conflict comes back soon and quietly; anything else comes back with growing delays. What only an edit can mend is
    ///   no error but said in the status.
    func reconcile(_ key: ObjectKey) async throws -> Outcome
}

/// What a reconcile ends in, when it does not throw.
package enum Outcome: Sendable, Hashable {
    /// Nothing more to do until something changes.
    case done
    /// Look again after this time, unless something changes before.
    case requeue(after: Duration)
    /// Likewise, but behind those that wait by then for the first time.
    case later(after: Duration)
}

/// What code below a reconcile may ask for without being handed it.
package struct ReconcileContext: Sendable {
    @TaskLocal package static var current = ReconcileContext()

    /// Carries the controller, the object and the `reconcileID` of the running attempt.
    package var logger = Logger.disabled
    /// Whether nobody waits for this attempt: it follows from what we have done ourselves, or is a look at everything.
    package var isSelfTriggered = false
    /// Whether other objects wait for more than a self-triggered pass, or are worked on for more.
    package var hasPendingWork: @Sendable () -> Bool = { false }

    package init() {}
}
