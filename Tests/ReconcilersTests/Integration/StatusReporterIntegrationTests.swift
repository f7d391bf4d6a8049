import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("Statuses that were left")
    struct StatusReporterIntegrationTests {
        @Test("A status that is written, a failure for one, is left no more: its second look is not put off")
        func told() async throws {
            try await TestCluster.run(.embedded) { cluster in
                let environment = ReconcilerEnvironment(
                    api: cluster.client, informers: InformerSet(source: cluster.client), gate: .alwaysOpen(),
                    events: CollectedEvents(), seal: .test)
                let reporter = StatusReporter(RegionalWorkerPool.resourceType, in: environment)
                let pool = try await cluster.makePool(
                    "pool", "regions: [{name: eu, nodeSelector: {matchLabels: {zone: a}}}]")
                var context = ReconcileContext()
                context.isSelfTriggered = true
                context.hasPendingWork = { true }
                try await ReconcileContext.$current.withValue(context) {
                    #expect(reporter.backlog.defers(pool) && reporter.backlog.defersPass(for: pool.key))
                    try await reporter.report(Finding(.invalidSpec, "wrong", .edit), on: pool)
                    #expect(!reporter.backlog.defersPass(for: pool.key))
                }
            }
        }
    }
}
