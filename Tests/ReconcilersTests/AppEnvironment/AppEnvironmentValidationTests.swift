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

    @Test("Every rule of the CRD stands in the code, in the same words")
    func sameWords() throws {
        var messages: Set<String> = []
        func collect(_ value: JSONValue) {
            for rule in value["x-kubernetes-validations"]?.elements ?? [] {
                let isTransition = rule["rule"]?.string?.contains("oldSelf") == true
                if !isTransition, let message = rule["message"]?.string { messages.insert(message) }
            }
            for (_, field) in value.object ?? [:] { collect(field) }
            for element in value.elements { collect(element) }
        }
        collect(CustomResource.appEnvironment.schema)
        let broken = try Repository.cases(in: Self.invalid).flatMap { name in
            try AppEnvironment.violations(in: InvalidFixture("\(Self.invalid)/\(name).yaml").object).map(\.message)
        }
        #expect(messages.subtracting(broken).sorted() == [])
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
    func images(image: String, isFixed: Bool) {
        #expect(ImageReference.isFixed(image) == isFixed)
    }

    @Test(
        "An address range has an address and a length",
        arguments: [
            ("10.0.0.0/8", true), ("10.0.0.0/33", false), ("10.0.0/8", false), ("10.0.0.0", false),
            ("2001:db8::/32", true), ("2001:db8::/129", false), ("::/0", true), ("10.0.0.0/08", false),
        ])
    func ranges(text: String, isValid: Bool) {
        #expect(AddressRange.isValid(text) == isValid)
    }
}
