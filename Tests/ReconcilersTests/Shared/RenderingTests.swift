import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Rendering")
struct RenderingTests {
    private func render(_ yaml: String) throws -> [DynamicObject] { try Rendering.children(of: YAML.parse(yaml)) }

    private let pool = """
        apiVersion: quartermaster.dev/v1alpha1
        kind: RegionalWorkerPool
        metadata: {name: p, namespace: ns}
        spec:
          replicas: 2
          regions: [{name: eu, nodeSelector: {matchLabels: {zone: eu}}}]
          template: {spec: {containers: [{name: worker, image: w}]}}
        """

    @Test("Objects of others in the same file are passed over, lists are taken apart")
    func mixedFiles() throws {
        let others = "apiVersion: v1\nkind: Namespace\nmetadata: {name: ns}\n---\n"
        #expect(try render(others + pool).map(\.kind) == ["NetworkPolicy", "PodDisruptionBudget", "Deployment"])
        let list = JSONValue.object(["apiVersion": "v1", "kind": "List", "items": .array(try YAML.parse(pool))])
        #expect(try Rendering.children(of: [list]).count == 3)
    }

    @Test("A file without an object of ours is an error that says so")
    func nothingOfOurs() {
        #expect(throws: Rendering.Failure(lines: ["there is no object of quartermaster.dev"])) {
            try render("apiVersion: v1\nkind: Namespace\nmetadata: {name: ns}")
        }
    }

    @Test("Every violation is one line with the object and the field, and nothing is rendered")
    func violations() {
        let broken = pool.replacing("name: eu,", with: "name: EU,").replacing("replicas: 2", with: "replicas: -2")
        #expect {
            try render(pool + "\n---\n" + broken)
        } throws: { error in
            let lines = (error as? Rendering.Failure)?.lines ?? []
            return lines.count == 2 && lines.allSatisfy { $0.hasPrefix("RegionalWorkerPool ns/p: spec.") }
        }
    }

    @Test(
        "An unknown kind or version of ours and a missing name are errors",
        arguments: [
            ("kind: RegionalWorkerPool", "kind: RegionalPool", "kind"),
            ("v1alpha1", "v2", "apiVersion"), ("name: p, ", "", "metadata.name"),
        ])
    func unknown(part: String, replacement: String, path: String) {
        #expect {
            try render(pool.replacing(part, with: replacement))
        } throws: { error in
            (error as? Rendering.Failure)?.lines.first?.contains(": \(path): ") ?? false
        }
    }
}
