internal import KubeAPI

// What a scaler says of itself. KEDA and the HPA controller know best why they can't scale; their words go into the status.

/// How a part of an object of ours is scaled.
enum ScalerState: Sendable {
    /// - note: what is worth telling nevertheless; often empty.
    case active(String)
    /// Nobody has said anything yet, and that may well be for good: KEDA's definitions alone scale nothing.
    case unknown(String)
    case failing(Finding)

    /// - Parameter part: `region eu`, `component web`.
    init(autoscaler: DynamicObject, of part: String) {
        self =
            switch AutoscalerState(autoscaler) {
            case .active: .active("")
            case .switchedOff: .active("\(part) is switched off at 0 pods")
            case .unknown: .unknown("HorizontalPodAutoscaler \(autoscaler.name) has not been looked at yet")
            case .failing(let words): .failing(.trouble(with: autoscaler, words))
            }
    }

    /// Source: KEDA, "ScaledObject specification" and the conditions of its status.
    ///
    /// - Parameter replicas: the pods that the part is to have by now, where that is to be explained.
    init(scaledObject object: DynamicObject, of part: String, replicas: Int? = nil) {
        let conditions = object.observedConditions
        if object.isPaused {
            self = .active("\(part) is paused by an annotation on its ScaledObject")
        } else if let ready = conditions["Ready"], ready.status != .unknown || ready.reason == "PartialTriggerError" {
            if ready.status != .true {
                self = .failing(.trouble(with: object, ready.words))
            } else if let fallback = conditions["Fallback"], fallback.status == .true {
                self = .failing(.trouble(with: object, fallback.words))
            } else {
                let isIdle = replicas == 0 && conditions["Active"]?.status == .false
                self = .active(isIdle ? "\(part) has no pods while no trigger is active" : "")
            }
        } else {
            self = .unknown("ScaledObject \(object.name) has not been looked at by KEDA yet")
        }
    }
}

extension Finding {
    fileprivate static func trouble(with object: DynamicObject, _ words: String) -> Finding {
        Finding(.triggerFailing, "\(object.kind) \(object.name): \(words)", .wait)
    }
}

extension DynamicObject {
    /// KEDA takes an annotation that is there as a yes, unless it says no. Source: KEDA, "Pausing autoscaling".
    var isPaused: Bool {
        let annotations = annotations
        if annotations["autoscaling.keda.sh/paused-replicas"] != nil { return true }
        return annotations["autoscaling.keda.sh/paused"].map { !["false", "0", "f"].contains($0.lowercased()) } ?? false
    }
}

extension LiveScalers {
    /// What is to be said of scalers of others; `nil` where there are none.
    ///
    /// - Parameters:
    ///   - part: `region eu`, `component web`.
    ///   - setting: the field by which the owner scales the part itself; `nil` where it does not.
    ///   - adopter: the field that lets the owner take over an autoscaler of the workload's name; `nil` where there is none.
    func foreignState(
        _ plan: ScalerPlan, of part: String, setting: String?, adopter: String? = nil
    ) -> ScalerState? {
        guard let first = foreign.first else { return nil }
        if let setting {
            let words =
                plan.isLeft
                ? "\(first.name) scales \(part) already, and it is left to that one"
                : "\(first.name) scales \(part) too, against \(own.map { "\($0.kind) \($0.key)" } ?? "the operator")"
            let isAdoptable = plan.isLeft && first.object.uid == autoscaler?.uid
            let adoption = adopter.map { isAdoptable ? "list it in \($0) to take it over, " : "" } ?? ""
            return .failing(
                Finding(.foreignScaler, "\(words): \(adoption)delete \(first.name), or remove \(setting)", .edit))
        }
        if plan.obstacle != nil { return nil }
        guard foreign.count == 1 else {
            let names = foreign.map(\.name)
            return .failing(
                Finding(
                    .foreignScaler, "\(names.listed) scale \(part) against each other: delete all but one of them",
                    .edit))
        }
        let state = first.state(of: part)
        guard case .active(let note) = state else { return state }
        let now = replicas.map { ", to \($0.counted("pod")) now" } ?? ""
        return .active("\(first.name) scales \(part)\(now)\(note.isEmpty ? "" : "; \(note)")")
    }

    private var own: DynamicObject? { scaledObject ?? (holder == .other ? nil : autoscaler) }

    /// What VerticalPodAutoscalers do to a part. They are let be: they change pods, and no number of them.
    func verticalNotes(of part: String) -> [String] {
        let autoscalers = (foreign.map(\.object) + [own].compactMap(\.self)).filter { !$0.scaledResources.isEmpty }
        return vertical.map { vertical in
            let words = "\(vertical.name) sets what the pods of \(part) request"
            guard let autoscaler = autoscalers.first else { return words }
            return """
                \(words), and \(autoscaler.kind) \(autoscaler.key) counts pods by what they use of it \
                (\(autoscaler.scaledResources.sorted().joined(separator: ", "))): one works against the other
                """
        }
    }

    /// Why a part has no pods that is to have some, where a scaler has brought it there.
    ///
    /// - Parameters:
    ///   - name: of the workload, as `Deployment web`.
    ///   - least: how many pods it is to have at least.
    ///   - cure: what allows 0, such as `set replicas to 0`.
    func emptied(_ name: String, least: Int, unless cure: String) -> Finding? {
        guard replicas == 0, least > 0, let scaler = foreign.first?.object ?? scaledObject else { return nil }
        let pause = scaler.isPaused ? ", which is paused by an annotation" : ""
        return Finding(
            .unavailable,
            """
            \(name) is scaled to 0 by \(scaler.kind) \(scaler.key)\(pause), and is to have \(least.counted("pod")): let \
            that one ask for more, or \(cure) if it may be without
            """, .wait)
    }
}

extension WriteFailure {
    private static let scalerTypes: [ResourceType] = [.horizontalPodAutoscaler, .scaledObject, .triggerAuthentication]

    /// Whether what scales the pods could not be written, and not the pods.
    var isAboutScaler: Bool { object.isOne(of: Self.scalerTypes) }

    var scalerFinding: Finding {
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

extension Sequence<ScalerState> {
    var findings: [Finding] { compactMap { if case .failing(let finding) = $0 { finding } else { nil } } }
    var unknowns: [String] { compactMap { if case .unknown(let message) = $0 { message } else { nil } } }
    var notes: [String] { compactMap { if case .active(let note) = $0, !note.isEmpty { note } else { nil } } }
}
