import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Validation of an AppEnvironment")
struct AppEnvironmentValidationTests {
    static let invalid = "Tests/Fixtures/appenvironment/invalid"
    static let valid = "Tests/Fixtures/appenvironment/valid"

    @Test("A wrong manifest is refused, at its field and in the CRD's words", arguments: Repository.cases(in: invalid))
    func wrongManifests(name: String) throws {
        let fixture = try InvalidFixture("\(Self.invalid)/\(name).yaml")
        let violations = AppEnvironment.violations(in: fixture.object)
        #expect(
            violations.contains { $0.path == fixture.field && (fixture.rule.map($0.message.contains) ?? true) },
            "found \(violations)")
    }

    @Test("A right manifest has nothing against it", arguments: Repository.cases(in: valid))
    func rightManifests(name: String) throws {
        let object = try DynamicObject(#require(Repository.yaml("\(Self.valid)/\(name).yaml").first))
        #expect(AppEnvironment.violations(in: object) == [])
    }

    @Test("Every rule of the CRD is broken by a fixture")
    func everyRuleIsBroken() throws {
        #expect(try unbrokenRules(of: AppEnvironment.self, in: Self.invalid) == [])
    }

    @Test("Two volumes that would be one claim are refused, and both are named")
    func sharedClaim() throws {
        func violations(_ second: String) throws -> [Violation] {
            AppEnvironment.violations(
                in: try .fixture(
                    """
                    apiVersion: quartermaster.dev/v1alpha1
                    kind: AppEnvironment
                    metadata: {name: shop}
                    spec:
                      tier: staging
                      components:
                      - {name: a, image: 'web:1', volumes: [{name: b-c, size: 1Gi, path: /data}]}
                      - {name: a-b, image: 'web:1', volumes: [{name: \(second), size: 1Gi, path: /data}]}
                    """))
        }
        let found = try #require(try violations("c").first)
        #expect(found.path == "spec.components[1].volumes")
        #expect(found.message.hasPrefix("volume c of component a-b and volume b-c of component a would be the same"))
        #expect(try violations("d") == [])
    }

    @Test(
        "An image is fixed by a digest or by a tag that is not latest",
        arguments: [
            ("web", false), ("web:latest", false), ("host:5000/web", false), ("host:5000/web:1.2", true),
            ("web:1", true),
            ("web@sha256:\(String(repeating: "a", count: 64))", true), ("web@sha256:abc", false),
        ])
    func images(image: String, isFixed: Bool) throws {
        let violations = AppEnvironment.violations(
            in: try .fixture(
                """
                apiVersion: quartermaster.dev/v1alpha1
                kind: AppEnvironment
                metadata: {name: shop}
                spec: {tier: production, components: [{name: web, image: '\(image)'}]}
                """))
        #expect(violations.map(\.path) == (isFixed ? [] : ["spec.components"]))
    }
}
