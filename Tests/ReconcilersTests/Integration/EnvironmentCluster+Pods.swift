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
            defer { group.cancelAll() }
            try await body()
        }
        await client.shutdown()
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
