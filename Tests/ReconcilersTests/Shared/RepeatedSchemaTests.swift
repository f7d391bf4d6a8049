import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Parts that all CRDs have")
struct RepeatedSchemaTests {
    // YAML can't refer to another file: within one, anchors say it once.
    @Test(
        "What stands in the CRD of every kind is the same in each, but for the words about it and the room for a list",
        arguments: [
            ["spec", "inheritedMetadata"], ["status", "observedGeneration"], ["status", "lastHandledReconcileAt"],
            ["status", "inventory"], ["status", "conditions"],
        ])
    func partsAreTheSame(path: [String]) throws {
        let parts = try Kinds.all.map { $0.definition }.map { resource in
            let part = path.reduce(resource.schema) { $0["properties"]?[$1] ?? .null }
            #expect(part.object != nil, "\(resource.type.kind) has no \(path)")
            var fields = try #require(part.object)
            fields["description"] = nil
            fields["maxItems"] = nil
            return fields
        }
        #expect(Set(parts).count == 1)
    }

    // One Swift type and one builder serve both.
    @Test("What is said to KEDA is the same for a pool and for a component, but for the words about it")
    func kedaSettings() throws {
        func settings(_ resource: CustomResource, _ path: [String]) throws -> JSONValue {
            let schema = path.reduce(resource.schema) { schema, field in
                let found = schema["properties"]?[field] ?? .null
                return found["items"] ?? found
            }
            #expect(schema["properties"]?["triggers"] != nil)
            return Self.withoutWords(schema)
        }
        let ofPools = try settings(.regionalWorkerPool, ["spec", "scaling", "keda"])
        #expect(try settings(.appEnvironment, ["spec", "components", "autoscaling", "keda"]) == ofPools)
    }

    private static func withoutWords(_ schema: JSONValue) -> JSONValue {
        if let list = schema.array { return .array(list.map(withoutWords)) }
        guard let fields = schema.object else { return schema }
        let kept = fields.filter { !(["description", "message"].contains($0.key) && $0.value.string != nil) }
        return .object(JSONObject(kept.map { ($0.key, withoutWords($0.value)) }))
    }

    // kubectl reads in the order of the file: what a merge key brings in takes the place of what stands above it.
    @Test(
        "A merge key stands before the fields that it does not bring in",
        arguments: Kinds.all.map { $0.definition.type.plural })
    func mergeKeysComeFirst(plural: String) throws {
        let resource = try #require(CustomResource.all.first { $0.type.plural == plural })
        let lines = resource.text.split(separator: "\n").map { $0.trimmingPrefix { $0 == " " } }
        let merges = lines.indices.filter { lines[$0].hasPrefix("<<:") }
        #expect(!merges.isEmpty)
        #expect(merges.allSatisfy { lines[$0 - 1].hasSuffix(":") || lines[$0 - 1].contains(": &") })
    }
}
