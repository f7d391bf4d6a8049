import KubeAPI
import Testing

@testable import Reconcilers

@Suite("What the status of a pool says of its scaling")
struct ScalingStatusTests {
    private let auto = "minReplicas: 2, maxReplicas: 9, keda: {triggers: [{type: cron}]}"

    /// A pool of one region with two nodes and a Deployment that wants `replicas` and has them.
    private func observation(
        _ scaling: String, isKEDAServed: Bool = true, hpa: String? = nil, scaledObject: String? = nil,
        replicas: Int = 6, _ change: (inout PoolObservation) throws -> Void = { _ in }
    ) throws -> PoolObservation {
        let pool = try RegionalWorkerPool.fixture(
            spec: "scaling: {\(scaling)}\nregions: [{name: eu, nodeSelector: {matchLabels: {zone: eu}}}]")
        var scalers = LiveScalers(ownerUID: "uid-pool", replicas: replicas)
        scalers.autoscaler = try hpa.map { try object("HorizontalPodAutoscaler", $0, owner: "uid-pool") }
        scalers.scaledObject = try scaledObject.map { try object("ScaledObject", $0, owner: "uid-pool") }
        let inputs = PoolInputs(isKEDAServed: isKEDAServed, scalers: ["eu": scalers])
        var seen = PoolObservation(ResolvedPool(pool, inputs))
        let region = seen.regions[0].region
        seen.regions[0].matched = 2
        seen.regions[0].claimed = 2
        var metadata = ObjectMeta(name: region.childName, namespace: "workers")
        metadata.generation = 1
        seen.regions[0].deployment = Deployment(
            metadata: metadata,
            spec: .init(replicas: replicas, selector: .matching(region.podSelector), template: [:]),
            status: .init(
                observedGeneration: 1, replicas: replicas, updatedReplicas: replicas, readyReplicas: replicas,
                availableReplicas: replicas))
        try change(&seen)
        return seen
    }

    /// - Parameter fields: YAML beside kind and name, in one line.
    private func object(_ kind: String, _ fields: String, owner: String) throws -> DynamicObject {
        var object = try DynamicObject.fixture("{kind: \(kind), \(fields)}")
        var metadata = object["metadata"] ?? [:]
        metadata["name"] = "pool-eu"
        metadata["namespace"] = "workers"
        metadata["ownerReferences"] = [
            [
                "apiVersion": "v1", "kind": "RegionalWorkerPool", "name": "pool", "uid": .string(owner),
                "controller": true,
            ]
        ]
        object["metadata"] = metadata
        return object
    }

    private func conditions(_ list: String) -> String { "status: {conditions: [\(list)]}" }

    private func condition(_ type: String, of seen: PoolObservation) -> Condition? {
        seen.status.conditions?.first { $0.type == type }
    }

    private func expect(
        _ seen: PoolObservation, _ status: Condition.Status, _ reason: Reason, _ message: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let found = condition("AutoscalingReady", of: seen)
        #expect(
            found?.status == status && found?.reason == reason.rawValue && found?.message == message,
            "\(String(describing: found))", sourceLocation: sourceLocation)
        // What nobody has looked at yet does not make the pool unready.
        #expect((condition("Ready", of: seen)?.status == .true) == (status != .false), sourceLocation: sourceLocation)
    }

    @Test("Pods wanted are those that the scaler wants, and the status names it")
    func desired() throws {
        let seen = try observation(auto, scaledObject: conditions("{type: Ready, status: \"True\"}"))
        expect(seen, .true, .kedaActive, "KEDA scales 1 region")
        #expect(seen.status.replicas == 6 && seen.status.readyReplicas == 6 && seen.status.scaler == "KEDA")
        let fixed = try observation("engine: Fixed", replicas: 1)
        expect(fixed, .true, .fixed, "the number of pods is fixed")
        #expect(fixed.status.scaler == "Fixed" && fixed.status.replicas == 1)
        let missing = try observation(auto) { $0.regions[0].deployment = nil }
        #expect(missing.status.replicas == 2, "the least that it will be")
    }

    @Test("A region at 0 pods needs no node")
    func zero() throws {
        let seen = try observation(
            "minReplicas: 0, keda: {triggers: [{type: cron}]}",
            scaledObject: conditions("{type: Ready, status: \"True\"}"),
            replicas: 0
        ) {
            $0.regions[0].matched = 0
            $0.regions[0].claimed = 0
        }
        #expect(condition("Ready", of: seen)?.status == .true)
    }

    @Test(
        "KEDA's own conditions and words decide",
        arguments: [
            (
                "{type: Ready, status: \"True\"}, {type: Fallback, status: \"False\"}", Reason.kedaActive,
                "KEDA scales 1 region"
            ),
            (
                "{type: Ready, status: \"False\", reason: TriggerError, message: no answer}", .triggerFailing,
                "ScaledObject pool-eu: no answer"
            ),
            (
                "{type: Ready, status: Unknown, reason: PartialTriggerError, message: some fail}", .triggerFailing,
                "ScaledObject pool-eu: some fail"
            ),
            (
                "{type: Ready, status: \"True\"}, {type: Fallback, status: \"True\", message: falling back}",
                .triggerFailing, "ScaledObject pool-eu: falling back"
            ),
            (
                "{type: Ready, status: Unknown}", .scalerPending,
                "ScaledObject pool-eu has not been looked at by KEDA yet"
            ),
            ("{type: 7}, {status: x}", .scalerPending, "ScaledObject pool-eu has not been looked at by KEDA yet"),
        ])
    func keda(list: String, reason: Reason, message: String) throws {
        let status: Condition.Status =
            switch reason {
            case .kedaActive: .true
            case .scalerPending: .unknown
            default: .false
            }
        expect(try observation(auto, scaledObject: conditions(list)), status, reason, message)
    }

    @Test(
        "A paused ScaledObject is as it should be, and is told",
        arguments: [
            ("paused: \"true\"", true), ("paused: \"\"", true), ("paused: \"false\"", false),
            ("paused-replicas: \"4\"", true), ("paused-scale-in: \"true\"", false),
        ])
    func paused(annotation: String, isPaused: Bool) throws {
        let seen = try observation(
            auto,
            scaledObject: "metadata: {annotations: {autoscaling.keda.sh/\(annotation)}}, "
                + conditions("{type: Ready, status: \"True\"}"))
        #expect(condition("AutoscalingReady", of: seen)?.reason == "KEDAActive")
        #expect(condition("AutoscalingReady", of: seen)?.message.contains("paused") == isPaused)
    }

    @Test(
        "An HPA says itself why it can't scale; at 0 pods it is switched off",
        arguments: [
            (
                "{type: AbleToScale, status: \"True\"}, {type: ScalingActive, status: \"True\"}", Reason.hpaActive,
                "HorizontalPodAutoscalers scale 1 region; KEDA is not installed"
            ),
            (
                "{type: ScalingActive, status: \"False\", reason: FailedGetResourceMetric, message: no metrics}",
                .triggerFailing, "HorizontalPodAutoscaler pool-eu: no metrics"
            ),
            (
                "{type: AbleToScale, status: \"False\", reason: FailedGetScale, message: no scale}", .triggerFailing,
                "HorizontalPodAutoscaler pool-eu: no scale"
            ),
            (
                "{type: ScalingActive, status: \"False\", reason: ScalingDisabled}", .hpaActive,
                """
                HorizontalPodAutoscalers scale 1 region; KEDA is not installed; region eu is switched off at 0 pods
                """
            ),
            ("", .scalerPending, "HorizontalPodAutoscaler pool-eu has not been looked at yet"),
        ])
    func hpa(list: String, reason: Reason, message: String) throws {
        let seen = try observation(auto, isKEDAServed: false, hpa: conditions(list))
        let status: Condition.Status =
            switch reason {
            case .hpaActive: .true
            case .scalerPending: .unknown
            default: .false
            }
        expect(seen, status, reason, message)
        #expect(seen.status.scaler == "HPA")
    }

    @Test("Without KEDA's API the engine KEDA waits for it; with Auto nothing is missing")
    func notInstalled() throws {
        expect(
            try observation("engine: KEDA, " + auto, isKEDAServed: false), .false, .kedaNotInstalled,
            """
            scaling.engine is KEDA, and the API server does not serve keda.sh/v1alpha1; install KEDA, or set the \
            engine to Auto or HPA
            """)
        expect(
            try observation(auto, isKEDAServed: false), .unknown, .scalerPending,
            "no HorizontalPodAutoscaler pool-eu yet")
    }

    @Test("A scaler that has to go first is named with what holds it")
    func obstacle() throws {
        let seen = try observation(
            "engine: Fixed",
            scaledObject: "metadata: {deletionTimestamp: \"2026-01-31T09:05:00Z\", finalizers: [finalizer.keda.sh]}")
        expect(
            seen, .false, .scalerPending,
            "region eu waits until ScaledObject workers/pool-eu (held by finalizer.keda.sh) is gone")
    }

    @Test("A scaler that could not be written is no matter of the pods")
    func failures() throws {
        let seen = try observation(auto) { seen in
            let words = "ScaledObject.keda.sh \"pool-eu\" is invalid: spec.triggers[0].metadata: Required value"
            seen.add(
                WriteFailure(
                    object: WrittenObject(.scaledObject, ObjectKey(namespace: "workers", name: "pool-eu")),
                    kind: .refused, message: words), to: "eu")
        }
        expect(
            seen, .false, .childRefused,
            """
            ScaledObject workers/pool-eu: ScaledObject.keda.sh "pool-eu" is invalid: spec.triggers[0].metadata: \
            Required value
            """)
        #expect(condition("Available", of: seen)?.status == .true)
        #expect(condition("Stalled", of: seen) != nil)
        let shared = try observation(auto) { seen in
            seen.add(
                WriteFailure(
                    object: WrittenObject(
                        .triggerAuthentication, ObjectKey(namespace: "workers", name: "pool-triggers")), kind: .refused,
                    message: "no"),
                to: "")
        }
        #expect(condition("AutoscalingReady", of: shared)?.reason == "ChildRefused")
    }
}
