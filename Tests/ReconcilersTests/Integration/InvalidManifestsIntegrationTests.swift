import KubeAPI
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("The invalid manifests on API servers", .serialized)
    struct InvalidManifestsTests {
        /// The manifests of a kind.
        struct Kind: Sendable, CustomTestStringConvertible {
            var folder: String
            var type: ResourceType
            var violations: @Sendable (DynamicObject) -> [Violation]

            init<Resource: OwnResource>(_: Resource.Type, _ folder: String) {
                self.folder = folder
                type = Resource.resourceType
                violations = { Resource.violations(in: $0) }
            }

            static let all = [
                Kind(RegionalWorkerPool.self, RegionalWorkerPoolValidationTests.invalid),
                Kind(BackupPolicy.self, BackupPolicyValidationTests.invalid),
                Kind(AppEnvironment.self, AppEnvironmentValidationTests.invalid),
            ]

            var testDescription: String { type.kind }

            /// Those that a server can refuse: schedules and zones take more than CEL can do.
            var fixtures: [(name: String, fixture: InvalidFixture)] {
                get throws {
                    let own: Set = ["check-schedule-range", "schedule-range", "zone-unknown"]
                    return try Repository.cases(in: folder).filter { !own.contains($0) }
                        .map { ($0, try InvalidFixture("\(folder)/\($0).yaml")) }
                }
            }

            /// How a server refuses a manifest; `nil` where it takes it.
            func refusal(of object: DynamicObject, by cluster: TestCluster) async throws -> APIError? {
                var object = object
                if type.isNamespaced { object[path: "metadata", "namespace"] = .string(cluster.namespace) }
                do {
                    let options = WriteOptions(dryRun: true, fieldValidation: .strict)
                    _ = try await cluster.client.create(object, as: type, options: options)
                    return nil
                } catch let error as APIError {
                    return error
                }
            }
        }

        @Test(
            "A wrong manifest is refused at its field, and a broken rule in the words that validate has for it",
            arguments: ClusterKind.available, Kind.all)
        func wrongManifests(on server: ClusterKind, kind: Kind) async throws {
            try await TestCluster.run(server) { cluster in
                for (name, fixture) in try kind.fixtures {
                    guard let error = try await kind.refusal(of: fixture.object, by: cluster) else {
                        Issue.record("\(name): the server accepts it")
                        continue
                    }
                    let isBlamed = error.causes.contains { $0.field == fixture.field }
                    #expect(isBlamed || error.message.contains(fixture.field), "\(name): \(error)")
                    guard let rule = fixture.rule else { continue }
                    let violation = try #require(
                        kind.violations(fixture.object).first { $0.message.contains(rule) }, "\(name)")
                    let field = violation.path.isEmpty ? "<nil>" : violation.path
                    #expect(
                        error.causes.contains { $0.field == field && $0.message.hasSuffix(violation.message) },
                        "\(name): \(error), wanted \(violation)")
                }
            }
        }

        @Test(
            "The embedded and a real server give the same reasons", .enabled(if: ClusterKind.realKubeconfig != nil),
            arguments: Kind.all)
        func sameReasons(kind: Kind) async throws {
            var answers: [ClusterKind: [String: Set<String>]] = [:]
            for server in [ClusterKind.embedded, .real] {
                try await TestCluster.run(server) { cluster in
                    for (name, fixture) in try kind.fixtures {
                        let causes = try await kind.refusal(of: fixture.object, by: cluster)?.causes ?? []
                        answers[server, default: [:]][name] = Set(causes.map { "\($0.field): \($0.message)" })
                    }
                }
            }
            for (name, _) in try kind.fixtures {
                #expect(answers[.embedded]?[name] == answers[.real]?[name], "\(name)")
            }
        }
    }
}
