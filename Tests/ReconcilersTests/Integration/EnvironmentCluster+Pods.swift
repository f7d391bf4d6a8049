import EmbeddedAPIServer
import KubeAPI
import Simulation
import Support
import Testing

@testable import Reconcilers

extension TestCluster {
    /// Runs `body` with a node and pods that are scheduled and started.
    func withPods(_ body: () async throws -> Void) async throws {
        try await makeNode("a", zone: "eu")
        let client = try TestCluster.client(configuration)
        var options = SimulationOptions()
        options.controllers = kind == .embedded ? .all : .nodesOnly
        let simulation = Simulation(client: client, options: options)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await simulation.run() }
            if kind == .real { group.addTask { try await provisionVolumes() } }
            defer { group.cancelAll() }
            try await body()
        }
        if kind == .real {
            for volume in try await client.list(Self.persistentVolume, namespace: nil).items
            where volume.name.hasPrefix(namespace) {
                try? await client.delete(Self.persistentVolume, volume.key)
            }
        }
        await client.shutdown()
    }

    private static let persistentVolume = ResourceType(
        group: "", version: "v1", kind: "PersistentVolume", plural: "persistentvolumes", isNamespaced: false)

    /// Gives each claim of an environment of this test a volume: a real scheduler wants one, and the cluster may have no storage class.
    private func provisionVolumes() async throws {
        while true {
            for claim in try await self.client.list(.persistentVolumeClaim, namespace: nil).items
            where claim.namespace.hasPrefix(namespace) && claim[path: "spec", "volumeName"] == nil {
                let volume: JSONValue = [
                    "apiVersion": "v1", "kind": "PersistentVolume",
                    "metadata": ["name": .string("\(claim.namespace)-\(claim.name)")],
                    "spec": [
                        "capacity": claim[path: "spec", "resources", "requests"] ?? [:],
                        "accessModes": claim[path: "spec", "accessModes"] ?? [],
                        "claimRef": ["namespace": .string(claim.namespace), "name": .string(claim.name)],
                        "hostPath": ["path": "/tmp"],
                    ],
                ]
                _ = try? await self.client.create(DynamicObject(volume), as: Self.persistentVolume)
            }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    func exists(_ type: ResourceType, _ key: ObjectKey) async throws -> Bool {
        do {
            return !(try await client.get(type, key)).isBeingDeleted
        } catch let error as APIError where error.isNotFound {
            return false
        }
    }

    func deleteEnvironment(_ name: String) async throws {
        try await client.delete(AppEnvironment.resourceType, ObjectKey(name: environmentName(name)))
    }

    func waitUntilEnvironmentIsGone(_ name: String) async throws {
        try await waitUntilGone(AppEnvironment.resourceType, ObjectKey(name: environmentName(name)))
    }
}
