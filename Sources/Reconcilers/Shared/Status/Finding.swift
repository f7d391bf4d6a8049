/// What a check found wrong: the reason and the message of the condition that it makes false.
package struct Finding: Error, Sendable, Hashable {
    /// What has to happen for the finding to go away.
    package enum Consequence: Sendable, Hashable {
        /// Time, or somebody else: the operator goes on by itself (`Reconciling`).
        case wait
        /// An edit by the user: nothing gets better until then (`Stalled`).
        case edit
        /// The user's own wish: neither of the two.
        case pause
    }

    package var reason: Reason
    package var message: String
    package var consequence: Consequence

    package init(_ reason: Reason, _ message: String, _ consequence: Consequence) {
        self.reason = reason
        self.message = message
        self.consequence = consequence
    }

    /// - Parameter children: what would be written if the owner were not suspended; `nil` where there is nothing.
    static func heldBack(_ children: [String]) -> Finding? {
        guard let first = children.first else { return nil }
        let others = children.count > 1 ? " and \((children.count - 1).counted("other object"))" : ""
        return Finding(
            .suspended, "suspended, and \(first)\(others) would change; set spec.suspend to false to let it go on",
            .pause)
    }
}

/// An ordered list of pure checks: the first one that finds something decides.
struct Checks<Subject> {
    typealias Check = @Sendable (Subject) -> Finding?

    let checks: [Check]

    init(_ checks: Check...) { self.checks = checks }

    func firstFinding(in subject: Subject) -> Finding? {
        for check in checks {
            if let finding = check(subject) { return finding }
        }
        return nil
    }
}

extension Sequence<Finding> {
    /// The finding that an object as a whole is not ready for. Nothing else counts while the user has it paused; and
    /// what the user has to mend comes before what mends itself.
    var mostPressing: Finding? {
        first { $0.consequence == .pause } ?? first { $0.consequence == .edit } ?? first { _ in true }
    }
}
