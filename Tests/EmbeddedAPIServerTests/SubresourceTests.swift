import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@Suite("Subresources")
struct SubresourceTests {
    private static let pods = "/api/v1/namespaces/default/pods"
    private static let deployments = "/apis/apps/v1/namespaces/default/deployments"
    private static let budgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets"

    private func deployment(replicas: Int64) -> JSONValue {
        [
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web"],
            "spec": [
                "replicas": .integer(replicas), "selector": ["matchLabels": ["app": "web"]],
                "template": [
                    "metadata": ["labels": ["app": "web"]],
                    "spec": ["containers": [["name": "c", "image": "nginx"]]],
                ],
            ],
        ]
    }

    private func pod(_ name: String, node: String? = nil) -> JSONValue {
        var pod: JSONValue = [
            "apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string(name), "labels": ["app": "web"]],
            "spec": ["containers": [["name": "c", "image": "nginx"]]],
        ]
        if let node { pod[path: ["spec", "nodeName"]] = .string(node) }
        return pod
    }

    @Test("The scale of a deployment can be read, replaced and patched")
    func scale() async throws {
        try await ServerFixture.run { api in
            _ = try await api.create(Self.deployments, deployment(replicas: 2))
            var scale = try await api.get("\(Self.deployments)/web/scale").json
            #expect(scale["kind"] == "Scale")
            #expect(scale[path: ["spec", "replicas"]] == 2)
            #expect(scale[path: ["status", "selector"]] == "app=web")
            scale[path: ["spec", "replicas"]] = 5
            let updated = try await api.send("PUT", "\(Self.deployments)/web/scale", scale)
            #expect(updated.json[path: ["spec", "replicas"]] == 5)
            let patched = try await api.send(
                "PATCH", "\(Self.deployments)/web/scale", ["spec": ["replicas": 7]],
                type: "application/merge-patch+json")
            #expect(patched.status == 200)
            let live = try await api.get("\(Self.deployments)/web").json
            #expect(live[path: ["spec", "replicas"]] == 7)
            #expect(live[path: ["metadata", "generation"]] == 3)
            let stale = try await api.send("PUT", "\(Self.deployments)/web/scale", scale)
            #expect(stale.status == 409)
        }
    }

    @Test("The status is written by its own path only")
    func status() async throws {
        try await ServerFixture.run { api in
            _ = try await api.create(Self.deployments, deployment(replicas: 2))
            let patch: JSONValue = ["status": ["replicas": 2], "spec": ["replicas": 9]]
            let byStatus = try await api.send(
                "PATCH", "\(Self.deployments)/web/status", patch, type: "application/merge-patch+json")
            #expect(byStatus.json[path: ["status", "replicas"]] == 2)
            #expect(byStatus.json[path: ["spec", "replicas"]] == 2)
            #expect(byStatus.json[path: ["metadata", "generation"]] == 1)
            let byObject = try await api.send(
                "PATCH", "\(Self.deployments)/web", ["status": ["replicas": 3]], type: "application/merge-patch+json")
            #expect(byObject.json[path: ["status", "replicas"]] == 2)
        }
    }

    @Test("A binding puts a pod on a node, once")
    func binding() async throws {
        try await ServerFixture.run { api in
            _ = try await api.create(Self.pods, pod("a"))
            let binding: JSONValue = [
                "apiVersion": "v1", "kind": "Binding", "metadata": ["name": "a"],
                "target": ["apiVersion": "v1", "kind": "Node", "name": "node-1"],
            ]
            #expect(try await api.create("\(Self.pods)/a/binding", binding).status == 201)
            #expect(try await api.get("\(Self.pods)/a").json[path: ["spec", "nodeName"]] == "node-1")
            let again = try await api.create("\(Self.pods)/a/binding", binding)
            #expect(again.status == 409)
            #expect(again.message.contains("pod a is already assigned to node \"node-1\""))
        }
    }

    @Test("An eviction is refused while the budget allows none, and counted where it allows one")
    func eviction() async throws {
        try await ServerFixture.run { api in
            let budget: JSONValue = [
                "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": ["name": "web"],
                "spec": ["minAvailable": 1, "selector": ["matchLabels": ["app": "web"]]],
            ]
            _ = try await api.create(Self.budgets, budget)
            _ = try await api.create(Self.pods, pod("a", node: "node-1"))
            let running: JSONValue = [
                "status": ["phase": "Running", "conditions": [["type": "Ready", "status": "True"]]]
            ]
            _ = try await api.send("PATCH", "\(Self.pods)/a/status", running, type: "application/merge-patch+json")
            let eviction: JSONValue = ["apiVersion": "policy/v1", "kind": "Eviction", "metadata": ["name": "a"]]
            func allow(_ count: Int64) async throws {
                _ = try await api.send(
                    "PATCH", "\(Self.budgets)/web/status",
                    [
                        "status": [
                            "observedGeneration": 1, "disruptionsAllowed": .integer(count), "desiredHealthy": 1,
                            "currentHealthy": 1, "expectedPods": 1,
                        ]
                    ], type: "application/merge-patch+json")
            }
            try await allow(0)
            let refused = try await api.create("\(Self.pods)/a/eviction", eviction)
            #expect(refused.status == 429)
            #expect(refused.message == "Cannot evict pod as it would violate the pod's disruption budget.")
            try await allow(1)
            #expect(try await api.create("\(Self.pods)/a/eviction", eviction).status == 201)
            #expect(try await api.get("\(Self.pods)/a").status == 404)
            let left = try await api.get("\(Self.budgets)/web").json
            #expect(left[path: ["status", "disruptedPods", "a"]] != nil)
        }
    }

    @Test("A token for a service account is accepted until the account is gone")
    func tokens() async throws {
        try await ServerFixture.run { api in
            let accounts = "/api/v1/namespaces/default/serviceaccounts"
            _ = try await api.create(accounts, ["metadata": ["name": "robot"]])
            let reply = try await api.create("\(accounts)/robot/token", ["spec": ["expirationSeconds": 3600]])
            #expect(reply.status == 201)
            let token = try #require(reply.json[path: ["status", "token"]]?.string)
            let robot = ServerFixture(
                server: api.server, transport: try ServerFixture.transport(to: api.server, as: nil))
            let header = ("Authorization", "Bearer \(token)")
            let review = try await robot.send(
                "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", [:], headers: [header])
            #expect(
                review.json[path: ["status", "userInfo", "username"]] == "system:serviceaccount:default:robot")
            _ = try await api.send("DELETE", "\(accounts)/robot")
            #expect(try await robot.get(configMaps, headers: [header]).status == 401)
            let short = try await api.create(
                "/api/v1/namespaces/default/serviceaccounts/default/token", ["spec": ["expirationSeconds": 10]])
            #expect(short.status == 422)
            await robot.transport.shutdown()
        }
    }

    @Test("A pod on a node that is there gets its grace period; a kubelet's delete ends it")
    func gracefulDeletion() async throws {
        try await ServerFixture.run { api in
            _ = try await api.create(
                "/api/v1/nodes", ["apiVersion": "v1", "kind": "Node", "metadata": ["name": "node-1"]])
            _ = try await api.create(Self.pods, pod("a", node: "node-1"))
            let deleted = try await api.send("DELETE", "\(Self.pods)/a")
            #expect(deleted.json[path: ["metadata", "deletionGracePeriodSeconds"]] == 30)
            #expect(try await api.get("\(Self.pods)/a").status == 200)
            _ = try await api.send("DELETE", "\(Self.pods)/a?gracePeriodSeconds=0")
            #expect(try await api.get("\(Self.pods)/a").status == 404)
        }
    }

    @Test("Access reviews answer by the same rules that refuse requests")
    func reviews() async throws {
        try await ServerFixture.run(.init(authorization: .rbac), as: UserInfo(name: "jane")) { api in
            let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
            let review = try await api.create(
                path, ["spec": ["resourceAttributes": ["verb": "list", "resource": "pods", "namespace": "default"]]])
            #expect(review.status == 201)
            #expect(review.json[path: ["status", "allowed"]] == false)
        }
    }
}
