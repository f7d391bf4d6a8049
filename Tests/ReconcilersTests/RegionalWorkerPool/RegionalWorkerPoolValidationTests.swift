import KubeAPI
import Testing

@testable import Reconcilers

/// The same folder of manifests goes through a real API server in `IntegrationTests.InvalidOnAServerTests`.
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

    @Test("Every rule that the CRD has in CEL is written in Swift too, in the same words")
    func everyRuleIsInSwift() throws {
        let messages = Set(celMessages(CustomResource.regionalWorkerPool.schema))
        let tested = try Repository.cases(in: Self.invalid)
            .map { try InvalidFixture("\(Self.invalid)/\($0).yaml") }
            .flatMap { RegionalWorkerPool.violations(in: $0.object).map(\.message) }
        #expect(messages.subtracting(tested) == [], "no fixture makes Swift say these")
        #expect(messages.count > 10)
    }

    @Test(
        "A template of any shape is left to the API server", arguments: ["{}", "{spec: 1}", "{spec: {containers: x}}"])
    func templates(template: String) throws {
        var object = try DynamicObject(#require(Repository.yaml("\(Self.valid)/minimal.yaml").first))
        object[path: "spec", "template"] = try YAML.parseDocument(Array(template.utf8))
        #expect(RegionalWorkerPool.violations(in: object) == [])
        #expect(try RegionalWorkerPool(defaulting: object).children().count == 2)
    }

    @Test("Fifty wrong fields are told up to a bound")
    func manyViolationsAreBounded() throws {
        var object = try DynamicObject(#require(Repository.yaml("\(Self.valid)/minimal.yaml").first))
        for index in 0..<50 { object[path: "spec", "unknown\(index)"] = 1 }
        #expect(RegionalWorkerPool.violations(in: object).count == 32)
    }

    private func celMessages(_ schema: JSONValue) -> [String] {
        switch schema {
        case .object(let fields):
            let own = fields["x-kubernetes-validations"]?.elements.compactMap { $0["message"]?.string } ?? []
            return own + fields.values.flatMap(celMessages)
        case .array(let elements): return elements.flatMap(celMessages)
        default: return []
        }
    }
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
