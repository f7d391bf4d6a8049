import Testing

@testable import KubeAPI

@Suite("Rules of a schema")
struct ValidationRulesTests {
    /// A schema whose `spec` has these fields, and these rules of its own.
    private func rules(_ spec: String) throws -> ValidationRules {
        let schema = try YAML.parseDocument(
            Array("{type: object, properties: {spec: {type: object, \(spec)}, status: {type: object}}}".utf8))
        return ValidationRules(schema)
    }

    private func object(_ spec: String) throws -> JSONValue {
        try YAML.parseDocument(Array("{metadata: {name: w}, spec: \(spec)}".utf8))
    }

    private func shown(_ violations: [RuleViolation]) -> [String] { violations.map { "\($0.path): \($0.message)" } }

    @Test("A rule is told at the value that it judges, the outer ones first")
    func paths() throws {
        let rules = try rules(
            """
            x-kubernetes-validations: [{rule: self.size > 0, message: ' too small '}],
            properties: {
              size: {type: integer, x-kubernetes-validations: [{rule: self != 0}]},
              list: {type: array, items: {type: object, properties: {num: {type: string, x-kubernetes-validations: [
                {rule: "self != 'x'", message: no x}]}}}},
              map: {type: object, additionalProperties: {type: string, x-kubernetes-validations: [
                {rule: "self != 'x'", message: no x}]}}}
            """)
        let found = rules.violations(in: try object("{size: 0, list: [{num: a}, {num: x}], map: {k: x}}"))
        #expect(
            shown(found) == [
                "spec: too small", "spec.size: failed rule: self != 0", "spec.list[1].num: no x", "spec.map[k]: no x",
            ])
        #expect(found.map(\.shown) == [nil, 0, "x", "x"])
        #expect(rules.violations(in: try object("{size: 1}")) == [])
    }

    @Test("The root knows the object's name, and embedded objects theirs")
    func roots() throws {
        let schema = try YAML.parseDocument(
            Array(
                """
                type: object
                x-kubernetes-validations: [{rule: "self.metadata.name.startsWith('w') && self.kind == 'A'", message: name}]
                properties:
                  template:
                    type: object
                    x-kubernetes-embedded-resource: true
                    x-kubernetes-validations: [{rule: "self.metadata.name == 't'", message: inner}]
                """.utf8))
        let rules = ValidationRules(schema)
        #expect(rules.problems == [])
        let object: JSONValue = [
            "kind": "A", "metadata": ["name": "x"], "template": ["kind": "B", "metadata": ["name": "u"]],
        ]
        #expect(shown(rules.violations(in: object)) == [": name", "template: inner"])
    }

    @Test("fieldPath, reason and messageExpression are the rule's own")
    func words() throws {
        let rules = try rules(
            """
            properties: {num: {type: integer}, o: {type: object, properties: {p: {type: string}}}},
            x-kubernetes-validations: [
              {rule: self.num > 1, fieldPath: .o.p, reason: FieldValueForbidden, message: given,
               messageExpression: "'%d is too small'.format([self.num])"},
              {rule: self.num > 1, reason: FieldValueDuplicate, message: plain, messageExpression: "self.o.p + '!'"},
              {rule: self.num > 1, message: lines, messageExpression: "'a\\\\nb'"}]
            """)
        #expect(rules.problems == [])
        let found = rules.violations(in: try object("{num: 1}"))
        #expect(shown(found) == ["spec.o.p: 1 is too small", "spec: plain", "spec: lines"])
        #expect(found.map(\.reason) == [.forbidden, .duplicate, .invalid])
    }

    @Test("A rule that cannot be evaluated names itself")
    func evaluationErrors() throws {
        let rules = try rules(
            """
            properties: {num: {type: integer}, p: {x-kubernetes-int-or-string: true}},
            x-kubernetes-validations: [{rule: self.num > 1, message: told}, {rule: self.p + 1 == 2}]
            """)
        let found = rules.violations(in: try object("{p: a}"))
        #expect(
            shown(found) == [
                "spec: no such key: num evaluating rule: told",
                "spec: 'no such overload': call arguments did not match a supported operator, function or macro signature for "
                    + "rule: self.p + 1 == 2",
            ])
        #expect(found.map(\.shown) == ["object", "object"])
    }

    @Test("A rule about a change is looked at where there was a value, found by its key in a list")
    func transitions() throws {
        let rules = try rules(
            """
            properties: {
              class: {type: string, x-kubernetes-validations: [{rule: self == oldSelf, message: class changed}]},
              volumes: {type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [name], items: {
                type: object, properties: {name: {type: string}, size: {type: integer, x-kubernetes-validations: [
                  {rule: self >= oldSelf, message: shrinks}]}}}},
              labels: {type: object, additionalProperties: {type: string, x-kubernetes-validations: [
                {rule: self == oldSelf, message: label changed}]}}}
            """)
        let old = try object("{class: a, volumes: [{name: u, size: 2}, {name: v, size: 5}], labels: {k: v}}")
        #expect(rules.violations(in: old) == [])
        #expect(rules.violations(in: old, comparedTo: old) == [])
        let new = try object("{class: b, volumes: [{name: v, size: 4}, {name: w, size: 1}], labels: {k: w, l: v}}")
        #expect(
            shown(rules.violations(in: new, comparedTo: old)) == [
                "spec.class: class changed", "spec.volumes[0].size: shrinks", "spec.labels[k]: label changed",
            ])
        #expect(rules.violations(in: new, comparedTo: try object("{}")) == [])
    }

    @Test("With optionalOldSelf a rule is looked at from the beginning")
    func optionalOld() throws {
        let rules = try rules(
            """
            properties: {num: {type: integer, x-kubernetes-validations: [
              {rule: "oldSelf.hasValue() ? self >= oldSelf.value() : self == 1", optionalOldSelf: true, message: steps}]}}
            """)
        #expect(rules.violations(in: try object("{num: 1}")) == [])
        #expect(shown(rules.violations(in: try object("{num: 2}"))) == ["spec.num: steps"])
        #expect(rules.violations(in: try object("{num: 2}"), comparedTo: try object("{num: 1}")) == [])
        #expect(
            shown(rules.violations(in: try object("{num: 1}"), comparedTo: try object("{num: 2}"))) == [
                "spec.num: steps"
            ])
    }

    @Test("What has not changed is not blamed in an update, what lies in a changed atomic list is")
    func ratcheting() throws {
        let rules = try rules(
            """
            x-kubernetes-validations: [{rule: "!has(self.num) || self.num > 0", message: whole}],
            properties: {
              num: {type: integer, x-kubernetes-validations: [{rule: self > 0, message: part}]},
              other: {type: string},
              list: {type: array, items: {type: integer, x-kubernetes-validations: [{rule: self > 0, message: element}]}}}
            """)
        let old = try object("{num: 0, list: [0]}")
        #expect(rules.violations(in: old, comparedTo: old) == [])
        let touched = try object("{num: 0, list: [0], other: a}")
        #expect(shown(rules.violations(in: touched, comparedTo: old)) == ["spec: whole"])
        let longer = try object("{list: [0, 1]}")
        #expect(shown(rules.violations(in: longer, comparedTo: old)) == ["spec.list[0]: element"])
    }

    @Test("Null is judged by what is around it, and parts that are not there are not judged")
    func nulls() throws {
        let rules = try rules(
            """
            x-kubernetes-validations: [{rule: "has(self.num) && self.num == null", message: around}],
            properties: {num: {type: string, nullable: true, x-kubernetes-validations: [{rule: "false"}]}}
            """)
        #expect(rules.violations(in: try object("{num: null}")) == [])
        #expect(shown(rules.violations(in: try object("{}"))) == ["spec: around"])
    }

    @Test("A rule that is none is named with its place, and the others work")
    func problems() throws {
        let rules = try rules(
            """
            properties: {
              num: {type: integer, x-kubernetes-validations: [{rule: self + 1}, {rule: "self > 0", message: small},
                {rule: self > foo}, {rule: self > 0, messageExpression: self}, {rule: self > 0, optionalOldSelf: true}]},
              list: {type: array, items: {type: string, x-kubernetes-validations: [{rule: self == oldSelf}]}}}
            """)
        let place = "properties[spec].properties[num]"
        #expect(
            rules.problems.map(\.path) == Array(repeating: place, count: 4) + [
                "properties[spec].properties[list].items"
            ])
        #expect(rules.problems.map(\.index) == [0, 2, 3, 4, 0])
        #expect(rules.problems.map(\.field) == [.rule, .rule, .messageExpression, .optionalOldSelf, .rule])
        #expect(
            rules.problems.map { $0.message.split(separator: "\n")[0] } == [
                "cel expression must evaluate to a bool",
                "compilation failed: ERROR: <input>:1:8: undeclared reference to 'foo' (in container '')",
                "messageExpression must evaluate to a string", "may not be set if oldSelf is not used in rule",
                "oldSelf cannot be used on the uncorrelatable portion of the schema within properties[spec].properties[list]",
            ])
        #expect(shown(rules.violations(in: try object("{num: 0}"))) == ["spec.num: small"])
    }

    @Test("Rules in allOf count as well")
    func allOf() throws {
        let rules = try rules(
            """
            properties: {num: {type: integer}},
            allOf: [{x-kubernetes-validations: [{rule: self.num > 0, message: all}]}]
            """)
        #expect(shown(rules.violations(in: try object("{num: 0}"))) == ["spec: all"])
    }

    @Test("The budget of an object ends its rules, and so does what one rule may cost")
    func budgets() throws {
        let rules = try rules(
            """
            properties: {list: {type: array, items: {type: integer}}},
            x-kubernetes-validations: [
              {rule: "self.list.all(a, self.list.all(b, a + b > 0))", message: long}, {rule: "false", message: never}]
            """)
        let list = Array(repeating: "1", count: 600).joined(separator: ",")
        #expect(
            shown(rules.violations(in: try object("{list: [\(list)]}"))) == [
                "spec: 'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call "
                    + "cost exceeds limit for rule: long"
            ])
        #expect(
            shown(rules.violations(in: try object("{list: [1, 1]}"), budget: 10)) == [
                "spec: validation failed due to running out of cost budget, no further validation rules will be run"
            ])
    }
}
