package import KubeAPI

extension RegionalWorkerPool {
    /// How the regions are scaled.
    package struct Scaling: Sendable, Hashable, Codable {
        package enum Engine: String, Sendable, Hashable, Codable {
            /// KEDA where it is installed and has triggers to look at, else an HPA.
            case auto = "Auto"
            case keda = "KEDA"
            case hpa = "HPA"
            /// `replicas` pods, as without `scaling`.
            case fixed = "Fixed"
        }

        package var engine: Engine
        package var minReplicas: Int
        package var maxReplicas: Int
        package var behavior: ScalingBehavior
        package var hpa: HPASettings
        package var keda: KEDASettings?
    }

    /// The two halves of an autoscaler's behaviour, as the user wrote them.
    package struct ScalingBehavior: Sendable, Hashable, Codable {
        package var scaleUp: JSONObject
        package var scaleDown: JSONObject
    }

    /// Targets in per cent of what the containers request.
    package struct HPASettings: Sendable, Hashable, Codable {
        package var cpuUtilization: Int
        package var memoryUtilization: Int?
    }

    package struct KEDASettings: Sendable, Hashable, Codable {
        /// Seconds.
        package var pollingInterval: Int
        /// Seconds; only between the last event and 0 pods.
        package var cooldownPeriod: Int
        /// As in a ScaledObject.
        package var fallback: JSONObject?
        /// As in a ScaledObject; `$(REGION)`, `$(POOL)` and `$(NAMESPACE)` stand for their values.
        package var triggers: [JSONObject]
        package var authentication: TriggerAuthenticationSettings?
        /// As in a ScaledObject.
        package var advanced: JSONObject?
    }

    package struct TriggerAuthenticationSettings: Sendable, Hashable, Codable {
        package var secretTargetRef: [SecretParameter]
    }

    /// A parameter of a trigger that stands in a Secret.
    package struct SecretParameter: Sendable, Hashable, Codable {
        package var parameter: String
        package var name: String
        package var key: String
    }
}

extension RegionalWorkerPool {
    /// What scales the regions of the pool.
    package enum Scaler: String, Sendable, Hashable {
        case keda = "KEDA"
        case hpa = "HPA"
        case fixed = "Fixed"
    }

    /// - Parameter isKEDAServed: whether the API server has KEDA's API.
    package func scaler(isKEDAServed: Bool) -> Scaler {
        guard let scaling = spec.scaling else { return .fixed }
        return switch scaling.engine {
        case .auto: isKEDAServed && scaling.keda != nil ? .keda : .hpa
        case .keda: .keda
        case .hpa: .hpa
        case .fixed: .fixed
        }
    }
}
