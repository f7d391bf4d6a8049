import KubeAPI
import Reconcilers
import Support
import Testing

@testable import Operator

@Suite("The key of the seal")
struct SealKeyTests {
    private func read(_ cluster: CommandCluster) async throws -> [UInt8] {
        try await SealKey(api: cluster.client, namespace: "workers").read()
    }

    @Test("The first replica makes it, the others read the same, and nobody can change it")
    func made() async throws {
        try await CommandCluster.run { cluster in
            async let one = read(cluster)
            async let other = read(cluster)
            let keys = try await (one, other)
            #expect(keys.0 == keys.1 && keys.0.count == Seal.keyLength && Set(keys.0).count > 8)
            #expect(try await read(cluster) == keys.0)
            let secret = try await cluster.client.get(
                .secret, ObjectKey(namespace: "workers", name: SealKey.secretName))
            #expect(secret["immutable"]?.bool == true)
        }
    }

    @Test("A Secret without a key is an error that says what to do, and is left as it is")
    func damaged() async throws {
        try await CommandCluster.run { cluster in
            let key = ObjectKey(namespace: "workers", name: SealKey.secretName)
            try await cluster.apply(
                """
                {apiVersion: v1, kind: Secret, metadata: {name: \(key.name), namespace: workers}, data: {key: c2hvcnQ=}}
                """, as: .secret)
            let error = await #expect(throws: ConfigurationError.self) { try await read(cluster) }
            #expect(error?.description.contains("Secret workers/quartermaster-seal holds no key of 32 bytes") == true)
            #expect(try await cluster.client.get(.secret, key)[path: "data", "key"] == "c2hvcnQ=")
        }
    }
}
