internal import KubeAPI

/// One request that a decision of the simulation asks for.
///
/// Decisions are pure functions of what was observed, so a test compares their writes and no server is needed.
enum SimulatedWrite: Sendable, Hashable {
    case create(DynamicObject, ResourceType)
    /// A JSON merge patch; one with a `resourceVersion` in it is refused where the cache was behind.
    case patch(ResourceType, ObjectKey, JSONValue, subresource: String? = nil)
    /// - gracePeriod: seconds; `nil` leaves the object's own.
    case delete(ResourceType, ObjectKey, uid: String, gracePeriod: Int? = nil)
    /// Puts a pod on a node, as a scheduler does.
    case bind(pod: ObjectKey, uid: String, node: String)
    case event(SimulatedEvent)
}

/// What a component of a cluster tells about an object, for people.
struct SimulatedEvent: Sendable, Hashable {
    var regarding: DynamicObject
    var isWarning = false
    var reason: String
    var action: String
    var note: String
}

/// What is to be done about one object now, and when to look at it again without any change.
struct Decision: Sendable, Hashable {
    var writes: [SimulatedWrite] = []
    var checkAgain: Duration?

    static let nothing = Decision()

    /// The earlier of two times to look again.
    mutating func checkAgain(in duration: Duration?) {
        guard let duration else { return }
        checkAgain = checkAgain.map { min($0, duration) } ?? duration
    }
}

extension SimulatedWrite {
    var isPatch: Bool {
        if case .patch = self { true } else { false }
    }

    /// The patch that turns an object's observed status into the wanted one; `nil` where they are equal.
    ///
    /// - Parameter isGuarded: refuse the write where the object has changed since it was observed: for a status that
    ///   others write as well.
    static func status(
        _ wanted: JSONValue, of object: DynamicObject, as type: ResourceType, isGuarded: Bool = false
    ) -> SimulatedWrite? {
        guard let change = JSONValue.mergePatch(from: object["status"] ?? .object([:]), to: wanted) else { return nil }
        var patch: JSONValue = ["status": change]
        if isGuarded { patch["metadata"] = ["resourceVersion": .string(object.resourceVersion)] }
        return .patch(type, object.key, patch, subresource: "status")
    }
}

extension JSONValue {
    /// The JSON merge patch (RFC 7386) from one value to another; `nil` where they are equal.
    static func mergePatch(from old: JSONValue, to new: JSONValue) -> JSONValue? {
        if old == new { return nil }
        guard case .object(let oldFields) = old, case .object(let newFields) = new else { return new }
        var patch = JSONObject()
        for (key, value) in newFields {
            if let previous = oldFields[key] {
                patch[key] = mergePatch(from: previous, to: value)
            } else {
                patch[key] = value
            }
        }
        for (key, _) in oldFields where !newFields.contains(key) { patch[key] = .null }
        return .object(patch)
    }
}
