/// An entry of `x-kubernetes-validations`. Source: Kubernetes documentation, "Validation rules".
struct CompiledRule: Sendable {
    /// Why the entry is none.
    struct Problem: Error {
        var field: RuleProblem.Field
        var message: String
    }

    let program: CELProgram
    let message: String?
    let messageProgram: CELProgram?
    let reason: RuleViolation.Reason
    /// Below the value that is judged: `name` or `a.b`.
    let fieldPath: String?
    let comparesWithOld: Bool
    let hasOptionalOld: Bool

    init(_ json: JSONValue, _ schema: CELSchema) throws(Problem) {
        let isOptional = json["optionalOldSelf"]?.bool
        hasOptionalOld = isOptional == true
        let type = CELType(schema)
        let variables: [(name: String, type: CELType)] = [
            ("self", type), ("oldSelf", hasOptionalOld ? .optional(type) : type),
        ]
        program = try Self.compile(json["rule"]?.string ?? "", variables, .rule)
        guard program.type.agrees(with: .bool) else {
            throw Problem(field: .rule, message: "cel expression must evaluate to a bool")
        }
        message = json["message"]?.string.map(\.trimmed).flatMap { $0.isEmpty ? nil : $0 }
        messageProgram = try json["messageExpression"]?.string.flatMap { $0.isEmpty ? nil : $0 }
            .map { text throws(Problem) in try Self.compile(text, variables, .messageExpression) }
        guard messageProgram?.type.agrees(with: .string) ?? true else {
            throw Problem(field: .messageExpression, message: "messageExpression must evaluate to a string")
        }
        reason = json["reason"]?.string.flatMap(RuleViolation.Reason.init) ?? .invalid
        fieldPath = json["fieldPath"]?.string.map { String($0.drop { $0 == "." }) }
        comparesWithOld = program.usedVariables.contains("oldSelf")
        if isOptional != nil, !comparesWithOld {
            throw Problem(field: .optionalOldSelf, message: "may not be set if oldSelf is not used in rule")
        }
    }

    private static func compile(
        _ source: String, _ variables: [(name: String, type: CELType)], _ field: RuleProblem.Field
    ) throws(Problem) -> CELProgram {
        do {
            return try CELProgram(source, variables: variables)
        } catch {
            let prefix = field == .rule ? "" : "messageExpression "
            throw Problem(field: field, message: "\(prefix)compilation failed: \(error.description(in: source))")
        }
    }

    /// What cannot be said where the rule stands.
    ///
    /// - Parameter list: around it, whose elements cannot be found again.
    func misuse(within list: String?) -> Problem? {
        guard comparesWithOld, let list else { return nil }
        return Problem(
            field: .rule, message: "oldSelf cannot be used on the uncorrelatable portion of the schema within \(list)")
    }

    /// What names the rule in errors of its evaluation.
    var name: String { message ?? program.source.trimmed }

    /// What is said where the rule does not hold.
    var text: String { message ?? "failed rule: \(name)" }
}
