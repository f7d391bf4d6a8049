import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("Many environments")
    struct EnvironmentScaleIntegrationTests {
        /// Simulated time: the server's clock, the operator's wall clock and the queue's waits move by the test's hand.
        @Test("200 environments of five components converge, and an hour that passes over them brings no write")
        func manyEnvironments() async throws {
            let time = SimulatedTime(try #require(Timestamp(rfc3339: "2026-06-01T12:00:30Z")))
            var options = EmbeddedAPIServerOptions()
            options.now = { time.now }
            try await TestCluster.run(.embedded, options: options) { cluster in
                try await TestOperator.runEnvironments(
                    on: cluster, now: { time.now }, time: TimeSource(time.queue)
                ) { process in
                    let names = (0..<200).map { "e\($0)" }
                    for name in names { try await cluster.makeEnvironment(name, Self.spec) }
                    try await eventually("all Deployments are there", within: .seconds(600)) {
                        // What was tried too early is tried again after a while. In small steps: a reconcile has a deadline.
                        time.advance(by: .milliseconds(5))
                        return Set(process.requests.writes.filter { $0.hasPrefix("PATCH deployments") }).count == 1000
                    }
                    try await quiet(process)
                    // What has just been written may be looked at once more.
                    try await resync(process, time)
                    let before = try await versions(cluster)
                    process.requests.forgetWrites()
                    let start = time.now
                    for _ in 0..<6 { try await resync(process, time) }
                    #expect(time.now - start >= .seconds(3600))
                    #expect(process.requests.writes == [])
                    #expect(try await versions(cluster) == before)
                    // A write would have been seen.
                    try await cluster.client.delete(.service, cluster.inEnvironment("e7", "web"))
                    try await eventually("it is made again", within: .seconds(60)) {
                        time.advance(by: .seconds(1))
                        let isBack = try await cluster.exists(.service, cluster.inEnvironment("e7", "web"))
                        return isBack && process.requests.writes.contains { $0.hasPrefix("PATCH services") }
                    }
                }
            }
        }

        private static let spec = """
            tier: staging
            components:
              - {name: web, image: 'web:1', ports: [{name: http, port: 80}], config: {A: b}}
              - {name: api, image: 'api:1', ports: [{name: http, port: 80}]}
              - {name: worker, image: 'worker:1', replicas: 2}
              - {name: cache, image: 'cache:1', ports: [{name: redis, port: 6379}]}
              - {name: database, image: 'database:1', volumes: [{name: data, path: /data, size: 1Gi}]}
            """

        /// Lets so much time pass that the controller looks at everything again by itself, and waits until it has.
        private func resync(_ process: TestOperator, _ time: SimulatedTime) async throws {
            let before = process.reconciles
            // Ten minutes, with the jitter.
            for _ in 0..<11 { time.advance(by: .seconds(60)) }
            try await eventually("every environment is looked at", within: .seconds(600)) {
                process.reconciles - before >= 200
            }
            try await quiet(process)
        }

        private func quiet(_ process: TestOperator) async throws {
            try await eventually("the queue is empty", within: .seconds(600)) {
                process.controller.queue.depth == 0 && process.controller.queue.keysInProgress.isEmpty
            }
        }

        /// Of the environments: their statuses too.
        private func versions(_ cluster: TestCluster) async throws -> [ObjectKey: String] {
            let environments = try await cluster.client.list(AppEnvironment.resourceType, namespace: nil).items
            return Dictionary(uniqueKeysWithValues: environments.map { ($0.key, $0.resourceVersion) })
        }
    }
}
