import KubeAPI
import Testing

@testable import Reconcilers

/// The same folder of manifests goes through API servers in `IntegrationTests.InvalidManifestsTests`.
@Suite("Validation of a RegionalWorkerPool")
struct RegionalWorkerPoolValidationTests {
    static let invalid = "Tests/Fixtures/regionalworkerpool/invalid"
    static let valid = "Tests/Fixtures/regionalworkerpool/valid"

    @Test("A wrong manifest is refused, at its field and in the CRD's words", arguments: Repository.cases(in: invalid))
    func wrongManifests(name: String) throws {
        let fixture = try InvalidFixture("\(Self.invalid)/\(name).yaml")
        let violations = RegionalWorkerPool.violations(in: fixture.object)
        #expect(
            violations.contains { $0.path == fixture.field && (fixture.rule.map($0.message.contains) ?? true) },
            "found \(violations)")
    }

    @Test("A right manifest has nothing against it", arguments: Repository.cases(in: valid))
    func rightManifests(name: String) throws {
        let object = try DynamicObject(#require(Repository.yaml("\(Self.valid)/\(name).yaml").first))
        #expect(RegionalWorkerPool.violations(in: object) == [])
    }

    @Test("Every rule of the CRD is broken by a fixture")
    func everyRuleIsBroken() throws {
        #expect(try unbrokenRules(of: RegionalWorkerPool.self, in: Self.invalid) == [])
    }

    @Test(
        "A template of any shape is left to the API server", arguments: ["{}", "{spec: 1}", "{spec: {containers: x}}"])
    func templates(template: String) throws {
        var object = try DynamicObject(#require(Repository.yaml("\(Self.valid)/minimal.yaml").first))
        object[path: "spec", "template"] = try YAML.parseDocument(Array(template.utf8))
        #expect(RegionalWorkerPool.violations(in: object) == [])
        #expect(try RegionalWorkerPool(defaulting: object).rendered().count == 2)
    }

    @Test("Fifty wrong fields are told up to a bound")
    func manyViolationsAreBounded() throws {
        var object = try DynamicObject(#require(Repository.yaml("\(Self.valid)/minimal.yaml").first))
        for index in 0..<50 { object[path: "spec", "unknown\(index)"] = 1 }
        #expect(RegionalWorkerPool.violations(in: object).count == 32)
    }
}

/// The messages of a CRD's rules that no manifest of a folder breaks; rules about a change need two manifests.
func unbrokenRules<Resource: OwnResource>(of _: Resource.Type, in folder: String) throws -> [String] {
    var messages: Set<String> = []
    func collect(_ value: JSONValue) {
        for rule in value["x-kubernetes-validations"]?.elements ?? [] {
            guard rule["rule"]?.string?.contains("oldSelf") == false, let message = rule["message"]?.string else {
                continue
            }
            messages.insert(message)
        }
        for (_, field) in value.object ?? [:] { collect(field) }
        for element in value.elements { collect(element) }
    }
    collect(Resource.definition.schema)
    let broken = try Repository.cases(in: folder).flatMap { name in
        try Resource.violations(in: InvalidFixture("\(folder)/\(name).yaml").object).map(\.message)
    }
    return messages.subtracting(broken).sorted()
}

/// A manifest that breaks one rule; its first lines say which.
struct InvalidFixture {
    let object: DynamicObject
    /// The field that is to blame.
    let field: String
    /// A part of the message of the CEL rule that it breaks; `nil` where it is the schema's matter.
    let rule: String?

    init(_ path: String) throws {
        let text = try Repository.text(path)
        func comment(_ name: String) -> String? {
            let line = text.split(separator: "\n").first { $0.hasPrefix("# \(name): ") }
            return line.map { String($0.dropFirst(name.count + 4)) }
        }
        object = try DynamicObject(YAML.parseDocument(Array(text.utf8)))
        field = try #require(comment("field"), "\(path) does not say which field is wrong")
        rule = comment("rule")
    }
}
