internal import KubeAPI

/// An object of ours with its defaults, with what the operator's configuration lets it have, and with the inputs of its builders: worked
/// out once for a pass, and the same for the loop, `render` and `diff`.
protocol ResolvedKind: Sendable {
    /// Builds the children of one type, or those that belong together; none where the spec asks for none.
    typealias Builder = @Sendable (Self) -> () throws -> [DesiredChild]

    /// In the order in which the children are written, within a phase.
    static var builders: [Builder] { get }
    /// Those that pods of the object name. They are made apart from the children, since they belong to nobody.
    var priorityClasses: [PriorityClasses.Request] { get }
    /// What else is made apart from the children and before them.
    func outerChildren() throws -> [DesiredChild]
}

extension ResolvedKind {
    var priorityClasses: [PriorityClasses.Request] { [] }

    func outerChildren() throws -> [DesiredChild] { [] }

    /// What `ChildWriter` writes.
    func children() throws -> [DesiredChild] { try Self.builders.flatMap { try $0(self)() } }

    /// What `render` shows.
    func rendered() throws -> [DesiredChild] {
        try priorityClasses.compactMap(PriorityClasses.desired) + outerChildren() + children()
    }
}
