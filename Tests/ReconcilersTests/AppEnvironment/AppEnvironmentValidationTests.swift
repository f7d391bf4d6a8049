import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Validation of an AppEnvironment")
struct AppEnvironmentValidationTests {
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
