internal import KubeAPI

/// A part of a CRD's schema.
struct SchemaNode {
    let json: JSONValue

    /// What the part means; empty where nothing is said.
    var description: String { json["description"]?.string ?? "" }
    var type: String? { json["type"]?.string }
    var format: String? { json["format"]?.string }
    var defaultValue: JSONValue? { json["default"] }
    var choices: [String] { json["enum"]?.array?.compactMap(\.string) ?? [] }
    var isIntOrString: Bool { json["x-kubernetes-int-or-string"]?.bool == true }
    /// An amount such as `500m`: a number that is meant as such has bounds.
    var isQuantity: Bool { isIntOrString && json["minimum"] == nil }
    /// Whatever stands there is kept: the API server checks it, or another operator.
    var isOpen: Bool { json["x-kubernetes-preserve-unknown-fields"]?.bool == true }

    /// The fields in the order of the file.
    var fields: [(name: String, node: SchemaNode)] {
        guard let properties = json["properties"]?.object else { return [] }
        return zip(properties.keys, properties.values).map { ($0, SchemaNode(json: $1)) }
    }

    var items: SchemaNode? { json["items"].map(SchemaNode.init) }
    /// What a map holds; `nil` for what is no map.
    var values: SchemaNode? { json["additionalProperties"].map(SchemaNode.init) }

    func requires(_ field: String) -> Bool {
        json["required"]?.array?.contains { $0.string == field } ?? false
    }
}
