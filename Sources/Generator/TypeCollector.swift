/// Finds the Swift types of a CRD.
struct TypeCollector {
    /// In the order in which the file has them.
    private(set) var types: [GeneratedType] = []
    private let names: TypeNames

    /// - Throws: `GeneratorError` that names the path of what has no type in Swift.
    init(_ definition: Definition) throws(GeneratorError) {
        names = TypeNames.of(definition.kind)
        for part in definition.parts {
            try addStructure(part.name.capitalizedFirst, part.node, at: part.name)
        }
    }

    private mutating func addStructure(_ name: String, _ node: SchemaNode, at path: String) throws(GeneratorError) {
        let place = types.count
        var properties: [GeneratedType.Property] = []
        for field in node.fields {
            let type = try type(of: field.node, at: "\(path).\(field.name)", in: name)
            let isKnown = node.requires(field.name) || field.node.defaultValue != nil
            properties.append(
                .init(name: field.name, type: type, isOptional: !isKnown, description: field.node.description))
        }
        try add(GeneratedType(name: name, body: .structure(properties), paths: [path]), at: place)
    }

    private mutating func add(_ type: GeneratedType, at place: Int) throws(GeneratorError) {
        if let index = types.firstIndex(where: { $0.name == type.name }) {
            types[index] = try types[index].merged(with: type)
        } else {
            types.insert(type, at: place)
        }
    }

    /// - Parameter owner: The type that has the field.
    private mutating func type(of node: SchemaNode, at path: String, in owner: String) throws(GeneratorError)
        -> String
    {
        if let existing = names.existingType(at: path) { return existing }
        if node.isOpen { return "JSONObject" }
        if node.isIntOrString { return node.isQuantity ? "JSONValue" : "IntOrString" }
        switch node.type {
        case "boolean": return "Bool"
        case "integer": return node.format == "int64" ? "Int64" : "Int"
        case "string" where !node.choices.isEmpty: return try enumeration(node, at: path, in: owner)
        case "string": return node.format == "date-time" ? "Timestamp" : "String"
        case "array":
            guard let items = node.items else { break }
            return "[\(try type(of: items, at: "\(path)[]", in: owner))]"
        case "object":
            if let values = node.values { return "[String: \(try type(of: values, at: "\(path).*", in: owner))]" }
            if let shared = TypeNames.shared[Set(node.fields.map(\.name))] { return shared }
            guard !node.fields.isEmpty else { break }
            let name = names.name(at: path) ?? path.lastField.capitalizedFirst
            try addStructure(name, node, at: path)
            return name
        default: break
        }
        throw GeneratorError("\(path): no Swift type for this schema")
    }

    private mutating func enumeration(_ node: SchemaNode, at path: String, in owner: String) throws(GeneratorError)
        -> String
    {
        let own = path.lastField.capitalizedFirst
        let name = names.name(at: path) ?? (["Spec", "Status"].contains(owner) ? own : "\(owner).\(own)")
        try add(GeneratedType(name: name, body: .enumeration(node.choices), paths: [path]), at: types.count)
        return name
    }
}

extension String {
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }

    /// The field that a path ends with; of a list's item, the word for one of them.
    fileprivate var lastField: String {
        let last = split(separator: ".").last ?? ""
        guard last.hasSuffix("[]") else { return String(last) }
        let list = last.dropLast(2)
        if list.hasSuffix("ies") { return "\(list.dropLast(3))y" }
        return String(list.hasSuffix("s") && !list.hasSuffix("ss") ? list.dropLast() : list)
    }
}
