/// Source: Kubernetes API reference, Namespace v1.
package struct Namespace: KubernetesObject, Hashable {
    package static let resourceType = ResourceType.namespace

    package struct Status: Sendable, Hashable, Codable {
        /// `Active` or `Terminating`.
        package var phase: String?
        package var conditions: [ObservedCondition]?
    }

    package var metadata: ObjectMeta
    package var status: Status?

    package init(metadata: ObjectMeta, status: Status? = nil) {
        self.metadata = metadata
        self.status = status
    }
}
