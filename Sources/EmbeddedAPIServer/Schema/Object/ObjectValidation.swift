import KubeAPI

/// Says what is wrong with an object, in the words of the real server.
enum ObjectValidation {
    /// - Parameters:
    ///   - live: the stored object, for an update.
    ///   - subresource: empty for the object itself.
    static func errors(
        _ object: JSONValue, live: JSONValue? = nil, _ definition: ResourceDefinition, subresource: String = ""
    ) -> [FieldError] {
        metadata(object)
    }

    private static func metadata(_ object: JSONValue) -> [FieldError] {
        let path = FieldPath("metadata").child("name")
        let name = object[path: ["metadata", "name"]]?.string ?? ""
        return name.isEmpty ? [.required(path, "name or generateName is required")] : []
    }
}
