import Support
import Testing

@testable import KubeAPI

@Suite("Taking over the fields of an object")
struct FieldTakeoverTests {
    private func live(managedFields: JSONValue?) -> DynamicObject {
        var object = DynamicObject.fixture([
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": ["namespace": "shop", "name": "web", "uid": "1", "resourceVersion": "7"],
            "spec": [
                "paused": true, "selector": ["matchLabels": ["app": "web"]],
                "template": ["spec": ["containers": [["name": "miner", "env": [["name": "A", "value": "b"]]]]]],
            ],
        ])
        object[path: "metadata", "managedFields"] = managedFields
        return object
    }

    private func managers(_ object: DynamicObject, fields: Set<String>? = nil) throws -> [JSONValue] {
        let patch = try #require(FieldTakeover(of: object, fields: fields).patch(for: .deployment, by: "us"))
        guard case .merge(let body) = patch else { throw CancellationError() }
        #expect(body["metadata"]?["resourceVersion"] == "7" && body["spec"] == nil)
        return body["metadata"]?["managedFields"]?.array ?? []
    }

    @Test("What nobody manages any more becomes ours, to the last container")
    func emptied() throws {
        let own = try #require(try managers(live(managedFields: nil)).first)
        #expect(own["manager"] == "us" && own["operation"] == "Apply")
        let spec = own["fieldsV1"]?["f:spec"]
        // Atomic as a whole, the others field by field.
        #expect(spec?["f:selector"] == [:] && spec?["f:paused"] == [:])
        let container = spec?["f:template"]?["f:spec"]?["f:containers"]?[#"k:{"name":"miner"}"#]
        #expect(container?["f:env"]?[#"k:{"name":"A"}"#]?["f:value"] == [:])
    }

    @Test("Others keep metadata, the status and what a scaler wrote, and there is nothing to take a second time")
    func others() throws {
        let theirs: JSONValue = [
            [
                "manager": "kubectl", "operation": "Update", "time": "2026-01-31T09:05:00Z",
                "fieldsV1": ["f:metadata": ["f:annotations": [:]], "f:spec": ["f:paused": [:]]],
            ],
            [
                "manager": "hpa", "operation": "Update", "subresource": "scale",
                "fieldsV1": ["f:spec": ["f:replicas": [:]]],
            ],
            ["manager": "old", "operation": "Apply", "fieldsV1": ["f:spec": ["f:paused": [:]]]],
        ]
        var object = live(managedFields: theirs)
        let after = try managers(object)
        #expect(after.map { $0["manager"]?.string } == ["kubectl", "hpa", "us"])
        #expect(after[0]["fieldsV1"] == ["f:metadata": ["f:annotations": [:]]])
        #expect(after[1] == theirs.array?[1])
        object[path: "metadata", "managedFields"] = .array(after)
        #expect(FieldTakeover(of: object).patch(for: .deployment, by: "us") == nil)
    }

    @Test("Of some kinds only some fields are taken")
    func some() throws {
        let theirs: JSONValue = [
            [
                "manager": "kubectl", "operation": "Update",
                "fieldsV1": ["f:spec": ["f:paused": [:], "f:selector": [:]]],
            ]
        ]
        let after = try managers(live(managedFields: theirs), fields: ["selector"])
        #expect(after[0]["fieldsV1"] == ["f:spec": ["f:paused": [:]]])
        #expect(after[1]["fieldsV1"] == ["f:spec": ["f:selector": [:]]])
        #expect(FieldTakeover(of: live(managedFields: theirs), fields: []).patch(for: .deployment, by: "us") == nil)
    }

    @Test("What is left becomes nobody's, so that it stays until that goes of which it is part")
    func left() throws {
        var service = DynamicObject.fixture([
            "apiVersion": "v1", "kind": "Service", "metadata": ["name": "web", "uid": "1", "resourceVersion": "7"],
            "spec": ["type": "NodePort", "ports": [["port": 80, "protocol": "TCP", "nodePort": 30_080]]],
        ])
        let port = #"k:{"port":80,"protocol":"TCP"}"#
        service[path: "metadata", "managedFields"] = [
            [
                "manager": "kubectl", "operation": "Update",
                "fieldsV1": [
                    "f:spec": ["f:type": [:], "f:ports": [.init(port): [".": [:], "f:port": [:], "f:nodePort": [:]]]]
                ],
            ]
        ]
        let takeover = FieldTakeover(of: service, fields: ["ports"], leaving: ["nodePort"])
        guard case .merge(let body)? = takeover.patch(for: .service, by: "us") else { throw CancellationError() }
        let after = body["metadata"]?["managedFields"]?.array ?? []
        #expect(after.first?["fieldsV1"] == ["f:spec": ["f:type": [:]]])
        let own = after.last?["fieldsV1"]?["f:spec"]?["f:ports"]?[port]
        #expect(own == [".": [:], "f:port": [:], "f:protocol": [:]])
    }
}
