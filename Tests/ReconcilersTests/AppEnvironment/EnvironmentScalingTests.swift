import KubeAPI
import Testing

@testable import Reconcilers

@Suite("What scales the components of an environment")
struct EnvironmentScalingTests {
    private let hpa = """
        kind: HorizontalPodAutoscaler
        metadata: {name: mine, namespace: shop, uid: uid-mine}
        spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, maxReplicas: MOST}
        status: {conditions: [{type: ScalingActive, status: 'True'}]}
        """

    private func environment(
        _ component: String, _ fields: String = "", _ foreign: String..., replicas: Int? = 2
    ) throws -> ResolvedEnvironment {
        var environment = try ResolvedEnvironment.written(
            "tier: staging\n\(fields)\ncomponents: [{name: web, image: 'web:1', \(component)}]")
        environment.inputs.scalers["web"] = LiveScalers(
            of: environment.components[0].target, in: "shop", ownerUID: "uid-shop", replicas: replicas,
            objects: try foreign.map { try DynamicObject.fixture($0) }, isMade: { _ in false })
        return environment
    }

    private func hpa(most: Int) -> String { hpa.replacing("MOST", with: "\(most)") }

    private func condition(_ type: String, of environment: ResolvedEnvironment, replicas: Int = 2) throws -> Condition {
        var seen = EnvironmentObservation(environment)
        var metadata = ObjectMeta(name: "web", namespace: "shop")
        metadata.generation = 1
        seen.components[0].deployment = Deployment(
            metadata: metadata, spec: .init(replicas: replicas, selector: .matching([:]), template: [:]),
            status: .init(
                observedGeneration: 1, replicas: replicas, updatedReplicas: replicas, readyReplicas: replicas,
                availableReplicas: replicas))
        seen.components[0].scalers = environment.inputs.scalers["web"]
        seen.components[0].plan = environment.scalerPlan(of: environment.components[0])
        seen.isKEDAServed = environment.inputs.isKEDAServed
        return try #require(seen.status.conditions?.first { $0.type == type })
    }

    @Test("An HPA of somebody's cannot raise the quota; the check counts what it may ask for, and names it")
    func quota() throws {
        let greedy = try environment("replicas: 2", "", hpa(most: 100_000))
        let modest = try environment("replicas: 2")
        #expect(greedy.quotaHard == modest.quotaHard && greedy.quotaHard != nil)
        let check = QuotaCheck(greedy)
        #expect(!check.isSufficient)
        let message = try #require(check.finding(of: greedy)).message
        #expect(message.contains("that HorizontalPodAutoscaler shop/mine (up to 100000) may ask for"), "\(message)")
        #expect(QuotaCheck(try environment("replicas: 2", "", hpa(most: 3))).isSufficient)
        // Numbers that fit nowhere are no crash.
        let most = QuotaCheck(try environment("replicas: 2", "", hpa.replacing("MOST", with: "\(Int64.max)")))
        #expect(!most.isSufficient)
    }

    @Test(
        "A component that a scaler of somebody's has brought to 0 is not available, unless its spec lets it be without")
    func broughtToNone() throws {
        let scaledObject = """
            kind: ScaledObject
            metadata: {name: mine, namespace: shop, uid: uid-mine}
            spec: {scaleTargetRef: {name: web}, minReplicaCount: 0}
            """
        let taken = try environment("replicas: 2", "", scaledObject, replicas: 0)
        let condition = try condition("ComponentsAvailable", of: taken, replicas: 0)
        #expect(condition.status == .false)
        #expect(
            condition.message == """
                Deployment web is scaled to 0 by ScaledObject shop/mine, and is to have 2 pods: let that one ask for more, or \
                set replicas to 0 if it may be without
                """)
        #expect(try self.condition("Ready", of: taken, replicas: 0).status == .false)
        let allowed = try environment("replicas: 0", "", scaledObject, replicas: 0)
        #expect(try self.condition("ComponentsAvailable", of: allowed, replicas: 0).status == .true)
        let paused = try environment(
            "replicas: 2", "",
            scaledObject.replacing(
                "uid: uid-mine", with: "uid: u, annotations: {autoscaling.keda.sh/paused-replicas: '0'}"),
            replicas: 0)
        #expect(
            try self.condition("ComponentsAvailable", of: paused, replicas: 0).message
                .contains("ScaledObject shop/mine, which is paused by an annotation"))
    }

    @Test("Somebody's HPA shows in AutoscalingReady, and the component wants as many pods as it says")
    func foreign() throws {
        let left = try environment("replicas: 2", "", hpa(most: 9), replicas: 6)
        let condition = try condition("AutoscalingReady", of: left, replicas: 6)
        #expect(condition.status == .true && condition.reason == "ForeignScaler")
        #expect(condition.message == "HorizontalPodAutoscaler shop/mine scales component web, to 6 pods now")
        #expect(try self.condition("Ready", of: left, replicas: 6).status == .true)
        let deployment = try #require(try left.deployments().first)
        #expect(deployment.object[path: "spec", "replicas"] == nil && deployment.releasedFields == [.replicas])
    }

    @Test("Without KEDA the pods stay, and the condition says what is missing; none are begun at 0")
    func kedaMissing() throws {
        var without = try environment("autoscaling: {min: 0, max: 4, keda: {triggers: [{type: cron}]}}")
        without.inputs.isKEDAServed = false
        let condition = try condition("AutoscalingReady", of: without)
        #expect(condition.reason == "KEDANotInstalled" && condition.status == .false)
        #expect(condition.message.contains("remove spec.components[web].autoscaling.keda"))
        #expect(try without.deployments().first?.releasedFields == [.replicas])
        without.inputs.starting = ["web"]
        #expect(try without.deployments().first?.object[path: "spec", "replicas"] == 1)
    }

    @Test(
        "What KEDA says of a ScaledObject is in the condition",
        arguments: [
            (
                "Ready, status: 'False', reason: E, message: no answer from queue", "TriggerFailing",
                "ScaledObject web: no answer from queue"
            ),
            ("Ready, status: 'True'", "KEDAActive", "KEDA scales 1 component"),
            (
                "Ready, status: 'True'}, {type: Active, status: 'False'", "KEDAActive",
                "KEDA scales 1 component; component web has no pods while no trigger is active"
            ),
            ("Active, status: Unknown", "ScalerPending", "ScaledObject web has not been looked at by KEDA yet"),
        ])
    func keda(said: String, reason: String, message: String) throws {
        var environment = try environment(
            "autoscaling: {min: 0, max: 4, keda: {triggers: [{type: cron}]}}", replicas: 0)
        environment.inputs.scalers["web"]?.scaledObject = try DynamicObject.fixture(
            "kind: ScaledObject\nmetadata: {name: web, namespace: shop}\nstatus: {conditions: [{type: \(said)}]}")
        let condition = try condition("AutoscalingReady", of: environment, replicas: 0)
        #expect(condition.reason == reason && condition.message == message, "\(condition)")
    }

    @Test(
        "Under KEDA the quota and the budget take the most pods, and metrics beside those of the tier replace its default"
    )
    func bounds() throws {
        let byKEDA = try environment("autoscaling: {min: 0, max: 7, keda: {triggers: [{type: cron}]}}")
        #expect(ResourceNeed(byKEDA).total["pods"] == Quantity(units: 8))
        #expect(try byKEDA.disruptionBudgets().count == 1)
        let external = try environment(
            "autoscaling: {max: 7, metrics: [{type: External, external: {metric: {name: a}, target: {type: Value, value: '1'}}}]}"
        )
        let metrics = try #require(try external.autoscalers().first).object[path: "spec", "metrics"]?.elements
        #expect(metrics?.map { $0["type"] } == ["External"])
    }
}
