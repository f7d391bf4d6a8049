import Foundation
import KubeAPI
import Testing

@testable import Reconcilers

@Suite("The CRDs and what the program knows of them")
struct CustomResourceTests {
    @Test("The built-in text of a CRD is the file's", arguments: CustomResource.all.map(\.type.plural))
    func builtInTextIsTheFiles(plural: String) throws {
        let resource = try #require(CustomResource.all.first { $0.type.plural == plural })
        #expect(try resource.text == Repository.text("crds/quartermaster.dev_\(plural).yaml"))
    }

    @Test("Every file under crds/ is built in")
    func everyFileIsBuiltIn() {
        #expect(
            Repository.cases(in: "crds") == CustomResource.all.map { "quartermaster.dev_\($0.type.plural)" }.sorted())
    }

    @Test("Names, scope and version of a CRD are those of the type", arguments: CustomResource.all.map(\.type.plural))
    func namesMatch(plural: String) throws {
        let resource = try #require(CustomResource.all.first { $0.type.plural == plural })
        let definition = try YAML.parseDocument(Array(resource.text.utf8))
        #expect(definition["metadata"]?["name"]?.string == resource.type.qualifiedName)
        #expect(definition["spec"]?["group"]?.string == resource.type.group)
        #expect(definition["spec"]?["names"]?["kind"]?.string == resource.type.kind)
        #expect(definition["spec"]?["names"]?["plural"]?.string == resource.type.plural)
        #expect(definition["spec"]?["scope"]?.string == (resource.type.isNamespaced ? "Namespaced" : "Cluster"))
        #expect(resource.schema["properties"]?["status"]?["default"] == ["observedGeneration": -1])
    }

    @Test(
        "Every string, list, map and number of a CRD is bounded, and every expression is one",
        arguments: CustomResource.all.map(\.type.plural))
    func everythingIsBounded(plural: String) throws {
        let resource = try #require(CustomResource.all.first { $0.type.plural == plural })
        let spec = try #require(resource.schema["properties"]?["spec"])
        #expect(unbounded(spec, at: "spec") == [])
        let status = try #require(resource.schema["properties"]?["status"])
        // Counters of a status come from the operator.
        #expect(unbounded(status, at: "status").filter { !$0.hasSuffix("maximum") && !$0.hasSuffix("minimum") } == [])
    }

    /// The paths of the schema that lack a bound.
    private func unbounded(_ schema: JSONValue, at path: String) -> [String] {
        let wanted: [String] =
            switch schema["type"]?.string {
            case "string": schema["enum"] == nil && schema["format"] == nil ? ["maxLength"] : []
            case "array": ["maxItems", "x-kubernetes-list-type"]
            case "integer", "number": ["minimum", "maximum"]
            case "object": schema["additionalProperties"] == nil ? [] : ["maxProperties"]
            default: schema["x-kubernetes-int-or-string"] == nil ? ["type"] : ["maxLength"]
            }
        var missing = wanted.filter { schema[$0] == nil }.map { "\(path) \($0)" }
        if let pattern = schema["pattern"]?.string, (try? Regex(pattern)) == nil { missing.append("\(path) pattern") }
        for (name, property) in schema["properties"]?.object ?? [:] {
            missing += unbounded(property, at: "\(path).\(name)")
        }
        for part in ["items", "additionalProperties"] {
            if let child = schema[part], child.object != nil { missing += unbounded(child, at: "\(path).\(part)") }
        }
        return missing
    }
}
