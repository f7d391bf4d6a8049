internal import KubeAPI

// What the scaler of a region says of itself. KEDA and the HPA controller know best why they can't scale; their words
// go into the status.
extension RegionObservation {
    /// How a region is scaled.
    enum Scaling {
        case active(String)
        /// Nobody has said anything yet, and that may well be for good: KEDA's definitions alone scale nothing.
        case unknown(String)
        case failing(Finding)
    }

    func scaling(by scaler: RegionalWorkerPool.Scaler, isKEDAServed: Bool) -> Scaling {
        if let obstacle = plan.obstacle {
            return .failing(
                Finding(.scalerPending, "region \(region.name) waits until \(obstacle) is gone", .wait))
        }
        if let failure = scalerFailures.mostPressing { return .failing(failure.scalerFinding) }
        return switch scaler {
        case .fixed: .active("")
        case .hpa: scalers?.autoscaler.map(hpaScaling) ?? .unknown("no HorizontalPodAutoscaler \(region.childName) yet")
        case .keda where !isKEDAServed:
            .failing(
                Finding(
                    .kedaNotInstalled,
                    """
                    scaling.engine is KEDA, and the API server does not serve \(ResourceType.scaledObject.apiVersion); \
                    install KEDA, or set the engine to Auto or HPA
                    """, .wait))
        case .keda: scalers?.scaledObject.map(kedaScaling) ?? .unknown("no ScaledObject \(region.childName) yet")
        }
    }

    private func hpaScaling(_ autoscaler: DynamicObject) -> Scaling {
        switch AutoscalerState(autoscaler) {
        case .active: .active("")
        case .switchedOff: .active("region \(region.name) is switched off at 0 pods")
        case .unknown: .unknown("HorizontalPodAutoscaler \(region.childName) has not been looked at yet")
        case .failing(let words): .failing(trouble(with: autoscaler, words))
        }
    }

    /// Source: KEDA, "ScaledObject specification" and the conditions of its status.
    private func kedaScaling(_ object: DynamicObject) -> Scaling {
        let conditions = object.observedConditions
        if object.isPaused { return .active("region \(region.name) is paused by an annotation on its ScaledObject") }
        guard let ready = conditions["Ready"], ready.status != .unknown || ready.reason == "PartialTriggerError" else {
            return .unknown("ScaledObject \(region.childName) has not been looked at by KEDA yet")
        }
        if ready.status != .true { return .failing(trouble(with: object, ready.words)) }
        if let fallback = conditions["Fallback"], fallback.status == .true {
            return .failing(trouble(with: object, fallback.words))
        }
        return .active("")
    }

    private func trouble(with object: DynamicObject, _ words: String) -> Finding {
        Finding(.triggerFailing, "\(object.kind) \(region.childName): \(words)", .wait)
    }
}

extension DynamicObject {
    /// KEDA takes an annotation that is there as a yes, unless it says no. Source: KEDA, "Pausing autoscaling".
    fileprivate var isPaused: Bool {
        let annotations = annotations
        if annotations["autoscaling.keda.sh/paused-replicas"] != nil { return true }
        return annotations["autoscaling.keda.sh/paused"].map { !["false", "0", "f"].contains($0.lowercased()) } ?? false
    }
}

extension PoolObservation {
    /// Adds `AutoscalingReady`. What nobody has looked at yet does not keep the pool from being Ready.
    func addScaling(to conditions: inout Conditions) {
        let states = regions.map { $0.scaling(by: pool.scaler, isKEDAServed: pool.inputs.isKEDAServed) }
        let findings =
            failures.filter(\.isAboutScaler).map(\.scalerFinding)
            + states.compactMap { if case .failing(let finding) = $0 { finding } else { nil } }
        let unknown = states.compactMap { if case .unknown(let message) = $0 { message } else { nil } }
        if findings.isEmpty, let first = unknown.first {
            conditions.note(.autoscalingReady, .unknown, .scalerPending, first)
        } else {
            let notes = states.compactMap { if case .active(let note) = $0, !note.isEmpty { note } else { nil } }
            conditions.add(
                .autoscalingReady, findings.mostPressing, orElse: pool.scaler.activeReason,
                ([scaling] + notes).joined(separator: "; "))
        }
    }

    private var scaling: String {
        switch pool.scaler {
        case .fixed: "the number of pods is fixed"
        case .keda: "KEDA scales \(regions.count.counted("region"))"
        case .hpa:
            "HorizontalPodAutoscalers scale \(regions.count.counted("region"))"
                + (pool.spec.scaling?.engine == .auto && !pool.inputs.isKEDAServed ? "; KEDA is not installed" : "")
        }
    }
}

extension WriteFailure {
    fileprivate var scalerFinding: Finding {
        switch kind {
        case .refused: Finding(.childRefused, "\(object): \(message)", .edit)
        case .nameTaken: Finding(.nameConflict, message, .edit)
        case .contended: Finding(.contended, "\(object): \(message)", .edit)
        case .waiting: Finding(.scalerPending, message, .wait)
        case .terminating: finding
        case .transient: Finding(.writeFailed, "\(object) could not be written: \(message)", .wait)
        }
    }
}

extension RegionalWorkerPool.Scaler {
    fileprivate var activeReason: Reason {
        switch self {
        case .keda: .kedaActive
        case .hpa: .hpaActive
        case .fixed: .fixed
        }
    }
}
