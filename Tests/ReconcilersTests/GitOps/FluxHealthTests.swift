import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Health check expressions for Flux")
struct FluxHealthTests {
    /// The first line of the guide that sets a field of `healthCheckExprs`.
    private func expression(_ field: String) throws -> String {
        let start = "      \(field): "
        let line = try Repository.text("docs/guides/gitops.md").split(separator: "\n").first { $0.hasPrefix(start) }
        return try String(#require(line).dropFirst(start.count))
    }

    /// Whether an expression that says `metadata` and `status` holds of an object.
    private func holds(_ expression: String, of object: DynamicObject) throws -> Bool {
        func map(_ fields: (String, JSONValue)...) -> JSONValue {
            ["type": "object", "properties": .object(JSONObject(fields))]
        }
        let text: JSONValue = ["type": "string", "maxLength": 64]
        let condition = map(("type", text), ("status", text), ("reason", text))
        var schema = map(
            ("metadata", map(("generation", ["type": "integer"]))),
            (
                "status",
                map(
                    ("observedGeneration", ["type": "integer"]),
                    ("conditions", ["type": "array", "maxItems": 16, "items": condition]))
            ))
        let rule = ["metadata.generation", "status.observedGeneration", "status.conditions"].reduce(expression) {
            $0.replacing($1, with: "self.object.\($1)")
        }
        schema = map(("object", schema))
        schema["x-kubernetes-validations"] = [["rule": .string(rule), "message": "it does not hold"]]
        let rules = ValidationRules(schema)
        try #require(rules.problems.isEmpty, "\(rules.problems)")
        let found = rules.violations(in: ["object": object.json])
        try #require(found.allSatisfy { $0.message == "it does not hold" }, "\(found)")
        return found.isEmpty
    }

    @Test("Those of the guide take a suspended object for current, and judge every other as kstatus does")
    func expressions() throws {
        // In the order in which Flux looks at them.
        let readings: [(String, KStatus)] = [("inProgress", .inProgress), ("failed", .failed), ("current", .current)]
        var seen: Set<KStatus> = []
        for sample in try StatusSample.all() where !sample.object.isBeingDeleted {
            let found = try readings.first { try holds(expression($0.0), of: sample.object) }?.1 ?? .inProgress
            #expect(found == (sample.health == .suspended ? .current : KStatus(of: sample.object)), "\(sample)")
            seen.insert(found)
        }
        #expect(seen == [.inProgress, .failed, .current])
    }
}
