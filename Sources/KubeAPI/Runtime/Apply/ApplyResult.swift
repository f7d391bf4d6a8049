/// What a child needs.
package enum ApplyPlan: Sendable {
    case nothing(live: any LiveObject)
    case create
    /// No differences: the desired state has changed in fields that are no longer desired, or the object lacks our mark.
    case update(live: DynamicObject, differences: [Difference])
}

/// What became of a child.
package struct ApplyResult: Sendable, Hashable {
    package enum Action: Sendable, Hashable {
        case unchanged, created, updated
        /// Somebody keeps undoing our write. Nothing was written; try again after this time.
        case contended(retryAfter: Duration)
    }

    package var action: Action
    /// Of the live object: for the inventory.
    package var uid: String
    /// What others had changed; put right, unless contended.
    package var drift: [Drift] = []

    package init(action: Action, uid: String, drift: [Drift] = []) {
        self.action = action
        self.uid = uid
        self.drift = drift
    }
}
