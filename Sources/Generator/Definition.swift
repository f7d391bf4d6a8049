internal import KubeAPI

/// A CRD as its file describes it.
struct Definition {
    let kind: String
    /// The file, from the root of the repository.
    let path: String
    private let schema: SchemaNode

    /// - Throws: `GeneratorError` for a file that is no CRD with one version.
    init(_ text: [UInt8], path: String) throws(GeneratorError) {
        let document: JSONValue
        do {
            document = try YAML.parseDocument(text)
        } catch {
            throw GeneratorError("\(path): \(error)")
        }
        guard let kind = document["spec"]?["names"]?["kind"]?.string,
            let versions = document["spec"]?["versions"]?.array, versions.count == 1,
            let schema = versions.first?["schema"]?["openAPIV3Schema"]
        else { throw GeneratorError("\(path): expected a CustomResourceDefinition with one version") }
        self.kind = kind
        self.path = path
        self.schema = SchemaNode(json: schema)
    }

    /// `spec` and `status`: the rest of an object is the same for all kinds.
    var parts: [(name: String, node: SchemaNode)] { schema.fields.filter { ["spec", "status"].contains($0.name) } }
}

/// Why nothing can be made of a file.
struct GeneratorError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
