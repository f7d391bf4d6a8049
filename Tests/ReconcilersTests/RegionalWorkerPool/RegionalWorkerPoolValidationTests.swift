import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Validation of a RegionalWorkerPool")
struct RegionalWorkerPoolValidationTests {
    private static let minimal = "Tests/Fixtures/regionalworkerpool/valid/minimal.yaml"

    @Test(
        "A template of any shape is left to the API server", arguments: ["{}", "{spec: 1}", "{spec: {containers: x}}"])
    func templates(template: String) throws {
        var object = try DynamicObject(#require(Repository.yaml(Self.minimal).first))
        object[path: "spec", "template"] = try YAML.parseDocument(Array(template.utf8))
        #expect(RegionalWorkerPool.violations(in: object) == [])
        #expect(try RegionalWorkerPool(defaulting: object).rendered().count == 2)
    }

    @Test(
        "A field of the object or of its metadata is looked at as on the API server, which passes over null",
        arguments: [
            ("metadata.lables", "{team: a}", "metadata.lables: unknown field; did you mean labels?"),
            (
                "metadata.labels", "{team: 1}",
                "metadata.labels[team]: expected a string, is an integer; put it in quotes"
            ),
            ("spec.regons", "[]", "spec.regons: unknown field; did you mean regions?"),
            ("spec.replicas", "null", nil),
        ] as [(String, String, String?)])
    func fieldsOfTheObject(path: String, value: String, want: String?) throws {
        var json = try #require(Repository.yaml(Self.minimal).first)
        json[path: path.split(separator: ".").map(String.init)] = try YAML.parseDocument(Array(value.utf8))
        let found = try RegionalWorkerPool.violations(in: DynamicObject(json)).map(\.description)
        #expect(found == [want].compactMap(\.self))
    }
}
