import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("Many environments", .serialized)
    struct EnvironmentScaleIntegrationTests {
        @Test("200 environments converge, and an hour of looking at them writes nothing")
        func manyEnvironments() async throws {
            try await TestCluster.run(.embedded) { cluster in
                try await TestOperator.runEnvironments(on: cluster) { process in
                    let names = (0..<200).map { "e\($0)" }
                    for name in names {
                        try await cluster.makeEnvironment(
                            name,
                            """
                            tier: staging
                            components:
                              - {name: web, image: 'web:1', ports: [{name: http, port: 80}], config: {A: b}}
                              - {name: api, image: 'api:1', ports: [{name: http, port: 80}]}
                              - {name: worker, image: 'worker:1', replicas: 2}
                              - {name: cache, image: 'cache:1', ports: [{name: redis, port: 6379}]}
                              - {name: database, image: 'database:1', volumes: [{name: data, path: /data, size: 1Gi}]}
                            """)
                    }
                    try await eventually("all Deployments are there", within: .seconds(180)) {
                        try await cluster.client.list(.deployment, namespace: nil).items.count == 1000
                    }
                    try await process.settled()
                    // What has just been written may be looked at once more.
                    try await Task.sleep(for: .seconds(2))
                    try await process.settled()
                    process.requests.forgetWrites()
                    // A resync each ten minutes.
                    for _ in 0..<6 {
                        for name in names {
                            _ = try await process.reconciler.reconcile(
                                ObjectKey(name: cluster.environmentName(name)))
                        }
                    }
                    #expect(process.requests.writes == [])
                }
            }
        }
    }
}
