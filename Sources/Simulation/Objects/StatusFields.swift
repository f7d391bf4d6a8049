internal import KubeAPI

/// Builds a status as Kubernetes serialises it: counts of zero and empty values are left out.
struct StatusFields {
    private(set) var fields = JSONObject()

    /// Keeps the fields that the simulation does not compute itself.
    init(keeping kept: [String] = [], of status: JSONValue? = nil) {
        for key in kept { fields[key] = status?[key] }
    }

    mutating func set(_ key: String, _ value: JSONValue?) { fields[key] = value }

    mutating func set(_ key: String, count: Int) { fields[key] = count == 0 ? nil : .integer(Int64(count)) }

    /// For counts that are written even where they are zero.
    mutating func set(_ key: String, always count: Int) { fields[key] = .integer(Int64(count)) }

    mutating func set(_ key: String, conditions: [JSONValue]) {
        fields[key] = conditions.isEmpty ? nil : .array(conditions)
    }

    var json: JSONValue { .object(fields) }
}

/// The conditions of a status. Which times a condition carries differs between kinds, so they are kept as JSON.
struct ConditionList: Sendable, Hashable {
    private(set) var conditions: [JSONValue]

    init(of object: DynamicObject) { conditions = object[path: "status", "conditions"]?.array ?? [] }

    subscript(type: String) -> JSONValue? { conditions.first { $0["type"]?.string == type } }

    func isTrue(_ type: String) -> Bool { self[type]?["status"]?.string == "True" }

    func reason(_ type: String) -> String? { self[type]?["reason"]?.string }

    mutating func remove(_ type: String) { conditions.removeAll { $0["type"]?.string == type } }

    /// Puts a condition in place. `lastTransitionTime` moves only with the status.
    ///
    /// - Parameters:
    ///   - message: `nil` leaves the field out, as conditions of pods do.
    ///   - times: names of the fields that take the time of this change beside `lastTransitionTime`.
    mutating func set(
        _ type: String, _ status: Bool, reason: String?, message: String?, now: Timestamp, times: [String] = []
    ) {
        let value = status ? "True" : "False"
        let previous = self[type]
        var condition = JSONObject([("type", .string(type)), ("status", .string(value))])
        for time in times { condition[time] = .string(now.rfc3339) }
        let isUnmoved = previous?["status"]?.string == value
        condition["lastTransitionTime"] = (isUnmoved ? previous?["lastTransitionTime"] : nil) ?? .string(now.rfc3339)
        condition["reason"] = reason.map(JSONValue.string)
        condition["message"] = message.map(JSONValue.string)
        if let index = conditions.firstIndex(where: { $0["type"]?.string == type }) {
            conditions[index] = .object(condition)
        } else {
            conditions.append(.object(condition))
        }
    }

    /// As `set`, but a condition that already says the same status and reason stays as it is, message and all: what
    /// Kubernetes' workload controllers do.
    mutating func setUnlessSame(
        _ type: String, _ status: Bool, reason: String, message: String, now: Timestamp, times: [String] = []
    ) {
        if isTrue(type) == status, self[type] != nil, self.reason(type) == reason { return }
        set(type, status, reason: reason, message: message, now: now, times: times)
    }

    /// For the third value of a status, which few conditions use.
    mutating func setStatus(_ type: String, to status: String) {
        guard let index = conditions.firstIndex(where: { $0["type"]?.string == type }) else { return }
        conditions[index]["status"] = .string(status)
    }
}
