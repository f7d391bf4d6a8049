internal import KubeAPI

/// Events are one resource with two faces; they are stored as `v1`. Source: Kubernetes API reference, Event.
enum EventConversion {
    /// Names in `events.k8s.io/v1` and in `v1`.
    private static let renamed = [
        "note": "message", "regarding": "involvedObject", "reportingController": "reportingComponent",
        "deprecatedSource": "source", "deprecatedFirstTimestamp": "firstTimestamp",
        "deprecatedLastTimestamp": "lastTimestamp", "deprecatedCount": "count",
    ]
    private static let renamedBack = Dictionary(uniqueKeysWithValues: renamed.map { ($0.value, $0.key) })

    static func toEventsGroup(_ event: JSONValue) -> JSONValue { rename(event, renamedBack, "events.k8s.io/v1") }

    static func toCore(_ event: JSONValue) -> JSONValue { rename(event, renamed, "v1") }

    private static func rename(_ event: JSONValue, _ names: [String: String], _ apiVersion: String) -> JSONValue {
        var result = JSONObject()
        for (name, value) in event.object ?? [:] { result[names[name] ?? name] = value }
        result["apiVersion"] = .string(apiVersion)
        result["kind"] = "Event"
        return .object(result)
    }
}
