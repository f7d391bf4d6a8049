import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@Suite("Custom resources")
struct CustomResourceTests {
    private static let crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    private static let widgets = "/apis/example.com/v1/namespaces/default/widgets"

    private let crd: JSONValue = [
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": ["name": "widgets.example.com"],
        "spec": [
            "group": "example.com", "scope": "Namespaced",
            "names": ["plural": "widgets", "singular": "widget", "kind": "Widget", "listKind": "WidgetList"],
            "versions": [
                [
                    "name": "v1", "served": true, "storage": true,
                    "subresources": [
                        "status": [:],
                        "scale": ["specReplicasPath": ".spec.size", "statusReplicasPath": ".status.size"],
                    ],
                    "schema": [
                        "openAPIV3Schema": [
                            "type": "object",
                            "properties": [
                                "spec": [
                                    "type": "object",
                                    "properties": [
                                        "size": ["type": "integer"], "mode": ["type": "string", "default": "x"],
                                    ],
                                ],
                                "status": ["type": "object", "properties": ["size": ["type": "integer"]]],
                            ],
                        ]
                    ],
                ]
            ],
        ],
    ]

    private let widget: JSONValue = [
        "apiVersion": "example.com/v1", "kind": "Widget", "metadata": ["name": "w"], "spec": ["size": 2],
    ]

    @Test("A CRD is served as soon as it is made, and no longer than it lives")
    func lifeOfACRD() async throws {
        try await ServerFixture.run { api in
            #expect(try await api.get(Self.widgets).status == 404)
            _ = try await api.create(Self.crds, crd)
            try await eventually("the CRD is established") {
                let conditions = try await api.get("\(Self.crds)/widgets.example.com").json[path: [
                    "status", "conditions",
                ]]
                return conditions?.array?.contains { $0["type"] == "Established" && $0["status"] == "True" } ?? false
            }
            let created = try await api.create(Self.widgets, widget)
            #expect(created.status == 201)
            #expect(created.json[path: ["spec", "mode"]] == "x")
            #expect(created.json[path: ["metadata", "generation"]] == 1)
            let list = try await api.get(Self.widgets)
            #expect(list.json["kind"] == "WidgetList")
            #expect(list.json["items"]?[0]?["kind"] == "Widget")
            let watch = api.watch("\(Self.widgets)?watch=1")
            _ = try await watch.waitForEvents(1)
            _ = try await api.send("DELETE", "\(Self.crds)/widgets.example.com")
            try await eventually("the CRD is gone") {
                try await api.get("\(Self.crds)/widgets.example.com").status == 404
            }
            #expect(try await api.get(Self.widgets).status == 404)
            try await watch.waitForEnd()
            #expect(watch.summary == ["ADDED w", "DELETED w"])
        }
    }

    @Test("A CRD waits for the finalizers of its instances")
    func heldInstances() async throws {
        try await ServerFixture.run { api in
            _ = try await api.create(Self.crds, crd)
            var held = widget
            held[path: ["metadata", "finalizers"]] = ["example.com/hold"]
            _ = try await api.create(Self.widgets, held)
            _ = try await api.send("DELETE", "\(Self.crds)/widgets.example.com")
            try await eventually("the instance is being deleted") {
                try await api.get("\(Self.widgets)/w").json[path: ["metadata", "deletionTimestamp"]] != nil
            }
            #expect(try await api.get("\(Self.crds)/widgets.example.com").status == 200)
            _ = try await api.send(
                "PATCH", "\(Self.widgets)/w", ["metadata": ["finalizers": .null]], type: "application/merge-patch+json")
            try await eventually("the CRD is gone") {
                try await api.get("\(Self.crds)/widgets.example.com").status == 404
            }
        }
    }

    @Test("Status and scale are subresources where the CRD says so")
    func subresources() async throws {
        try await ServerFixture.run { api in
            _ = try await api.create(Self.crds, crd)
            _ = try await api.create(Self.widgets, widget)
            let merge = "application/merge-patch+json"
            let status = try await api.send(
                "PATCH", "\(Self.widgets)/w/status", ["status": ["size": 1], "spec": ["size": 9]], type: merge)
            #expect(status.json["spec"]?["size"] == 2)
            let scaled = try await api.send(
                "PATCH", "\(Self.widgets)/w/scale", ["spec": ["replicas": 4]], type: merge)
            #expect(scaled.json["status"]?["replicas"] == 1)
            let live = try await api.get("\(Self.widgets)/w").json
            #expect(live["spec"]?["size"] == 4)
            #expect(live[path: ["metadata", "generation"]] == 2)
        }
    }

    @Test("A strategic merge patch is refused, and an update without resourceVersion")
    func refusals() async throws {
        try await ServerFixture.run { api in
            _ = try await api.create(Self.crds, crd)
            _ = try await api.create(Self.widgets, widget)
            let patch = try await api.send(
                "PATCH", "\(Self.widgets)/w", ["spec": ["size": 3]], type: "application/strategic-merge-patch+json")
            #expect(patch.status == 415)
            let update = try await api.send("PUT", "\(Self.widgets)/w", widget)
            #expect(update.status == 422)
            #expect(
                update.message.contains("metadata.resourceVersion: Invalid value: 0: must be specified for an update"))
        }
    }

    @Test("Unknown fields are pruned, warned of, or refused, as fieldValidation says")
    func fieldValidation() async throws {
        try await ServerFixture.run { api in
            _ = try await api.create(Self.crds, crd)
            var object = widget
            object[path: ["spec", "bogus"]] = 1
            let strict = try await api.create("\(Self.widgets)?fieldValidation=Strict", object)
            #expect(
                strict.message
                    == "Widget in version \"v1\" cannot be handled as a Widget: strict decoding error: unknown field "
                    + "\"spec.bogus\"")
            let warned = try await api.create("\(Self.widgets)?fieldValidation=Warn", object)
            #expect(warned.headers["Warning"] == "299 - \"unknown field \\\"spec.bogus\\\"\"")
            #expect(warned.json["spec"]?["bogus"] == nil)
        }
    }
}
