import KubeAPI
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("The invalid manifests on API servers", .serialized)
    struct InvalidManifestsTests {
        @Test(
            "A wrong manifest is refused at its field, and a broken rule in the words that validate has for it",
            arguments: ClusterKind.available, KindFixtures.all)
        func wrongManifests(on server: ClusterKind, fixtures: KindFixtures) async throws {
            try await TestCluster.run(server) { cluster in
                for manifest in Self.refusable(fixtures) {
                    let (name, fixture) = (manifest.name, try InvalidFixture(manifest))
                    guard let error = try await Self.refusal(of: fixture.object, manifest.kind, by: cluster) else {
                        Issue.record("\(name): the server accepts it")
                        continue
                    }
                    let isBlamed = error.causes.contains { $0.field == fixture.field }
                    #expect(isBlamed || error.message.contains(fixture.field), "\(name): \(error)")
                    guard let rule = fixture.rule else { continue }
                    let violation = try #require(
                        manifest.kind.violations(in: fixture.object).first { $0.message.contains(rule) }, "\(name)")
                    let field = violation.path.isEmpty ? "<nil>" : violation.path
                    #expect(
                        error.causes.contains { $0.field == field && $0.message.hasSuffix(violation.message) },
                        "\(name): \(error), wanted \(violation)")
                }
            }
        }

        @Test(
            "The embedded and a real server give the same reasons", .enabled(if: ClusterKind.realKubeconfig != nil),
            arguments: KindFixtures.all)
        func sameReasons(fixtures: KindFixtures) async throws {
            var answers: [ClusterKind: [String: Set<String>]] = [:]
            for server in [ClusterKind.embedded, .real] {
                try await TestCluster.run(server) { cluster in
                    for manifest in Self.refusable(fixtures) {
                        let object = try InvalidFixture(manifest).object
                        let causes = try await Self.refusal(of: object, manifest.kind, by: cluster)?.causes ?? []
                        answers[server, default: [:]][manifest.name] = Set(causes.map { "\($0.field): \($0.message)" })
                    }
                }
            }
            for manifest in Self.refusable(fixtures) {
                #expect(answers[.embedded]?[manifest.name] == answers[.real]?[manifest.name], "\(manifest.name)")
            }
        }

        /// Those that a server can refuse: schedules and zones take more than CEL can do.
        private static func refusable(_ fixtures: KindFixtures) -> [KindFixtures.Manifest] {
            fixtures.invalid.filter { !["check-schedule-range", "schedule-range", "zone-unknown"].contains($0.name) }
        }

        /// How a server refuses a manifest; `nil` where it takes it.
        private static func refusal(
            of object: DynamicObject, _ kind: any OwnResource.Type, by cluster: TestCluster
        ) async throws -> APIError? {
            let (type, options) = (kind.resourceType, WriteOptions(dryRun: true, fieldValidation: .strict))
            var object = object
            if type.isNamespaced { object[path: "metadata", "namespace"] = .string(cluster.namespace) }
            do {
                _ = try await cluster.client.create(object, as: type, options: options)
                return nil
            } catch let error as APIError {
                return error
            }
        }
    }
}
