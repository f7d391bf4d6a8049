/// How an object is deleted. Source: Kubernetes API reference, DeleteOptions v1.
package struct DeleteOptions: Sendable, Hashable {
    package enum Propagation: String, Sendable {
        case orphan = "Orphan"
        case background = "Background"
        case foreground = "Foreground"
    }

    /// Only the object with this UID, not another of the same name.
    package var uid: String?
    /// Only while the object is at this version.
    package var resourceVersion: String?
    package var propagationPolicy: Propagation?
    package var gracePeriodSeconds: Int?
    package var dryRun: Bool

    package init(
        uid: String? = nil, resourceVersion: String? = nil, propagationPolicy: Propagation? = nil,
        gracePeriodSeconds: Int? = nil, dryRun: Bool = false
    ) {
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.propagationPolicy = propagationPolicy
        self.gracePeriodSeconds = gracePeriodSeconds
        self.dryRun = dryRun
    }

    var json: JSONValue {
        var body: JSONValue = ["kind": "DeleteOptions", "apiVersion": "v1"]
        body[path: ["preconditions", "uid"]] = uid.map(JSONValue.string)
        body[path: ["preconditions", "resourceVersion"]] = resourceVersion.map(JSONValue.string)
        body["propagationPolicy"] = propagationPolicy.map { .string($0.rawValue) }
        body["gracePeriodSeconds"] = gracePeriodSeconds.map { .integer(Int64($0)) }
        if dryRun { body["dryRun"] = ["All"] }
        return body
    }
}
