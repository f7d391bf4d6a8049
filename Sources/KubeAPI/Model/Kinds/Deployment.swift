/// Keeps a number of equal pods running. Source: Kubernetes API reference, Deployment apps/v1.
package struct Deployment: KubernetesObject, Hashable {
    package static let resourceType = ResourceType.deployment

    package struct Spec: Sendable, Hashable, Codable {
        /// `nil` leaves the number to an autoscaler; the API server's default is 1.
        package var replicas: Int?
        /// Immutable.
        package var selector: LabelSelector
        /// A PodTemplateSpec in full, kept as JSON so that nothing a user writes is lost.
        package var template: JSONValue
        package var strategy: Strategy?
        /// Seconds; the default is 0.
        package var minReadySeconds: Int?
        /// The default is 10.
        package var revisionHistoryLimit: Int?
        /// Seconds until a roll-out that does not move is reported; the default is 600.
        package var progressDeadlineSeconds: Int?
        package var paused: Bool?

        package init(
            replicas: Int? = nil, selector: LabelSelector, template: JSONValue, strategy: Strategy? = nil,
            minReadySeconds: Int? = nil, revisionHistoryLimit: Int? = nil, progressDeadlineSeconds: Int? = nil,
            paused: Bool? = nil
        ) {
            self.replicas = replicas
            self.selector = selector
            self.template = template
            self.strategy = strategy
            self.minReadySeconds = minReadySeconds
            self.revisionHistoryLimit = revisionHistoryLimit
            self.progressDeadlineSeconds = progressDeadlineSeconds
            self.paused = paused
        }
    }

    package struct Strategy: Sendable, Hashable, Codable {
        package enum Kind: String, Sendable, Codable {
            case recreate = "Recreate"
            case rollingUpdate = "RollingUpdate"
        }

        package struct RollingUpdate: Sendable, Hashable, Codable {
            /// The defaults are 25 %.
            package var maxUnavailable: IntOrString?
            package var maxSurge: IntOrString?

            package init(maxUnavailable: IntOrString? = nil, maxSurge: IntOrString? = nil) {
                self.maxUnavailable = maxUnavailable
                self.maxSurge = maxSurge
            }
        }

        package var type: Kind?
        package var rollingUpdate: RollingUpdate?

        package init(type: Kind? = nil, rollingUpdate: RollingUpdate? = nil) {
            self.type = type
            self.rollingUpdate = rollingUpdate
        }
    }

    /// Numbers that are zero are left out by the API server.
    package struct Status: Sendable, Hashable, Codable {
        package var observedGeneration: Int64?
        package var replicas: Int?
        package var updatedReplicas: Int?
        package var readyReplicas: Int?
        package var availableReplicas: Int?
        package var unavailableReplicas: Int?
        /// `Available`, `Progressing`, `ReplicaFailure`.
        package var conditions: [ObservedCondition]?

        package init(
            observedGeneration: Int64? = nil, replicas: Int? = nil, updatedReplicas: Int? = nil,
            readyReplicas: Int? = nil, availableReplicas: Int? = nil, unavailableReplicas: Int? = nil,
            conditions: [ObservedCondition]? = nil
        ) {
            self.observedGeneration = observedGeneration
            self.replicas = replicas
            self.updatedReplicas = updatedReplicas
            self.readyReplicas = readyReplicas
            self.availableReplicas = availableReplicas
            self.unavailableReplicas = unavailableReplicas
            self.conditions = conditions
        }
    }

    package var metadata: ObjectMeta
    package var spec: Spec
    package var status: Status?

    package init(metadata: ObjectMeta, spec: Spec, status: Status? = nil) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }

    /// The status speaks of the present spec, not of an earlier one.
    package var isObserved: Bool { (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0) }

    /// Every wanted pod is of the present template and available, and none of an earlier one is left.
    /// Source: kubectl, `rollout status`.
    package var isRolledOut: Bool {
        let wanted = spec.replicas ?? 1
        let updated = status?.updatedReplicas ?? 0
        return isObserved && updated >= wanted && (status?.replicas ?? 0) <= updated
            && (status?.availableReplicas ?? 0) >= updated
    }
}
