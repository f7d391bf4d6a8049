/// A compiled expression. Compiling is costly, evaluating is not; a program serves all threads.
struct CELProgram: Sendable {
    let source: String
    let type: CELType
    /// The variables that the expression names.
    let usedVariables: Set<String>
    private let node: CELNode
    private let slotCount: Int

    /// - Parameter variables: those that the expression may name, in the order in which `evaluate` gets their values.
    init(_ source: String, variables: [(name: String, type: CELType)]) throws(CELError) {
        var binder = CELBinder(variables: variables)
        let (node, type) = try binder.bind(CELParser.parse(source))
        self.source = source
        self.node = node
        self.type = type
        usedVariables = binder.usedVariables
        slotCount = binder.slotCount
    }

    /// - Parameters:
    ///   - budget: what may be spent, in Kubernetes' units; what is left of it comes back.
    /// - Throws: `CELError` where there is no value, or where it costs more.
    func evaluate(_ values: [CELValue], budget: inout Int) throws(CELError) -> CELValue {
        var evaluation = CELEvaluation(values, slotCount: slotCount, budget: budget)
        defer { budget = evaluation.budget }
        return try evaluation.value(of: node)
    }
}
