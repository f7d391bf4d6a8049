import KubeAPI
import Testing

@testable import Reconcilers

/// The same manifests go through API servers in `IntegrationTests.InvalidManifestsTests`.
@Suite("Validation of every kind")
struct ValidationTests {
    @Test(
        "A wrong manifest is refused, at its field and in the CRD's words",
        arguments: KindFixtures.all.flatMap(\.invalid))
    func wrongManifests(manifest: KindFixtures.Manifest) throws {
        let fixture = try InvalidFixture(manifest)
        let violations = manifest.kind.violations(in: fixture.object)
        #expect(
            violations.contains { $0.path == fixture.field && (fixture.rule.map($0.message.contains) ?? true) },
            "found \(violations)")
    }

    @Test("A right manifest has nothing against it", arguments: KindFixtures.all.flatMap(\.valid))
    func rightManifests(manifest: KindFixtures.Manifest) throws {
        let object = try DynamicObject(#require(Repository.yaml(manifest.path).first))
        #expect(manifest.kind.violations(in: object) == [])
    }

    @Test(
        "There are right and wrong manifests, and every rule of the CRD is broken by one", arguments: KindFixtures.all)
    func everyRuleIsBroken(fixtures: KindFixtures) throws {
        #expect(!fixtures.valid.isEmpty)
        let broken = try fixtures.invalid.flatMap { manifest in
            try manifest.kind.violations(in: InvalidFixture(manifest).object).map(\.message)
        }
        #expect(rules(of: fixtures.kind.definition.schema).subtracting(broken).sorted() == [])
    }

    @Test("The samples have nothing against them, nor have the templates in them", arguments: KindFixtures.all)
    func samples(fixtures: KindFixtures) throws {
        let objects = try Repository.cases(in: "config/samples").flatMap { name in
            try Repository.yaml("config/samples/\(name).yaml").map { try DynamicObject($0) }
        }.filter { $0.kind == fixtures.kind.resourceType.kind }
        #expect(!objects.isEmpty)
        for object in objects {
            #expect(Rendering.violations(in: object) + Rendering.misfits(in: object) == [], "\(object.name)")
        }
    }

    @Test(
        "An unknown field is an error with its path, and many of them are told up to a bound",
        arguments: KindFixtures.all)
    func unknownFields(fixtures: KindFixtures) throws {
        let manifest = try #require(fixtures.valid.first)
        var object = try DynamicObject(#require(Repository.yaml(manifest.path).first))
        object[path: "spec", "unknown"] = 1
        #expect(fixtures.kind.violations(in: object).map(\.path) == ["spec.unknown"])
        for index in 0..<50 { object[path: "spec", "unknown\(index)"] = 1 }
        #expect(fixtures.kind.violations(in: object).count == 32)
    }

    /// The messages of a schema's rules; those about a change need two manifests and are left out.
    private func rules(of schema: JSONValue) -> Set<String> {
        let own = (schema["x-kubernetes-validations"]?.elements ?? []).filter {
            $0["rule"]?.string?.contains("oldSelf") == false
        }
        let below = (schema.object ?? [:]).map(\.value) + schema.elements
        return below.reduce(into: Set(own.compactMap { $0["message"]?.string })) { $0.formUnion(rules(of: $1)) }
    }
}
