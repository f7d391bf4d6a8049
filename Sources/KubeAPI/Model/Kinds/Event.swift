/// Something that happened to an object, for people to read. Source: Kubernetes API reference, Event events.k8s.io/v1.
package struct Event: KubernetesObject, Hashable {
    package static let resourceType = ResourceType.event

    package enum Kind: String, Sendable, Codable {
        case normal = "Normal"
        case warning = "Warning"
    }

    /// The same event again and again: one object that is counted up.
    package struct Series: Sendable, Hashable, Codable {
        package var count: Int
        package var lastObservedTime: MicroTime

        package init(count: Int, lastObservedTime: MicroTime) {
            self.count = count
            self.lastObservedTime = lastObservedTime
        }
    }

    package var metadata: ObjectMeta
    /// Required.
    package var eventTime: MicroTime?
    package var type: Kind?
    /// A word in CamelCase, at most 128 characters.
    package var reason: String?
    /// What the reporter was doing; at most 128 characters.
    package var action: String?
    /// The message; at most 1,024 bytes.
    package var note: String?
    /// What the event is about; its namespace is the event's, or `default` for objects without one.
    package var regarding: ObjectReference?
    package var related: ObjectReference?
    /// As `quartermaster.dev/controller-name`: a qualified name.
    package var reportingController: String?
    /// The process; at most 128 characters.
    package var reportingInstance: String?
    package var series: Series?

    package init(
        metadata: ObjectMeta, eventTime: MicroTime?, type: Kind?, reason: String?, action: String?, note: String?,
        regarding: ObjectReference?, related: ObjectReference? = nil, reportingController: String?,
        reportingInstance: String?, series: Series? = nil
    ) {
        self.metadata = metadata
        self.eventTime = eventTime
        self.type = type
        self.reason = reason
        self.action = action
        self.note = note
        self.regarding = regarding
        self.related = related
        self.reportingController = reportingController
        self.reportingInstance = reportingInstance
        self.series = series
    }
}

/// Points at an object. Source: Kubernetes API reference, ObjectReference v1.
package struct ObjectReference: Sendable, Hashable, Codable {
    package var apiVersion: String?
    package var kind: String?
    package var namespace: String?
    package var name: String?
    package var uid: String?
    package var resourceVersion: String?
    /// A part of the object, such as `spec.containers{worker}`.
    package var fieldPath: String?

    package init(
        apiVersion: String? = nil, kind: String? = nil, namespace: String? = nil, name: String? = nil,
        uid: String? = nil, resourceVersion: String? = nil, fieldPath: String? = nil
    ) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.namespace = namespace
        self.name = name
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.fieldPath = fieldPath
    }
}
