/// One evaluation of all rules on an object, which walks through object and rules together.
struct RulePass {
    private(set) var violations: [RuleViolation] = []
    private var budget: Int
    private let isUpdate: Bool
    private var isOver = false

    /// What a message of an expression may be long, in bytes. Source: k8s.io/apiserver, `pkg/apis/cel/config.go`.
    private static let maximumMessage = 5 * 1024

    init(budget: Int, isUpdate: Bool) {
        self.budget = budget
        self.isUpdate = isUpdate
    }

    /// - Parameter correlation: whether the part is what it was.
    mutating func check(
        _ value: JSONValue, _ old: JSONValue?, _ node: RuleNode, at path: PathText, _ correlation: RuleCorrelation
    ) {
        // What is null is judged by what is around it.
        guard !value.isNull, !isOver else { return }
        if !node.rules.isEmpty { evaluate(node, value, old.flatMap { $0.isNull ? nil : $0 }, at: path, correlation) }
        for part in node.allOf { check(value, old, part, at: path, correlation) }
        switch value {
        case .object(let fields): checkFields(fields, old, node, at: path, correlation)
        case .array(let elements): checkElements(elements, old, node, at: path, correlation)
        default: break
        }
    }

    private mutating func checkFields(
        _ fields: JSONObject, _ old: JSONValue?, _ node: RuleNode, at path: PathText, _ correlation: RuleCorrelation
    ) {
        if let values = node.values {
            for (key, value) in fields {
                check(value, old?[key], values, at: path.key(key), correlation.below(value, old?[key]))
            }
        }
        for (name, property) in node.properties {
            guard let value = fields[name] else { continue }
            check(value, old?[name], property, at: path.child(name), correlation.below(value, old?[name]))
        }
    }

    private mutating func checkElements(
        _ elements: [JSONValue], _ old: JSONValue?, _ node: RuleNode, at path: PathText, _ correlation: RuleCorrelation
    ) {
        guard let items = node.items else { return }
        for (index, element) in elements.enumerated() {
            let key = isUpdate ? node.schema.listType.key(of: element) : nil
            let match = key.flatMap { key in old?.array?.first { node.schema.listType.key(of: $0) == key } }
            check(
                element, match, items, at: path.index(index), correlation.below(element, match, isKnown: key != nil))
        }
    }

    private mutating func evaluate(
        _ node: RuleNode, _ value: JSONValue, _ old: JSONValue?, at path: PathText, _ correlation: RuleCorrelation
    ) {
        let own = CELValue(value, node.schema)
        let previous = old.map { CELValue($0, node.schema) }
        for rule in node.rules where !isOver {
            guard !rule.comparesWithOld || previous != nil || rule.hasOptionalOld else { continue }
            let values = [own, rule.hasOptionalOld ? .optional(previous) : previous ?? .null]
            evaluate(rule, values, of: node, value, at: path, correlation)
        }
    }

    private mutating func evaluate(
        _ rule: CompiledRule, _ values: [CELValue], of node: RuleNode, _ value: JSONValue, at path: PathText,
        _ correlation: RuleCorrelation
    ) {
        let type = JSONValue.string(node.typeName)
        do {
            let result = try spend { budget throws(CELError) in try rule.program.evaluate(values, budget: &budget) }
            if case .bool(true) = result { return }
        } catch {
            switch error.kind {
            case .cost:
                isOver = true
                let words =
                    budget <= 0
                    ? "validation failed due to running out of cost budget, no further validation rules will be run"
                    : "'\(error.message)': no further validation rules will be run due to call cost exceeds limit for "
                        + "rule: \(rule.name)"
                violations.append(RuleViolation(path: path.description, message: words, shown: type))
            default:
                let words =
                    error.message == CELError.noSuchOverload.message
                    ? "'\(error.message)': call arguments did not match a supported operator, function or macro signature "
                        + "for rule: \(rule.name)"
                    : "\(error.message) evaluating rule: \(rule.name)"
                violations.append(RuleViolation(path: path.description, message: words, shown: type))
            }
            return
        }
        if !rule.comparesWithOld, correlation.isUnchanged { return }
        let isShown = node.typeName != "object" && node.typeName != "array"
        violations.append(
            RuleViolation(
                path: (rule.fieldPath.map(path.child) ?? path).description,
                message: message(of: rule, values) ?? rule.text, reason: rule.reason, shown: isShown ? value : nil))
    }

    /// Lets something be evaluated for no more than one rule may cost, and no more than is left.
    private mutating func spend(
        _ body: (inout Int) throws(CELError) -> CELValue
    ) throws(CELError) -> CELValue {
        let limit = min(budget, ValidationRules.ruleBudget)
        var left = limit
        defer { budget -= limit - max(left, 0) }
        return try body(&left)
    }

    /// What the rule's own expression says; `nil` where it says nothing of use.
    private mutating func message(of rule: CompiledRule, _ values: [CELValue]) -> String? {
        guard let program = rule.messageProgram else { return nil }
        let result = try? spend { budget throws(CELError) in try program.evaluate(values, budget: &budget) }
        guard case .string(let text)? = result else { return nil }
        let trimmed = text.trimmed
        let isFit = !trimmed.isEmpty && trimmed.utf8.count <= Self.maximumMessage && !trimmed.utf8.contains(0x0A)
        return isFit ? trimmed : nil
    }
}

/// Whether a part of an object is what it was before an update.
///
/// For what cannot be found again in the old object, such as elements of an atomic list, the part that it lies in counts.
struct RuleCorrelation {
    private var pair: (new: JSONValue, old: JSONValue)?
    /// Whether the pair is of something that the part lies in.
    private var isAround = false

    init(_ pair: (new: JSONValue, old: JSONValue)?) { self.pair = pair }

    var isUnchanged: Bool { pair.map { $0.new == $0.old } ?? false }

    /// - Parameters:
    ///   - old: `nil` where the part was not there.
    ///   - isKnown: whether the part can be found again.
    func below(_ new: JSONValue, _ old: JSONValue?, isKnown: Bool = true) -> RuleCorrelation {
        guard !isAround else { return self }
        guard isKnown else {
            var copy = self
            copy.isAround = true
            return copy
        }
        return RuleCorrelation(old.map { (new, $0) })
    }
}
