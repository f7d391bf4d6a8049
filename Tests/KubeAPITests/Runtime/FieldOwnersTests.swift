import Testing

@testable import KubeAPI

@Suite("Who changed a field")
struct FieldOwnersTests {
    private func object(_ entries: [JSONValue]) throws -> DynamicObject {
        DynamicObject.fixture(["metadata": ["managedFields": .array(entries)]])
    }

    private func entry(
        _ manager: String, _ operation: String = "Update", at minute: Int, _ fields: JSONValue,
        subresource: String? = nil
    ) -> JSONValue {
        var entry: JSONValue = [
            "manager": .string(manager), "operation": .string(operation),
            "time": .string("2026-01-31T09:0\(minute):00Z"), "fieldsV1": fields,
        ]
        entry["subresource"] = subresource.map(JSONValue.string)
        return entry
    }

    private let replicas = FieldPath.root.appending("spec").appending("replicas")
    private let image = FieldPath(elements: [
        .field("spec"), .field("containers"), .key(["name": "worker"]), .field("image"),
    ])

    @Test("the owner of the field is named")
    func owner() throws {
        let fields = FieldOwners(
            of: try object([
                entry("quartermaster", "Apply", at: 1, ["f:spec": ["f:paused": [:]]]),
                entry("kubectl-scale", at: 2, ["f:spec": ["f:replicas": [:]]], subresource: "scale"),
                entry("kubectl-edit", at: 3, ["f:spec": ["f:paused": [:]]]),
            ]))
        #expect(fields.changer(of: replicas, otherThan: "quartermaster") == "kubectl-scale")
    }

    @Test("of several owners the last writer is named")
    func lastOwner() throws {
        let fields = FieldOwners(
            of: try object([
                entry("first", at: 1, ["f:spec": ["f:replicas": [:]]]),
                entry("second", "Apply", at: 2, ["f:spec": ["f:replicas": [:]]]),
            ]))
        #expect(fields.changer(of: replicas, otherThan: "quartermaster") == "second")
    }

    @Test("an element of a list is found by its key")
    func listKeys() throws {
        let fields = FieldOwners(
            of: try object([
                entry("sidecar", at: 2, ["f:spec": ["f:containers": [#"k:{"name":"other"}"#: ["f:image": [:]]]]]),
                entry(
                    "editor", at: 1,
                    ["f:spec": ["f:containers": [#"k:{"name":"worker"}"#: [".": [:], "f:image": [:]]]]]),
            ]))
        #expect(fields.changer(of: image, otherThan: "quartermaster") == "editor")
    }

    @Test("who owns an atomic list as a whole owns what is in it")
    func atomic() throws {
        let path = FieldPath(elements: [.field("spec"), .field("taints"), .index(0), .field("key")])
        let fields = FieldOwners(of: try object([entry("editor", at: 1, ["f:spec": ["f:taints": [:]]])]))
        #expect(fields.changer(of: path, otherThan: "quartermaster") == "editor")
    }

    @Test(
        "a removed field has no owner: the last one to write the object after us is suspected, a status writer is not")
    func removed() throws {
        let fields = FieldOwners(
            of: try object([
                entry("quartermaster", "Apply", at: 1, ["f:metadata": [:]]),
                entry("editor", at: 2, ["f:metadata": ["f:labels": ["f:x": [:]]]]),
                entry("controller", at: 3, ["f:status": [:]], subresource: "status"),
            ]))
        #expect(fields.changer(of: replicas, otherThan: "quartermaster") == nil)
        let drift = fields.drift(of: replicas, from: "quartermaster")
        #expect(drift == Drift(path: replicas, suspect: "editor"))
        #expect(drift.description == "spec.replicas was removed by somebody, perhaps editor")
    }

    @Test("who wrote before us and owns nothing of it is not blamed")
    func earlierWriter() throws {
        let fields = FieldOwners(
            of: try object([
                entry("editor", at: 1, ["f:metadata": ["f:labels": ["f:x": [:]]]]),
                entry("quartermaster", "Apply", at: 2, ["f:metadata": [:]]),
            ]))
        #expect(fields.drift(of: replicas, from: "quartermaster") == Drift(path: replicas))
    }

    @Test("a field that is still ours alone was changed by nobody")
    func ours() throws {
        let fields = FieldOwners(
            of: try object([
                entry("quartermaster", "Apply", at: 1, ["f:spec": ["f:replicas": [:]]]),
                entry("editor", at: 2, ["f:metadata": ["f:labels": ["f:x": [:]]]]),
            ]))
        #expect(fields.changer(of: replicas, otherThan: "quartermaster") == nil)
        #expect(fields.isOwned(replicas, by: "quartermaster"))
    }

    @Test("our own writes of another kind, made before server-side apply, count as another manager's")
    func ownUpdates() throws {
        let fields = FieldOwners(
            of: try object([entry("quartermaster", "Update", at: 1, ["f:spec": ["f:replicas": [:]]])]))
        #expect(fields.changer(of: replicas, otherThan: "quartermaster") == "quartermaster")
    }
}
