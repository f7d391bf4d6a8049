/// The rules of one part of a schema and of what lies below it.
final class RuleNode: Sendable {
    let rules: [CompiledRule]
    let properties: [(name: String, node: RuleNode)]
    /// Of the values of a map.
    let values: RuleNode?
    let items: RuleNode?
    let allOf: [RuleNode]
    let schema: CELSchema
    /// As the schema names it.
    let typeName: String

    private init(
        rules: [CompiledRule], properties: [(name: String, node: RuleNode)], values: RuleNode?,
        items: RuleNode?, allOf: [RuleNode], schema: CELSchema, typeName: String
    ) {
        self.rules = rules
        self.properties = properties
        self.values = values
        self.items = items
        self.allOf = allOf
        self.schema = schema
        self.typeName = typeName
    }

    /// - Parameter schema: what expressions know of the value; `nil` where they cannot name it, and its rules with it.
    /// - Returns: `nil` where there is no rule in it.
    static func make(
        _ json: JSONValue, _ schema: CELSchema?, at place: RulePlace, typeName: String? = nil,
        _ problems: inout [RuleProblem]
    ) -> RuleNode? {
        guard let schema else { return nil }
        let rules = compiled(json, schema, at: place, &problems)
        var properties: [(name: String, node: RuleNode)] = []
        for (name, property) in json["properties"]?.object ?? [:] {
            let field = CELFieldName.escaped(name).flatMap { schema.fields[$0]?.schema } ?? CELSchema.make(property)
            guard let node = make(property, field, at: place.property(name), &problems) else { continue }
            properties.append((name, node))
        }
        let items = json["items"].flatMap {
            make($0, schema.values, at: place.items(isCorrelatable: schema.listType.isCorrelatable), &problems)
        }
        let values = json["additionalProperties"].flatMap { values in
            values.object == nil ? nil : make(values, schema.values, at: place.values, &problems)
        }
        let typeName = typeName ?? json["type"]?.string ?? ""
        var allOf: [RuleNode] = []
        for (index, part) in (json["allOf"]?.array ?? []).enumerated() {
            guard let node = make(part, schema, at: place.allOf(index), typeName: typeName, &problems) else { continue }
            allOf.append(node)
        }
        guard !rules.isEmpty || !properties.isEmpty || items != nil || values != nil || !allOf.isEmpty else {
            return nil
        }
        return RuleNode(
            rules: rules, properties: properties, values: values, items: items, allOf: allOf, schema: schema,
            typeName: typeName)
    }

    private static func compiled(
        _ json: JSONValue, _ schema: CELSchema, at place: RulePlace, _ problems: inout [RuleProblem]
    ) -> [CompiledRule] {
        var rules: [CompiledRule] = []
        for (index, rule) in (json["x-kubernetes-validations"]?.array ?? []).enumerated() {
            do throws(CompiledRule.Problem) {
                let compiled = try CompiledRule(rule, schema)
                if let problem = compiled.misuse(within: place.uncorrelatable) { throw problem }
                rules.append(compiled)
            } catch {
                problems.append(
                    RuleProblem(path: place.path, index: index, field: error.field, message: error.message, entry: rule)
                )
            }
        }
        return rules
    }
}

extension TypeSchema.ListType {
    /// Whether an element can be found again in the old list.
    fileprivate var isCorrelatable: Bool {
        if case .map = self { true } else { false }
    }
}

/// Where in a schema a rule stands.
struct RulePlace {
    var path = ""
    /// The list around it whose elements cannot be found again after an update.
    var uncorrelatable: String?

    private func child(_ name: String) -> RulePlace {
        RulePlace(path: PathText(path).child(name).description, uncorrelatable: uncorrelatable)
    }

    func property(_ name: String) -> RulePlace { child("properties[\(name)]") }
    var values: RulePlace { child("additionalProperties") }
    func allOf(_ index: Int) -> RulePlace { child("allOf[\(index)]") }

    func items(isCorrelatable: Bool) -> RulePlace {
        var place = child("items")
        if !isCorrelatable, uncorrelatable == nil { place.uncorrelatable = path }
        return place
    }
}
