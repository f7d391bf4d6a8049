import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Validation of a RegionalWorkerPool")
struct RegionalWorkerPoolValidationTests {
    @Test(
        "A template of any shape is left to the API server", arguments: ["{}", "{spec: 1}", "{spec: {containers: x}}"])
    func templates(template: String) throws {
        let minimal = "Tests/Fixtures/regionalworkerpool/valid/minimal.yaml"
        var object = try DynamicObject(#require(Repository.yaml(minimal).first))
        object[path: "spec", "template"] = try YAML.parseDocument(Array(template.utf8))
        #expect(RegionalWorkerPool.violations(in: object) == [])
        #expect(try RegionalWorkerPool(defaulting: object).children().count == 2)
    }
}
