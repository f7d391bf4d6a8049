/// A pod as seen from outside: where it runs, how it is doing and why. Source: Kubernetes API reference, Pod v1.
///
/// A view only: a pod's spec is not written through this type.
package struct Pod: KubernetesObject, Hashable {
    package static let resourceType = ResourceType.pod

    package struct Spec: Sendable, Hashable, Codable {
        /// Missing until the scheduler has found a node.
        package var nodeName: String?

        package init(nodeName: String? = nil) { self.nodeName = nodeName }
    }

    package struct Status: Sendable, Hashable, Codable {
        /// `Pending`, `Running`, `Succeeded`, `Failed`, `Unknown`.
        package var phase: String?
        /// Why the pod as a whole is in this phase, such as `Evicted`.
        package var reason: String?
        package var message: String?
        package var conditions: [ObservedCondition]?
        package var initContainerStatuses: [ContainerStatus]?
        package var containerStatuses: [ContainerStatus]?
        package var startTime: Timestamp?

        package init(
            phase: String? = nil, reason: String? = nil, message: String? = nil,
            conditions: [ObservedCondition]? = nil, initContainerStatuses: [ContainerStatus]? = nil,
            containerStatuses: [ContainerStatus]? = nil, startTime: Timestamp? = nil
        ) {
            self.phase = phase
            self.reason = reason
            self.message = message
            self.conditions = conditions
            self.initContainerStatuses = initContainerStatuses
            self.containerStatuses = containerStatuses
            self.startTime = startTime
        }
    }

    package var metadata: ObjectMeta
    package var spec: Spec?
    package var status: Status?

    package init(metadata: ObjectMeta, spec: Spec? = nil, status: Status? = nil) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }

    package var isReady: Bool { status?.conditions?.status(of: "Ready") == .true }
    package var isScheduled: Bool { !(spec?.nodeName ?? "").isEmpty }
    package var hasEnded: Bool { status?.phase == "Succeeded" || status?.phase == "Failed" }
}

/// How one container of a pod is doing.
package struct ContainerStatus: Sendable, Hashable, Codable {
    /// Exactly one of the three is set; none means waiting.
    package struct State: Sendable, Hashable, Codable {
        package struct Waiting: Sendable, Hashable, Codable {
            /// `ImagePullBackOff`, `CrashLoopBackOff`, `CreateContainerConfigError`, …
            package var reason: String?
            package var message: String?

            package init(reason: String? = nil, message: String? = nil) {
                self.reason = reason
                self.message = message
            }
        }

        package struct Running: Sendable, Hashable, Codable {
            package var startedAt: Timestamp?

            package init(startedAt: Timestamp? = nil) { self.startedAt = startedAt }
        }

        package struct Terminated: Sendable, Hashable, Codable {
            package var exitCode: Int
            package var reason: String?
            /// The termination log, at most 4,096 bytes.
            package var message: String?
            package var startedAt: Timestamp?
            package var finishedAt: Timestamp?

            package init(
                exitCode: Int, reason: String? = nil, message: String? = nil, startedAt: Timestamp? = nil,
                finishedAt: Timestamp? = nil
            ) {
                self.exitCode = exitCode
                self.reason = reason
                self.message = message
                self.startedAt = startedAt
                self.finishedAt = finishedAt
            }
        }

        package var waiting: Waiting?
        package var running: Running?
        package var terminated: Terminated?

        package init(waiting: Waiting? = nil, running: Running? = nil, terminated: Terminated? = nil) {
            self.waiting = waiting
            self.running = running
            self.terminated = terminated
        }
    }

    package var name: String
    package var ready: Bool
    package var restartCount: Int
    package var state: State?
    /// How the previous run of the container ended.
    package var lastState: State?

    package init(name: String, ready: Bool, restartCount: Int = 0, state: State? = nil, lastState: State? = nil) {
        self.name = name
        self.ready = ready
        self.restartCount = restartCount
        self.state = state
        self.lastState = lastState
    }
}
