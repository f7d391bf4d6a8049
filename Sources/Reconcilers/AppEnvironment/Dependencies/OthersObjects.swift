internal import KubeAPI

/// What is kept of objects of other programs that are only looked at: the fields that something is read from.
///
/// Whoever may edit a namespace can make some of them, as large as they like; and of a sealed Secret most is ciphertext.
enum OthersObjects {
    private static let paths = [
        ["spec", "target", "name"], ["spec", "target", "creationPolicy"], ["spec", "secretName"],
        ["spec", "bootstrap", "initdb", "secret", "name"], ["spec", "bootstrap", "recovery", "secret", "name"],
        ["spec", "bootstrap", "pg_basebackup", "secret", "name"],
        ["spec", "enableSuperuserAccess"], ["spec", "superuserSecret", "name"],
        ["spec", "cluster", "name"], ["spec", "pgbouncer", "poolMode"], ["spec", "pgbouncer", "paused"],
        ["status", "readyInstances"], ["status", "instances"], ["status", "phase"],
    ]

    /// Longer texts are cut.
    private static let longestText = 1024
    /// No more conditions are kept.
    private static let mostConditions = 16

    @Sendable static func trim(_ object: CachedObject) -> JSONValue? {
        var kept = ForeignObjects.outline(object)
        let parts: JSONValue = .compact(["spec": object.value(at: "spec"), "status": object.value(at: "status")])
        for path in paths {
            if let value = scalar(parts[path: path]) { kept[path: path] = value }
        }
        // Whether a Cluster has backups of its own, and nothing of what is in them.
        if hasBackups(object) { kept[path: ["spec", "backup"]] = true }
        let conditions = object.value(at: "status", "conditions")?.elements ?? []
        if !conditions.isEmpty {
            kept[path: ["status", "conditions"]] = .array(conditions.prefix(mostConditions).map(condition))
        }
        return kept
    }

    private static func condition(_ condition: JSONValue) -> JSONValue {
        .compact([
            "type": scalar(condition["type"]), "status": scalar(condition["status"]),
            "reason": scalar(condition["reason"]), "message": scalar(condition["message"]),
        ])
    }

    /// Source: CloudNativePG, "Backup": either in the Cluster itself, or by a plugin that archives its WAL.
    private static func hasBackups(_ object: CachedObject) -> Bool {
        let plugins = object.value(at: "spec", "plugins")?.elements ?? []
        return object.value(at: "spec", "backup")?.object?.isEmpty == false
            || plugins.contains { $0["isWALArchiver"]?.bool == true && $0["enabled"]?.bool != false }
    }

    private static func scalar(_ value: JSONValue?) -> JSONValue? {
        switch value {
        case .string(let text): .string(text.cut(to: longestText))
        case .integer, .bool: value
        default: nil
        }
    }
}
