import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Who scales a region, and how that changes")
struct ScalerPlanTests {
    private let keda = "keda: {triggers: [{type: cron}]}"

    private func pool(_ scaling: String) throws -> RegionalWorkerPool {
        try .fixture(
            spec: """
                replicas: 5
                scaling: {\(scaling)}
                regions: [{name: eu, nodeSelector: {matchLabels: {zone: eu}}, minReplicas: 2}]
                """)
    }

    @Test(
        "Auto is KEDA where it is served and has triggers, else an HPA; the others are what they say",
        arguments: [
            ("keda: {triggers: [{type: cron}]}", true, "KEDA"), ("keda: {triggers: [{type: cron}]}", false, "HPA"),
            ("maxReplicas: 4", true, "HPA"), ("engine: HPA, keda: {triggers: [{type: cron}]}", true, "HPA"),
            ("engine: KEDA, keda: {triggers: [{type: cron}]}", false, "KEDA"), ("engine: Fixed", true, "Fixed"),
        ])
    func engines(scaling: String, isServed: Bool, want: String) throws {
        #expect(try ResolvedPool(pool(scaling), PoolInputs(isKEDAServed: isServed)).scaler.rawValue == want)
    }

    /// What is there now, as one word each.
    private enum Live: String, CaseIterable {
        case nothing, ours, kedas, kedasAndScaledObject, scaledObject, foreign

        func scalers(replicas: Int? = 6) throws -> LiveScalers {
            let controllers: [Live: String] = [
                .ours: "{apiVersion: quartermaster.dev/v1alpha1, kind: RegionalWorkerPool, name: pool, uid: uid-pool}",
                .kedas: "{apiVersion: keda.sh/v1alpha1, kind: ScaledObject, name: pool-eu, uid: uid-so}",
                .kedasAndScaledObject: "{apiVersion: keda.sh/v1alpha1, kind: ScaledObject, name: pool-eu, uid: uid-so}",
            ]
            var scalers = LiveScalers(ownerUID: "uid-pool", replicas: replicas)
            if self != .nothing, self != .scaledObject {
                var autoscaler = try DynamicObject.fixture(
                    """
                    kind: HorizontalPodAutoscaler
                    metadata: {name: pool-eu, namespace: workers, uid: uid-hpa}
                    """)
                if let controller = controllers[self] {
                    var reference = try YAML.parseDocument(Array(controller.utf8))
                    reference["controller"] = true
                    autoscaler[path: "metadata", "ownerReferences"] = [reference]
                }
                scalers.autoscaler = autoscaler
            }
            if self == .scaledObject || self == .kedasAndScaledObject {
                scalers.scaledObject = try .fixture(
                    "kind: ScaledObject\nmetadata: {name: pool-eu, namespace: workers, uid: uid-so}")
            }
            return scalers
        }
    }

    private func plan(_ scaler: Scaler, _ live: LiveScalers?, served: Bool = true) throws
        -> ScalerPlan
    {
        ScalerPlan(for: try pool(keda).region("eu").target, by: scaler, live: live, isKEDAServed: served)
    }

    @Test("Only where nothing scales is the number ours, and never while a scaler is active")
    func numberOfPods() throws {
        let region = try RegionalWorkerPool.fixture(
            spec: "replicas: 5\nregions: [{name: eu, nodeSelector: {matchLabels: {zone: eu}}}]"
        ).region("eu")
        for live in Live.allCases {
            let fixed = ScalerPlan(for: region.target, by: .fixed, live: try live.scalers(), isKEDAServed: true)
            let isFree = live == .nothing || live == .foreign
            #expect(fixed.replicas == (isFree ? 5 : nil) && (fixed.obstacle == nil) == isFree, "\(live)")
            #expect(fixed.autoscaler == .none && !fixed.hasScaledObject && fixed.orphan == nil, "\(live)")
            for scaler in [Scaler.hpa, .keda] {
                for served in [true, false] {
                    #expect(try plan(scaler, live.scalers(), served: served).replicas == nil)
                }
            }
        }
    }

    @Test("KEDA gets our HPA as it is: it is neither written nor pruned until KEDA has it")
    func toKEDA() throws {
        // Somebody else's autoscaler of that name would be KEDA's, too.
        let taken = try plan(.keda, Live.foreign.scalers())
        #expect(!taken.hasScaledObject && taken.obstacle == "HorizontalPodAutoscaler workers/pool-eu")
        #expect(taken.replicas == nil)
        for live in Live.allCases where live != .foreign {
            let plan = try plan(.keda, live.scalers())
            #expect(plan.hasScaledObject && plan.orphan == nil && plan.firstReplicas == nil)
            #expect(plan.autoscaler == (live == .ours ? .held : .none), "\(live)")
        }
    }

    @Test("An HPA waits for KEDA's to go, and is made at once where there is none")
    func toHPA() throws {
        for live in [Live.nothing, .ours, .foreign, .scaledObject] {
            let plan = try plan(.hpa, live.scalers())
            #expect(plan.autoscaler == .written && plan.obstacle == nil && !plan.hasScaledObject, "\(live)")
        }
        let waiting = try plan(.hpa, Live.kedasAndScaledObject.scalers())
        #expect(waiting.autoscaler == .none && waiting.orphan == nil)
        #expect(waiting.obstacle == "ScaledObject workers/pool-eu")
    }

    @Test("What KEDA has left behind is deleted only when its API is gone")
    func orphans() throws {
        let live = try Live.kedas.scalers()
        #expect(try plan(.hpa, live).orphan == nil)
        let gone = try plan(.hpa, live, served: false)
        #expect(gone.orphan?.uid == "uid-hpa" && gone.autoscaler == .written && gone.obstacle == nil)
        #expect(try plan(.fixed, live, served: false).orphan?.uid == "uid-hpa")
        #expect(try plan(.fixed, live, served: false).replicas == nil, "it may still scale")
        #expect(try plan(.keda, live, served: false).orphan == nil)
    }

    @Test("A region that KEDA has left at 0 is woken before its HPA is made; one with an HPA at 0 is left alone")
    func zero() throws {
        #expect(try plan(.hpa, Live.nothing.scalers(replicas: 0)).firstReplicas == 2)
        #expect(try plan(.hpa, Live.kedas.scalers(replicas: 0), served: false).firstReplicas == 2)
        #expect(try plan(.hpa, Live.ours.scalers(replicas: 0)).firstReplicas == nil)
        #expect(try plan(.hpa, Live.nothing.scalers(replicas: 6)).firstReplicas == nil)
        #expect(try plan(.hpa, Live.nothing.scalers(replicas: nil)).firstReplicas == nil)
    }

    @Test("An obstacle names the finalizers that hold it")
    func obstacle() throws {
        var live = try Live.scaledObject.scalers()
        live.scaledObject?[path: "metadata", "deletionTimestamp"] = "2026-01-31T09:05:00Z"
        live.scaledObject?[path: "metadata", "finalizers"] = ["finalizer.keda.sh"]
        #expect(
            try plan(.fixed, live).obstacle == "ScaledObject workers/pool-eu (held by finalizer.keda.sh)")
    }

    @Test(
        "Names in parentheses are replaced, unknown ones and escaped ones stay",
        arguments: [
            ("queue:$(REGION):wait", "queue:eu:wait"), ("$(REGION)$(REGION)", "eueu"), ("$$(REGION)", "$(REGION)"),
            ("$(OTHER) $", "$(OTHER) $"), ("$(REGION", "$(REGION"), ("5", "5"), ("$$5", "$$5"), ("é$(REGION)é", "éeué"),
            ("$($(REGION))", "$(eu)"),
        ])
    func substitution(text: String, want: String) {
        #expect(text.substituting(["REGION": "eu"]) == want)
    }
}
