import KubeAPI

/// What the server does to an object between its decoding and its storage. A write goes through these in order:
///
/// create: `ObjectDecoder.decode` → `ObjectRules.prepareForCreate` → `ObjectDefaults.apply` → `FieldManager.update`
/// (or `.apply`, which comes first there) → `ObjectValidation.errors`
///
/// update: the same with `prepareForUpdate`, which sets `metadata.generation`, too.
enum ObjectRules {
    /// Drops what a client may not set when it creates an object: the status, and metadata of the server's own.
    static func prepareForCreate(_ object: JSONValue, _ definition: ResourceDefinition) -> JSONValue {
        var result = object
        if definition.hasStatus { result["status"] = definition.isCustom ? nil : empty(definition)["status"] }
        if definition.countsGenerations { result[path: ["metadata", "generation"]] = 1 }
        return result
    }

    /// Takes over from the live object what this path may not change, and counts the generation.
    ///
    /// - Parameter subresource: empty for the object itself; `status` keeps everything but the status.
    static func prepareForUpdate(
        _ object: JSONValue, live: JSONValue, _ definition: ResourceDefinition, subresource: String = ""
    ) -> JSONValue {
        var result = object
        if subresource == "status" {
            result = live
            result["status"] = object["status"]
            result[path: ["metadata", "managedFields"]] = object[path: ["metadata", "managedFields"]]
            return result
        }
        if definition.hasStatus { result["status"] = live["status"] }
        guard definition.countsGenerations else { return result }
        let generation = live[path: ["metadata", "generation"]]?.integer ?? 0
        let isSame = specification(result) == specification(live)
        result[path: ["metadata", "generation"]] = .integer(isSame ? generation : generation + 1)
        return result
    }

    private static func empty(_ definition: ResourceDefinition) -> JSONValue { ObjectDecoder.empty(definition) }

    /// Everything but metadata and status.
    private static func specification(_ object: JSONValue) -> JSONObject {
        (object.object ?? [:]).filter { $0.key != "metadata" && $0.key != "status" }
    }
}
