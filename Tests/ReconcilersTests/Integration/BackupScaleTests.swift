import EmbeddedAPIServer
import KubeAPI
import Support
import Synchronization
import Testing

@testable import Reconcilers

extension IntegrationTests {
    /// Simulated time: the server's clock, the operator's wall clock and the queue's waits all move by the test's hand.
    @Suite("Many BackupPolicies")
    struct BackupScaleTests {
        private func run(
            at start: String, _ body: (TestCluster, TestOperator, SimulatedTime) async throws -> Void
        ) async throws {
            let time = SimulatedTime(try #require(Timestamp(rfc3339: start)))
            var options = EmbeddedAPIServerOptions()
            options.now = { time.now }
            options.usesTLS = false
            try await TestCluster.run(.embedded, options: options) { cluster in
                try await TestOperator.runBackups(on: cluster, now: { time.now }, time: TimeSource(time.queue)) {
                    try await body(cluster, $0, time)
                }
            }
        }

        private func settled(_ process: TestOperator) async throws {
            try await eventually("the queue is empty", within: .seconds(900)) {
                process.controller.queue.depth == 0 && process.controller.queue.keysInProgress.isEmpty
            }
        }

        @Test("A thousand policies are written once, and an hour in which nothing is due brings no write at all")
        func steadyHour() async throws {
            try await run(at: "2026-06-01T12:00:30Z") { cluster, process, time in
                let count = 1000
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for index in 0..<count {
                        if index >= 8 { try await group.next() }
                        group.addTask {
                            try await cluster.makePolicy(
                                "policy-\(index)",
                                """
                                schedule: \(index % 60) 2 * * *
                                timeZone: Europe/Berlin
                                sources: [{name: db, pvc: {claimName: data}}]
                                destinations: [{name: box, credentialsSecretRef: {name: s}, rclone: {remote: a, path: b}}]
                                """)
                        }
                    }
                    try await group.waitForAll()
                }
                var policies: [DynamicObject] = []
                try await eventually("every policy is looked at", within: .seconds(900)) {
                    // First statuses come later than the children of all. In small steps: nothing else is to become due.
                    time.advance(by: .milliseconds(5))
                    policies = try await cluster.client.list(BackupPolicy.resourceType, namespace: cluster.namespace)
                        .items
                    return policies.count == count
                        && policies.allSatisfy { $0[path: "status", "observedGeneration"]?.integer == $0.generation }
                }
                try await settled(process)
                let first = process.requests.writes
                #expect(first.count { $0.hasPrefix("PATCH cronjobs") } == count)
                #expect(first.count { $0.hasPrefix("PATCH backuppolicies") } == count, "one status each")
                for (index, policy) in policies.enumerated() {
                    let number = try #require(Int(policy.name.dropFirst("policy-".count)), "\(index)")
                    let minute = number % 60
                    // Two o'clock in Berlin is midnight in UTC, in summer.
                    let want = "2026-06-02T00:\(minute < 10 ? "0" : "")\(minute):00Z"
                    #expect(policy[path: "status", "nextRunTime"]?.string == want)
                }
                // Nobody makes pods here, which is told once.
                time.advance(by: .seconds(61))
                for policy in policies { process.controller.enqueue(policy.key, priority: .resync) }
                try await settled(process)
                policies = try await cluster.client.list(BackupPolicy.resourceType, namespace: cluster.namespace).items
                let versions = Dictionary(uniqueKeysWithValues: policies.map { ($0.name, $0.resourceVersion) })
                process.requests.forgetWrites()
                let before = process.reconciles
                // What a resync does, six times within the hour, beside what the passing of time does by itself.
                for _ in 0..<6 {
                    time.advance(by: .seconds(600))
                    for policy in policies { process.controller.enqueue(policy.key, priority: .resync) }
                    try await settled(process)
                }
                #expect(process.requests.writes == [])
                let later = try await cluster.client.list(BackupPolicy.resourceType, namespace: cluster.namespace).items
                #expect(later.allSatisfy { versions[$0.name] == $0.resourceVersion })
                #expect(process.reconciles - before >= Double(count) * 6)
            }
        }

        @Test(
            "The next run follows the clocks of its zone when they change",
            arguments: [
                // 02:30 in Berlin: skipped on 2027-03-28, twice on 2026-10-25.
                ("2027-03-26T12:00:00Z", ["2027-03-27T01:30:00Z", "2027-03-29T00:30:00Z", "2027-03-30T00:30:00Z"]),
                (
                    "2026-10-24T12:00:00Z",
                    ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z"]
                ),
            ])
        func summerTime(start: String, want: [String]) async throws {
            try await run(at: start) { cluster, process, time in
                try await cluster.makePolicy(
                    "nightly",
                    """
                    schedule: 30 2 * * *
                    timeZone: Europe/Berlin
                    sources: [{name: db, pvc: {claimName: data}}]
                    destinations: [{name: box, credentialsSecretRef: {name: s}, rclone: {remote: a, path: b}}]
                    """)
                for next in want {
                    try await eventually("the next run is \(next)") {
                        try await cluster.policy().status?.nextRunTime?.rfc3339 == next
                    }
                    let due = try #require(Timestamp(rfc3339: next))
                    // It began in its time, as the CronJob controller would say.
                    let cronJob = cluster.key("nightly-db")
                    _ = try await cluster.client.patch(
                        .cronJob, cronJob, .merge(["status": ["lastScheduleTime": .string(next)]]),
                        subresource: "status")
                    try await settled(process)
                    // The operator has to look by itself once the run was due: nothing wakes it.
                    try await process.settled()
                    time.advance(by: due - time.now + .seconds(2))
                }
                let fresh = try await cluster.verdict(.fresh)
                #expect(fresh != "False Missed")
            }
        }
    }
}
