import KubeAPI

/// OpenAPI documents of what is served.
enum OpenAPI {
    /// `/openapi/v3`: the index. `hash` makes the content's tag, for clients that cache by it.
    static func index(_ definitions: [ResourceDefinition], hash: ([UInt8]) -> String) -> JSONValue {
        var paths = JSONObject()
        for type in definitions.map(\.type) {
            let path = type.group.isEmpty ? "api/\(type.version)" : "apis/\(type.apiVersion)"
            guard paths[path] == nil else { continue }
            let tag = hash(Array(type.apiVersion.utf8))
            paths[path] = ["serverRelativeURL": .string("/openapi/v3/\(path)?hash=\(tag)")]
        }
        return ["paths": .object(paths)]
    }
}
