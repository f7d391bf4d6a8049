internal import KubeAPI

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
