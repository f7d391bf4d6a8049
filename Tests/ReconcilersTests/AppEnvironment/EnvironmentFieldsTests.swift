import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Services, budgets, limits and existing claims of components")
struct EnvironmentFieldsTests {
    private func web(_ fields: String) throws -> Component {
        try ResolvedEnvironment.written("tier: staging\ncomponents: [{name: web, image: 'web:1', \(fields)}]")
            .components[0]
    }

    @Test(
        "A budget that lets no pod go is warned of, one that does is not",
        arguments: [
            ("disruption: {minAvailable: 1}", true), ("disruption: {maxUnavailable: 0}", true),
            ("replicas: 3, disruption: {minAvailable: 70%}", true),
            ("replicas: 3, disruption: {maxUnavailable: 0%}", true),
            ("disruption: {maxUnavailable: 1}", false), ("replicas: 3, disruption: {minAvailable: 2}", false),
            ("replicas: 3, disruption: {minAvailable: 66%}", false),
            ("replicas: 3, disruption: {maxUnavailable: 1%}", false),
            ("replicas: 0, disruption: {minAvailable: 1}", false), ("replicas: 3", false), ("pdb: 'Off'", false),
            ("autoscaling: {min: 1, max: 5}, disruption: {minAvailable: 1}", true),
        ])
    func drains(fields: String, blocks: Bool) throws {
        #expect((try web(fields).drainWarning != nil) == blocks)
    }

    @Test("The warning of a drain is in the status although nothing is wrong")
    func warning() throws {
        var seen = EnvironmentObservation(
            try ResolvedEnvironment.written(
                "tier: staging\ncomponents: [{name: web, image: 'web:1', replicas: 2, disruption: {minAvailable: 2}}]"))
        var metadata = ObjectMeta(name: "web", namespace: "shop")
        metadata.generation = 1
        seen.components[0].deployment = Deployment(
            metadata: metadata, spec: .init(replicas: 2, selector: .matching([:]), template: [:]),
            status: .init(
                observedGeneration: 1, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2))
        let available = try #require(seen.status.conditions?.first { $0.type == "ComponentsAvailable" })
        #expect(available.status == .true)
        #expect(
            available.message == """
                1 of 1 component ready; PodDisruptionBudget web lets no pod go at 2 pods: a drain of a node waits until \
                somebody deletes its pod of web
                """)
    }

    @Test("Ports of nodes and load balancers count against a quota")
    func services() throws {
        let environment = try ResolvedEnvironment.written(
            """
            tier: staging
            quota: {hard: {services.nodeports: 2, services.loadbalancers: 0}}
            components:
            - {name: a, image: 'a:1', ports: [{name: one, port: 1}, {name: two, port: 2}], service: {type: LoadBalancer}}
            - {name: b, image: 'b:1', ports: [{name: one, port: 1}], service: {type: NodePort}}
            - {name: c, image: 'c:1', ports: [{name: one, port: 1}]}
            """)
        let check = QuotaCheck(environment)
        #expect(check.required["services"] == "3")
        #expect(check.shortfall == ["services.nodeports": "1", "services.loadbalancers": "1"])
    }

    @Test("A pod whose containers are together more than limitRange.pod allows is told before anything is written")
    func podLimits() throws {
        func objection(_ most: String, foreign: [QuotaCheck.Bounds] = []) throws -> String? {
            let environment = try ResolvedEnvironment.written(
                """
                tier: staging
                limitRange: {pod: {max: {cpu: \(most)}}}
                components:
                - name: web
                  image: web:1
                  resources: {limits: {cpu: '1'}}
                  template: {spec: {containers: [{name: sidecar, image: 's:1', resources: {limits: {cpu: '1'}}}]}}
                """)
            return QuotaCheck(environment, bounds: foreign).objection
        }
        #expect(try objection("2") == nil)
        #expect(
            try objection("1500m") == """
                component web, all containers of a pod: limits.cpu 2 is more than LimitRange environment allows, 1500m
                """)
        let theirs = QuotaCheck.Bounds(name: "theirs", subject: .pod, minimum: ["cpu": "5"], maximum: [:])
        #expect(
            try objection("2", foreign: [theirs])?.contains("requests.cpu 1050m is less than LimitRange theirs") == true
        )
    }

    @Test("Two components share a claim only where both say that it can be shared, and both are named")
    func sharedClaim() throws {
        func violations(_ first: String, _ second: String) throws -> [Violation] {
            AppEnvironment.violations(
                in: try .fixture(
                    """
                    apiVersion: quartermaster.dev/v1alpha1
                    kind: AppEnvironment
                    metadata: {name: shop}
                    spec:
                      tier: staging
                      components:
                      - {name: a, image: 'a:1', volumes: [{name: data, path: /data, \(first)}]}
                      - {name: b, image: 'b:1', volumes: [{name: x, path: /x, \(second)}]}
                    """))
        }
        #expect(
            try violations("size: 1Gi, accessMode: ReadWriteMany", "existingClaim: a-data, accessMode: ReadWriteMany")
                == [])
        #expect(try violations("size: 1Gi", "existingClaim: other") == [])
        for (first, second) in [
            ("size: 1Gi", "existingClaim: a-data, accessMode: ReadWriteMany"), ("existingClaim: d", "existingClaim: d"),
        ] {
            let found = try #require(try violations(first, second).first)
            #expect(found.path == "spec.components[1].volumes")
            #expect(found.message.hasPrefix("components a and b both mount PersistentVolumeClaim "))
        }
    }
}
