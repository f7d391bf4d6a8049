@testable import KubeAPI

/// Expressions on an object with a schema.
struct CELFixture {
    var schema: JSONValue = [
        "type": "object",
        "properties": [
            "name": ["type": "string"], "count": ["type": "integer"], "share": ["type": "number"],
            "flag": ["type": "boolean"], "port": ["x-kubernetes-int-or-string": true],
            "since": ["type": "string", "format": "date-time"], "wait": ["type": "string", "format": "duration"],
            "data": ["type": "string", "format": "byte"],
            "missing": ["type": "string"], "namespace": ["type": "string"], "a.b-c/d__e": ["type": "string"],
            "tags": ["type": "array", "items": ["type": "string"], "x-kubernetes-list-type": "set"],
            "steps": ["type": "array", "items": ["type": "string"]],
            "labels": ["type": "object", "additionalProperties": ["type": "string"]],
            "ports": [
                "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
                "items": [
                    "type": "object",
                    "properties": ["name": ["type": "string"], "number": ["type": "integer"]],
                ],
            ],
            "open": ["type": "object", "x-kubernetes-preserve-unknown-fields": true],
            "unknown": ["x-kubernetes-preserve-unknown-fields": true],
        ],
    ]

    var value: JSONValue = [
        "name": "größe", "count": 3, "share": 1, "flag": true, "port": "http", "since": "2026-01-31T09:05:00Z",
        "wait": "1h30m", "data": "YWI=", "namespace": "n", "a.b-c/d__e": "odd", "tags": ["a", "b"],
        "steps": ["a", "b"], "labels": ["x/y": "1", "for": "2"],
        "ports": [["name": "web", "number": 80], ["name": "dns", "number": 53]], "open": ["z": 1],
    ]

    func program(_ source: String) throws(CELError) -> CELProgram {
        let type = CELSchema.make(schema).map { CELType($0) } ?? .dynamic
        return try CELProgram(source, variables: [("self", type), ("dynamic", .dynamic)])
    }

    /// The value of an expression; `dynamic` is `self` of which nothing is known beforehand.
    func evaluate(_ source: String, budget: Int = 1_000_000) throws(CELError) -> CELValue {
        var budget = budget
        let own = CELValue(value, CELSchema.make(schema) ?? .any)
        return try program(source).evaluate([own, own], budget: &budget)
    }

    /// What an evaluation takes of its budget.
    func cost(_ source: String) throws(CELError) -> Int {
        let all = 1_000_000
        var budget = all
        let own = CELValue(value, CELSchema.make(schema) ?? .any)
        _ = try program(source).evaluate([own, own], budget: &budget)
        return all - budget
    }
}
