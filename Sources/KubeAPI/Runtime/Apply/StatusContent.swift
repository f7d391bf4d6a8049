/// What a status says, apart from when it said it. Pure.
package enum StatusContent {
    /// The status to write: with the generation it was made from, and with transition times that moved only where a
    /// condition's status did.
    ///
    /// - Parameters:
    ///   - status: what was observed. Times of transitions in it are ignored.
    ///   - previous: the status that the object has.
    package static func completed(
        _ status: JSONObject, previous: JSONObject, generation: Int64, now: Timestamp
    ) -> JSONObject {
        var completed = status
        completed["observedGeneration"] = .integer(generation)
        guard let conditions = status["conditions"]?.array else { return completed }
        let before = previous["conditions"]?.array ?? []
        completed["conditions"] = .array(
            conditions.map { condition in
                let old = before.first { $0["type"] == condition["type"] }
                var condition = condition
                condition["observedGeneration"] = .integer(generation)
                let kept = old?["status"] == condition["status"] ? old?["lastTransitionTime"] : nil
                condition["lastTransitionTime"] = kept ?? .string(now.rfc3339)
                return condition
            })
        return completed
    }

    /// The merge patch that makes `previous` into `status`; `nil` where nothing is to be done.
    package static func patch(from previous: JSONObject, to status: JSONObject) -> JSONObject? {
        var patch = JSONObject()
        for (field, value) in status where previous[field] != value {
            if let new = value.object, let old = previous[field]?.object {
                patch[field] = self.patch(from: old, to: new).map(JSONValue.object)
            } else {
                patch[field] = value
            }
        }
        for field in previous.keys where !status.contains(field) { patch[field] = .null }
        return patch.isEmpty ? nil : patch
    }
}
