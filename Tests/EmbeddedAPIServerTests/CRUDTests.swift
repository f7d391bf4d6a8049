import EmbeddedAPIServer
import KubeAPI
import Testing

@Suite("Create, read, update, delete")
struct CRUDTests {
    @Test("A created object has what the server gives it, and can be read, replaced and deleted")
    func lifeOfAnObject() async throws {
        try await ServerFixture.run { api in
            let created = try await api.create(configMaps, configMap("one"))
            #expect(created.status == 201)
            #expect(created.json[path: ["metadata", "uid"]]?.string?.count == 36)
            #expect(created.json[path: ["metadata", "namespace"]] == "default")
            #expect(created.json[path: ["metadata", "creationTimestamp"]] != nil)

            let read = try await api.get("\(configMaps)/one")
            #expect(read.json == created.json)

            var changed = read.json
            changed["data"] = ["a": "2"]
            let updated = try await api.send("PUT", "\(configMaps)/one", changed)
            #expect(updated.status == 200)
            #expect(updated.resourceVersion != created.resourceVersion)
            #expect(updated.json[path: ["metadata", "uid"]] == created.json[path: ["metadata", "uid"]])

            let deleted = try await api.send("DELETE", "\(configMaps)/one")
            #expect(deleted.json["status"] == "Success")
            #expect(deleted.json[path: ["details", "uid"]] == created.json[path: ["metadata", "uid"]])
            #expect(try await api.get("\(configMaps)/one").status == 404)
        }
    }

    @Test("generateName gives each object a name of its own")
    func generatedNames() async throws {
        try await ServerFixture.run { api in
            var object = configMap("")
            object["metadata"] = ["generateName": "run-"]
            let first = try await api.create(configMaps, object).json[path: ["metadata", "name"]]?.string ?? ""
            let second = try await api.create(configMaps, object).json[path: ["metadata", "name"]]?.string ?? ""
            #expect(first.hasPrefix("run-") && first.count == 9)
            #expect(first != second)
        }
    }

    @Test("A write that changes nothing keeps the resourceVersion")
    func idleWrite() async throws {
        try await ServerFixture.run { api in
            let created = try await api.create(configMaps, configMap("one"))
            let again = try await api.send("PUT", "\(configMaps)/one", created.json)
            #expect(again.resourceVersion == created.resourceVersion)
        }
    }

    @Test(
        "Refusals have the status, reason and words of kube-apiserver",
        arguments: [
            Refusal(
                "GET", "\(configMaps)/nope", nil, 404, "NotFound", "configmaps \"nope\" not found"),
            Refusal(
                "POST", "/api/v1/namespaces/none/configmaps", configMap("a"), 404, "NotFound",
                "namespaces \"none\" not found"),
            Refusal(
                "POST", configMaps, configMap("taken"), 409, "AlreadyExists", "configmaps \"taken\" already exists"),
            Refusal(
                "PUT", "\(configMaps)/other", configMap("taken"), 400, "BadRequest",
                "the name of the object (taken) does not match the name on the URL (other)"),
            Refusal(
                "PUT", "\(configMaps)/taken",
                ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "taken", "resourceVersion": "1"]], 409,
                "Conflict",
                "Operation cannot be fulfilled on configmaps \"taken\": the object has been modified; please apply your "
                    + "changes to the latest version and try again"),
            Refusal(
                "PUT", configMaps, [:], 405, "MethodNotAllowed",
                "the server does not allow this method on the requested resource"),
            Refusal(
                "GET", "/apis/apps/v1/namespaces/default/nothings", nil, 404, "NotFound",
                "the server could not find the requested resource"),
            Refusal(
                "POST", "\(configMaps)?dryRun=Some", configMap("b"), 422, "Invalid",
                "CreateOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: [\"Some\"]: supported values: "
                    + "\"All\""),
            Refusal(
                "DELETE", "/api/v1/namespaces/kube-system", nil, 403, "Forbidden",
                "namespaces \"kube-system\" is forbidden: this namespace may not be deleted"),
        ])
    func refusals(_ refusal: Refusal) async throws {
        try await ServerFixture.run { api in
            _ = try await api.create(configMaps, configMap("taken"))
            let reply = try await api.send(refusal.method, refusal.path, refusal.body)
            #expect(reply.status == refusal.status)
            #expect(reply.reason == refusal.reason)
            #expect(reply.message == refusal.message)
        }
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        var method: String
        var path: String
        var body: JSONValue?
        var status: Int
        var reason: String
        var message: String

        init(
            _ method: String, _ path: String, _ body: JSONValue?, _ status: Int, _ reason: String, _ message: String
        ) {
            self.method = method
            self.path = path
            self.body = body
            self.status = status
            self.reason = reason
            self.message = message
        }

        var testDescription: String { "\(method) \(path): \(status)" }
    }
}
