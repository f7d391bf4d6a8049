import KubeAPI

/// The paths of the served kinds: clients look there for a kind's operations and their parameters.
enum OpenAPIPaths {
    static func make(_ definitions: [ResourceDefinition], _ version: OpenAPISchema.Version) -> JSONValue {
        var paths: [(String, JSONValue)] = []
        for definition in definitions {
            let collection = path(definition.type)
            paths.append((collection, collectionOperations(definition, version)))
            paths.append((collection + "/{name}", objectOperations(definition, version)))
            for subresource in definition.subresources where subresource.verbs.contains("patch") {
                paths.append(
                    (
                        "\(collection)/{name}/\(subresource.name)",
                        subresourceOperations(definition, subresource, version)
                    ))
            }
            if definition.type.isNamespaced {
                let everywhere = collection.replacing("/namespaces/{namespace}", with: "")
                paths.append((everywhere, ["get": operation("list", definition, version, [])]))
            }
        }
        return .object(JSONObject(paths))
    }

    private static func path(_ type: ResourceType) -> String {
        let prefix = type.group.isEmpty ? "/api/\(type.version)" : "/apis/\(type.apiVersion)"
        return prefix + (type.isNamespaced ? "/namespaces/{namespace}" : "") + "/\(type.plural)"
    }

    private static let writeParameters = ["dryRun", "fieldManager", "fieldValidation"]

    private static func collectionOperations(_ definition: ResourceDefinition, _ version: OpenAPISchema.Version)
        -> JSONValue
    {
        [
            "get": operation("list", definition, version, ["fieldSelector", "labelSelector", "limit", "continue"]),
            "post": operation("post", definition, version, writeParameters),
            "parameters": .array(namespaceParameters(definition, version)),
        ]
    }

    private static func objectOperations(_ definition: ResourceDefinition, _ version: OpenAPISchema.Version)
        -> JSONValue
    {
        [
            "get": operation("get", definition, version, []),
            "put": operation("put", definition, version, writeParameters),
            "delete": operation("delete", definition, version, ["dryRun", "propagationPolicy"]),
            "patch": operation("patch", definition, version, writeParameters + ["force"]),
            "parameters": .array([pathParameter("name", version)] + namespaceParameters(definition, version)),
        ]
    }

    private static func subresourceOperations(
        _ definition: ResourceDefinition, _ subresource: ResourceDefinition.Subresource,
        _ version: OpenAPISchema.Version
    ) -> JSONValue {
        let kind = subresource.name == "scale" ? ResourceType.scale : definition.type
        let type = subresource.name == "scale" ? TypeCatalogue.fullName(of: "Scale") : OpenAPI.typeName(definition)
        return [
            "get": operation("get", kind, type, version, []),
            "put": operation("put", kind, type, version, writeParameters),
            "patch": operation("patch", kind, type, version, writeParameters + ["force"]),
            "parameters": .array([pathParameter("name", version)] + namespaceParameters(definition, version)),
        ]
    }

    private static func operation(
        _ action: String, _ definition: ResourceDefinition, _ version: OpenAPISchema.Version, _ parameters: [String]
    ) -> JSONValue {
        let type = OpenAPI.typeName(definition) + (action == "list" ? "List" : "")
        return operation(action, definition.type, type, version, parameters)
    }

    private static func operation(
        _ action: String, _ kind: ResourceType, _ type: String, _ version: OpenAPISchema.Version, _ parameters: [String]
    ) -> JSONValue {
        let media: [JSONValue] = ["application/json", "application/yaml"]
        var fields: JSONValue = ["parameters": .array(parameters.map { queryParameter($0, version) })]
        switch version {
        case .v2:
            fields["produces"] = .array(media)
            fields["responses"] = ["200": ["description": "OK", "schema": ["$ref": .string("#/definitions/\(type)")]]]
        case .v3:
            let schema: JSONValue = ["schema": ["$ref": .string("#/components/schemas/\(type)")]]
            fields["responses"] = ["200": ["description": "OK", "content": ["application/json": schema]]]
        }
        fields["x-kubernetes-action"] = .string(action)
        fields["x-kubernetes-group-version-kind"] = kind.groupVersionKind
        return fields
    }

    private static func queryParameter(_ name: String, _ version: OpenAPISchema.Version) -> JSONValue {
        let type: JSONValue = name == "force" ? "boolean" : name == "limit" ? "integer" : "string"
        if version == .v2 { return ["name": .string(name), "in": "query", "type": type, "uniqueItems": true] }
        return ["name": .string(name), "in": "query", "schema": ["type": type, "uniqueItems": true]]
    }

    private static func pathParameter(_ name: String, _ version: OpenAPISchema.Version) -> JSONValue {
        var fields: JSONValue = ["name": .string(name), "in": "path", "required": true]
        if version == .v2 { fields["type"] = "string" } else { fields["schema"] = ["type": "string"] }
        return fields
    }

    private static func namespaceParameters(
        _ definition: ResourceDefinition, _ version: OpenAPISchema.Version
    ) -> [JSONValue] {
        definition.type.isNamespaced ? [pathParameter("namespace", version)] : []
    }
}
