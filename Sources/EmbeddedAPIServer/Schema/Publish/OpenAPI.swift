import KubeAPI

/// OpenAPI documents of what is served: enough for kubectl's apply, diff, explain and validation.
enum OpenAPI {
    /// `/openapi/v3`: the index of the documents by group and version.
    ///
    /// - Parameter hash: makes a tag of a document's bytes; clients fetch a document again when it changes.
    static func index(_ definitions: [ResourceDefinition], hash: ([UInt8]) -> String) -> JSONValue {
        var paths = JSONObject()
        for type in definitions.map(\.type) {
            let path = documentPath(type)
            guard paths[path] == nil, let document = v3(groupVersion: type.apiVersion, definitions) else { continue }
            let tag = hash(document.serialized())
            paths[path] = ["serverRelativeURL": .string("/openapi/v3/\(path)?hash=\(tag)")]
        }
        return ["paths": .object(paths)]
    }

    /// `/openapi/v3/api/v1` or `/openapi/v3/apis/{group}/{version}`; `nil` for a version that is not served.
    static func v3(groupVersion: String, _ definitions: [ResourceDefinition]) -> JSONValue? {
        let served = definitions.filter { $0.type.apiVersion == groupVersion }
        guard !served.isEmpty else { return nil }
        return [
            "openapi": "3.0.0", "info": ["title": "Kubernetes", "version": "v1.36"],
            "paths": OpenAPIPaths.make(served, .v3),
            "components": ["schemas": schemas(served, .v3)],
        ]
    }

    /// `/openapi/v2`: everything in one document.
    static func v2(_ definitions: [ResourceDefinition]) -> JSONValue {
        [
            "swagger": "2.0", "info": ["title": "Kubernetes", "version": "v1.36"],
            "paths": OpenAPIPaths.make(definitions, .v2),
            "definitions": schemas(definitions, .v2),
        ]
    }

    private static func documentPath(_ type: ResourceType) -> String {
        type.group.isEmpty ? "api/\(type.version)" : "apis/\(type.apiVersion)"
    }

    /// The types of these kinds, and all that they refer to.
    private static func schemas(_ definitions: [ResourceDefinition], _ version: OpenAPISchema.Version) -> JSONValue {
        var writer = OpenAPISchema(version)
        var result: [String: JSONValue] = [:]
        var pending = ["ListMeta", "Status", "DeleteOptions", "Patch"]
        for definition in definitions {
            let name = typeName(definition)
            result[name] = writer.definition(definition.schema.resolved, kinds: [definition.type])
            result[name + "List"] = list(definition, writer)
            if definition.scale != nil { pending.append("Scale") }
        }
        var seen: Set<String> = []
        pending += writer.references.sorted()
        while let name = pending.popLast() {
            let full = TypeCatalogue.fullName(of: name)
            guard seen.insert(name).inserted, result[full] == nil, let type = TypeCatalogue.type(named: name) else {
                continue
            }
            let kinds = name == "Scale" ? [ResourceType.scale] : []
            result[full] = writer.definition(type, kinds: kinds)
            pending += writer.references.subtracting(seen)
        }
        return .object(JSONObject(result.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }))
    }

    private static func list(_ definition: ResourceDefinition, _ writer: OpenAPISchema) -> JSONValue {
        let prefix = writer.version == .v2 ? "#/definitions/" : "#/components/schemas/"
        let metadata: JSONValue = ["$ref": .string(prefix + TypeCatalogue.fullName(of: "ListMeta"))]
        var type = definition.type
        type.kind = definition.listKind
        return [
            "type": "object", "required": ["items"],
            "properties": [
                "apiVersion": ["type": "string"],
                "items": ["type": "array", "items": ["$ref": .string(prefix + typeName(definition))]],
                "kind": ["type": "string"],
                "metadata": writer.version == .v2 ? metadata : ["default": [:], "allOf": [metadata]],
            ],
            "x-kubernetes-group-version-kind": [type.groupVersionKind],
        ]
    }

    /// The name of a kind's type: the catalogue's, or the group's parts reversed.
    static func typeName(_ definition: ResourceDefinition) -> String {
        if let name = definition.schema.reference { return TypeCatalogue.fullName(of: name) }
        let parts = definition.type.group.split(separator: ".").reversed().joined(separator: ".")
        return "\(parts).\(definition.type.version).\(definition.type.kind)"
    }
}

extension ResourceType {
    static let scale = ResourceType(group: "autoscaling", version: "v1", kind: "Scale", plural: "scales")
}
