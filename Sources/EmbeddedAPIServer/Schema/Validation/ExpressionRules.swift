import KubeAPI
import Synchronization

/// The rules of a CRD in CEL, and what is wrong with them. Source: k8s.io/apiextensions-apiserver, validation.
enum ExpressionRules {
    static func errors(_ schema: JSONValue, at path: PathText) -> [FieldError] {
        let malformed = malformed(schema, at: path)
        guard malformed.isEmpty else { return malformed }
        return CompiledRules.of(schema).problems.map { problem in
            let place = PathText(problem.path.isEmpty ? path.description : "\(path).\(problem.path)")
                .child("x-kubernetes-validations").index(problem.index).child(problem.field.rawValue)
            return .invalid(place, value(of: problem), problem.message)
        }
    }

    /// The entry as the real server prints it, which is its own form of it.
    private static func value(of problem: RuleProblem) -> JSONValue {
        let entry = problem.entry
        if problem.field == .optionalOldSelf { return entry["optionalOldSelf"] ?? .null }
        return [
            "Rule": entry["rule"] ?? "", "Message": entry["message"] ?? "",
            "MessageExpression": entry["messageExpression"] ?? "", "Reason": entry["reason"] ?? .null,
            "PathText": entry["fieldPath"] ?? "", "OptionalOldSelf": entry["optionalOldSelf"] ?? .null,
        ]
    }

    /// What is wrong with the entries whatever their expressions say.
    private static func malformed(_ schema: JSONValue, at path: PathText) -> [FieldError] {
        var errors: [FieldError] = []
        for (index, rule) in (schema["x-kubernetes-validations"]?.array ?? []).enumerated() {
            errors += entry(rule, schema, at: path.child("x-kubernetes-validations").index(index))
        }
        for (name, property) in schema["properties"]?.object ?? [:] {
            errors += malformed(property, at: path.child("properties").key(name))
        }
        for part in ["items", "additionalProperties"] {
            guard let child = schema[part], child.object != nil else { continue }
            errors += malformed(child, at: path.child(part))
        }
        return errors
    }

    private static let reasons = RuleViolation.Reason.allCases.map(\.rawValue).sorted()

    private static func entry(_ rule: JSONValue, _ schema: JSONValue, at path: PathText) -> [FieldError] {
        var errors: [FieldError] = []
        func text(_ field: String) -> String? { rule[field]?.string.flatMap { $0.isEmpty ? nil : $0 } }
        func isBlank(_ text: String) -> Bool { text.allSatisfy(\.isWhitespace) }
        if isBlank(text("rule") ?? "") {
            errors.append(.required(path.child("rule"), "rule is not specified"))
        } else if let message = text("message"), isBlank(message) {
            errors.append(.invalid(path.child("message"), .string(message), "must be non-empty if specified"))
        }
        if let message = text("messageExpression"), isBlank(message) {
            errors.append(
                .required(path.child("messageExpression"), "messageExpression must be non-empty if specified"))
        }
        if let reason = rule["reason"], !reasons.contains(reason.string ?? "") {
            errors.append(.notSupported(path.child("reason"), reason, reasons))
        }
        if let field = text("fieldPath"), !names(field, in: schema) {
            errors.append(.invalid(path.child("fieldPath"), .string(field), "must be a valid path"))
        }
        return errors
    }

    /// Whether a path such as `.spec.name` leads to a field of the schema.
    private static func names(_ path: String, in schema: JSONValue) -> Bool {
        guard path.hasPrefix(".") else { return false }
        var schema: JSONValue? = schema
        for name in path.dropFirst().split(separator: ".", omittingEmptySubsequences: false) {
            schema = schema?["properties"]?[String(name)] ?? schema?["additionalProperties"]
        }
        return schema?.object != nil
    }
}

/// Rules by their schema: a CRD comes by at each change of its status, and to compile its rules costs milliseconds.
enum CompiledRules {
    /// A server holds as many CRDs, or it compiles some again.
    private static let limit = 128

    private static let known = Mutex<[JSONValue: ValidationRules]>([:])

    static func of(_ schema: JSONValue) -> ValidationRules {
        if let rules = known.withLock({ $0[schema] }) { return rules }
        let rules = ValidationRules(schema)
        known.withLock { known in
            if known.count >= limit { known.removeAll() }
            known[schema] = rules
        }
        return rules
    }
}
