/// Why a key stands in the queue: what a user waits for goes first.
package enum WorkPriority: Int, Sendable, Comparable, CaseIterable {
    /// Everything again, to be sure.
    case resync
    /// Once more, after what we have just done ourselves: nobody waits for it.
    case selfTriggered
    /// Found at start.
    case initialList
    /// Somebody changed something.
    case user

    package static func < (left: WorkPriority, right: WorkPriority) -> Bool { left.rawValue < right.rawValue }

    /// How much longer than a user's change such a key may wait. This is the ageing: a key that has waited for its
    /// allowance stands level with a user's change made now, so a stream of changes cannot starve it.
    package var allowance: Duration {
        switch self {
        case .user: .zero
        case .selfTriggered, .initialList: .seconds(10)
        case .resync: .seconds(30)
        }
    }
}
