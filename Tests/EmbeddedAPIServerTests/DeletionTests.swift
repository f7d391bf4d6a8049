import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@Suite("Deletion")
struct DeletionTests {
    private func owned(_ name: String, by owner: JSONValue, blocks: Bool = false) -> JSONValue {
        var object = configMap(name)
        object[path: ["metadata", "ownerReferences"]] = [
            [
                "apiVersion": "v1", "kind": "ConfigMap", "name": owner[path: ["metadata", "name"]] ?? "",
                "uid": owner[path: ["metadata", "uid"]] ?? "", "blockOwnerDeletion": .bool(blocks),
            ]
        ]
        return object
    }

    @Test("An object with a finalizer stays until the finalizer is gone")
    func finalizers() async throws {
        try await ServerFixture.run { api in
            var object = configMap("held")
            object[path: ["metadata", "finalizers"]] = ["example.com/hold"]
            _ = try await api.create(configMaps, object)
            let deleted = try await api.send("DELETE", "\(configMaps)/held")
            #expect(deleted.json[path: ["metadata", "deletionTimestamp"]] != nil)
            let added = try await api.send(
                "PATCH", "\(configMaps)/held", ["metadata": ["finalizers": ["example.com/hold", "example.com/new"]]],
                type: "application/merge-patch+json")
            #expect(added.status == 422)
            #expect(added.message.contains("no new finalizers can be added if the object is being deleted"))
            let released = try await api.send(
                "PATCH", "\(configMaps)/held", ["metadata": ["finalizers": .null]],
                type: "application/merge-patch+json")
            #expect(released.status == 200)
            #expect(try await api.get("\(configMaps)/held").status == 404)
        }
    }

    @Test("Preconditions of a delete are checked")
    func preconditions() async throws {
        try await ServerFixture.run { api in
            _ = try await api.create(configMaps, configMap("a"))
            let options: JSONValue = [
                "apiVersion": "v1", "kind": "DeleteOptions", "preconditions": ["resourceVersion": "1"],
            ]
            let reply = try await api.send("DELETE", "\(configMaps)/a", options)
            #expect(reply.status == 409)
            #expect(reply.message.hasPrefix("Operation cannot be fulfilled on ConfigMap \"a\": the ResourceVersion in"))
            #expect(reply.json[path: ["details", "kind"]] == "ConfigMap")
        }
    }

    @Test(
        "Dependents go with their owner, in the background and in the foreground",
        arguments: ["Background", "Foreground"])
    func dependents(_ policy: String) async throws {
        try await ServerFixture.run { api in
            let owner = try await api.create(configMaps, configMap("owner")).json
            _ = try await api.create(configMaps, owned("child", by: owner, blocks: true))
            _ = try await api.send("DELETE", "\(configMaps)/owner?propagationPolicy=\(policy)")
            for name in ["owner", "child"] {
                try await eventually("\(name) is gone") { try await api.get("\(configMaps)/\(name)").status == 404 }
            }
        }
    }

    @Test("In the foreground an owner waits for the dependents that block it")
    func foreground() async throws {
        try await ServerFixture.run { api in
            let owner = try await api.create(configMaps, configMap("owner")).json
            var child = owned("child", by: owner, blocks: true)
            child[path: ["metadata", "finalizers"]] = ["example.com/hold"]
            _ = try await api.create(configMaps, child)
            let deleted = try await api.send("DELETE", "\(configMaps)/owner?propagationPolicy=Foreground")
            #expect(deleted.json[path: ["metadata", "finalizers"]] == ["foregroundDeletion"])
            try await eventually("the child is being deleted") {
                try await api.get("\(configMaps)/child").json[path: ["metadata", "deletionTimestamp"]] != nil
            }
            #expect(try await api.get("\(configMaps)/owner").status == 200)
            _ = try await api.send(
                "PATCH", "\(configMaps)/child", ["metadata": ["finalizers": .null]],
                type: "application/merge-patch+json")
            try await eventually("the owner is gone") { try await api.get("\(configMaps)/owner").status == 404 }
        }
    }

    @Test("Orphans stay and forget their owner")
    func orphans() async throws {
        try await ServerFixture.run { api in
            let owner = try await api.create(configMaps, configMap("owner")).json
            _ = try await api.create(configMaps, owned("child", by: owner))
            _ = try await api.send("DELETE", "\(configMaps)/owner?propagationPolicy=Orphan")
            try await eventually("the owner is gone") { try await api.get("\(configMaps)/owner").status == 404 }
            let child = try await api.get("\(configMaps)/child")
            #expect(child.json[path: ["metadata", "ownerReferences"]] == nil)
        }
    }

    @Test("An object whose owner never was is collected")
    func absentOwner() async throws {
        try await ServerFixture.run { api in
            let ghost: JSONValue = ["metadata": ["name": "ghost", "uid": "00000000-0000-0000-0000-000000000001"]]
            _ = try await api.create(configMaps, owned("child", by: ghost))
            try await eventually("the child is gone") { try await api.get("\(configMaps)/child").status == 404 }
        }
    }

    @Test("A deleted namespace takes what is in it, refuses what is new, and goes")
    func namespaces() async throws {
        try await ServerFixture.run { api in
            _ = try await api.create("/api/v1/namespaces", ["metadata": ["name": "team"]])
            let maps = "/api/v1/namespaces/team/configmaps"
            var held = configMap("held")
            held[path: ["metadata", "finalizers"]] = ["example.com/hold"]
            _ = try await api.create(maps, held)
            _ = try await api.create(maps, configMap("free"))
            let deleted = try await api.send("DELETE", "/api/v1/namespaces/team")
            #expect(deleted.json[path: ["status", "phase"]] == "Terminating")
            try await eventually("the free one is gone") { try await api.get("\(maps)/free").status == 404 }
            let late = try await api.create(maps, configMap("late"))
            #expect(late.status == 403)
            #expect(
                late.message
                    == "configmaps \"late\" is forbidden: unable to create new content in namespace team because it is "
                    + "being terminated")
            _ = try await api.send(
                "PATCH", "\(maps)/held", ["metadata": ["finalizers": .null]], type: "application/merge-patch+json")
            try await eventually("the namespace is gone") { try await api.get("/api/v1/namespaces/team").status == 404 }
        }
    }

    @Test("deletecollection deletes what its selector matches")
    func collection() async throws {
        try await ServerFixture.run { api in
            _ = try await api.create(configMaps, configMap("a", labels: ["x": "y"]))
            _ = try await api.create(configMaps, configMap("b"))
            let reply = try await api.send("DELETE", "\(configMaps)?labelSelector=x%3Dy")
            #expect(reply.names == ["a"])
            #expect(try await api.get("\(configMaps)/a").status == 404)
            #expect(try await api.get("\(configMaps)/b").status == 200)
        }
    }
}
