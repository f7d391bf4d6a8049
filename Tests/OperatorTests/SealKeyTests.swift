import KubeAPI
import Reconcilers
import Support
import Testing

@testable import Operator

@Suite("The key of the seal")
struct SealKeyTests {
    private func key(_ cluster: CommandCluster, gate: WriteGate = .alwaysOpen()) -> SealKey {
        SealKey(api: cluster.client, gate: gate, namespace: "workers")
    }

    private func read(_ cluster: CommandCluster) async throws -> [UInt8] {
        try await key(cluster).obtain(logger: .disabled)
    }

    @Test("A process that does not lead makes none and waits for it")
    func standby() async throws {
        try await CommandCluster.run { cluster in
            let standby = key(cluster, gate: WriteGate(time: TimeSource()))
            async let waited = standby.obtain(logger: .disabled)
            let before = try await standby.find()
            #expect(before == nil)
            let made = try await read(cluster)
            let found = try await waited
            #expect(found == made)
        }
    }

    @Test("A leader that does not make it is not waited for for ever")
    func impatient() async throws {
        try await CommandCluster.run { cluster in
            var standby = key(cluster, gate: WriteGate(time: TimeSource()))
            standby.patience = .milliseconds(1)
            let made = try await standby.obtain(logger: .disabled)
            #expect(try await read(cluster) == made)
        }
    }

    @Test("The first leader makes it, the others read the same, and nobody can change it")
    func made() async throws {
        try await CommandCluster.run { cluster in
            async let one = read(cluster)
            async let other = read(cluster)
            let (first, second) = try await (one, other)
            let third = try await read(cluster)
            #expect(first == second && first == third && first.count == Seal.keyLength && Set(first).count > 8)
            let secret = try await cluster.client.get(
                .secret, ObjectKey(namespace: "workers", name: SealKey.secretName))
            #expect(secret["immutable"]?.bool == true)
        }
    }

    @Test("A Secret without a key is an error that says what to do, and is left as it is")
    func damaged() async throws {
        try await CommandCluster.run { cluster in
            let secret = ObjectKey(namespace: "workers", name: SealKey.secretName)
            try await cluster.apply(
                """
                {apiVersion: v1, kind: Secret, metadata: {name: \(secret.name), namespace: workers}, data: {key: c2hvcnQ=}}
                """, as: .secret)
            let error = await #expect(throws: ConfigurationError.self) { try await key(cluster).find() }
            #expect(error?.description.contains("Secret workers/quartermaster-seal holds no key of 32 bytes") == true)
            #expect(try await cluster.client.get(.secret, secret)[path: "data", "key"] == "c2hvcnQ=")
        }
    }
}
