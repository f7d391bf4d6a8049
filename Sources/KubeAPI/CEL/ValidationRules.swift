/// The rules that a schema has in CEL (`x-kubernetes-validations`), compiled once.
///
/// Source: k8s.io/apiextensions-apiserver, `pkg/apiserver/schema/cel/validation.go`.
package struct ValidationRules: Sendable {
    /// What the rules of one object may cost, in Kubernetes' units: about a second of work.
    package static let objectBudget = 10_000_000
    /// What one rule may cost.
    static let ruleBudget = 1_000_000

    /// What is wrong with the rules themselves; such a rule is not evaluated.
    package let problems: [RuleProblem]
    private let root: RuleNode?

    /// - Parameter schema: the `openAPIV3Schema` of a version.
    package init(_ schema: JSONValue) {
        var problems: [RuleProblem] = []
        root = RuleNode.make(schema, CELSchema.make(schema, isResource: true), at: RulePlace(), &problems)
        self.problems = problems
    }

    package var isEmpty: Bool { root == nil }

    /// The rules that do not hold.
    ///
    /// Rules that compare with the old object are left out where there is none, and for parts that it does not have. As on a
    /// server, a part that has not changed is not blamed for a rule that it broke before.
    ///
    /// - Parameters:
    ///   - object: with its defaults, and right by its schema.
    ///   - old: for an update, what is there.
    ///   - budget: once it is spent, the last violation says so, and no more rules are evaluated.
    package func violations(
        in object: JSONValue, comparedTo old: JSONValue? = nil, budget: Int = objectBudget
    ) -> [RuleViolation] {
        guard let root else { return [] }
        var pass = RulePass(budget: budget, isUpdate: old != nil)
        pass.check(object, old, root, at: .root, RuleCorrelation(old.map { (object, $0) }))
        return pass.violations
    }
}

/// A rule that is none.
package struct RuleProblem: Sendable, Hashable {
    package enum Field: String, Sendable {
        case rule, messageExpression, optionalOldSelf
    }

    /// Of the schema that has the rule, such as `properties[spec].items`.
    package var path: String
    package var index: Int
    package var field: Field
    package var message: String
    /// The rule as it is written.
    package var entry: JSONValue
}

/// A rule that does not hold.
package struct RuleViolation: Sendable, Hashable {
    /// Why, as the rule itself says.
    package enum Reason: String, Sendable, CaseIterable {
        case invalid = "FieldValueInvalid"
        case forbidden = "FieldValueForbidden"
        case required = "FieldValueRequired"
        case duplicate = "FieldValueDuplicate"
    }

    /// The field that is to blame, such as `spec.regions[0]`; empty for the object itself.
    package var path: String
    package var message: String
    package var reason = Reason.invalid
    /// What is shown of the value: a scalar, or the name of a type where the rule could not be evaluated; nothing of objects
    /// and lists.
    package var shown: JSONValue?
}
