import EmbeddedAPIServer
import KubeAPI
import Testing

@Suite("Lists")
struct ListTests {
    @Test("Pages are cut from one state, however it changes meanwhile")
    func consistentPages() async throws {
        try await ServerFixture.run { api in
            let pods = "/api/v1/namespaces/default/secrets"
            for name in ["a", "b", "c", "d"] {
                _ = try await api.create(
                    pods, ["apiVersion": "v1", "kind": "Secret", "metadata": ["name": .string(name)]])
            }
            let first = try await api.get("\(pods)?limit=2")
            #expect(first.names == ["a", "b"])
            #expect(first.json[path: ["metadata", "remainingItemCount"]] == 2)
            _ = try await api.send("DELETE", "\(pods)/d")
            _ = try await api.create(pods, ["apiVersion": "v1", "kind": "Secret", "metadata": ["name": "bb"]])
            let token = first.json[path: ["metadata", "continue"]]?.string ?? ""
            let second = try await api.get("\(pods)?limit=2&continue=\(token.percentEncoded)")
            #expect(second.names == ["c", "d"])
            #expect(second.resourceVersion == first.resourceVersion)
            #expect(second.json[path: ["metadata", "continue"]] == nil)
        }
    }

    @Test("A continue token from before a compaction is 410 with a token that goes on with the present state")
    func expiredToken() async throws {
        try await ServerFixture.run { api in
            for name in ["a", "b", "c"] { _ = try await api.create(configMaps, configMap(name)) }
            let first = try await api.get("\(configMaps)?limit=1")
            _ = try await api.create(configMaps, configMap("d"))
            api.server.compact()
            let token = first.json[path: ["metadata", "continue"]]?.string ?? ""
            let expired = try await api.get("\(configMaps)?limit=1&continue=\(token.percentEncoded)")
            #expect(expired.status == 410)
            #expect(expired.reason == "Expired")
            let other = expired.json[path: ["metadata", "continue"]]?.string ?? ""
            let rest = try await api.get("\(configMaps)?continue=\(other.percentEncoded)")
            #expect(rest.names.contains("d"))
            #expect(!rest.names.contains("a"))
        }
    }

    @Test("An exact resourceVersion shows the past, until it is forgotten")
    func exactVersion() async throws {
        try await ServerFixture.run { api in
            let first = try await api.create(configMaps, configMap("a"))
            _ = try await api.create(configMaps, configMap("b"))
            let path = "\(configMaps)?resourceVersion=\(first.resourceVersion)&resourceVersionMatch=Exact"
            let past = try await api.get(path)
            #expect(past.names.contains("a") && !past.names.contains("b"))
            api.server.compact()
            let gone = try await api.get(path)
            #expect(gone.status == 410)
            #expect(gone.message == "The resourceVersion for the provided list is too old.")
        }
    }

    @Test("A resourceVersion of the future is 504")
    func futureVersion() async throws {
        try await ServerFixture.run { api in
            let reply = try await api.get("\(configMaps)?resourceVersion=99999999")
            #expect(reply.status == 504)
            #expect(reply.message.hasPrefix("Timeout: Too large resource version: 99999999, current: "))
            #expect(reply.json[path: ["details", "retryAfterSeconds"]] == 1)
        }
    }

    @Test(
        "Label selectors",
        arguments: [
            ("app=web", ["a", "b"]), ("app==web,tier=front", ["a"]), ("app!=web", ["c", "d"]),
            ("tier", ["a", "b"]), ("!tier", ["c", "d"]), ("tier in (front,back)", ["a", "b"]),
            ("tier notin (front)", ["b", "c", "d"]), ("app in (db),!tier", ["c"]), ("rank>1", ["d"]), ("rank<2", ["c"]),
        ])
    func labelSelectors(_ selector: String, _ wanted: [String]) async throws {
        try await ServerFixture.run { api in
            let path = "/api/v1/namespaces/kube-public/secrets"
            let labels: [(String, JSONValue)] = [
                ("a", ["app": "web", "tier": "front"]), ("b", ["app": "web", "tier": "back"]),
                ("c", ["app": "db", "rank": "1"]), ("d", ["rank": "2"]),
            ]
            for (name, labels) in labels {
                _ = try await api.create(
                    path,
                    ["apiVersion": "v1", "kind": "Secret", "metadata": ["name": .string(name), "labels": labels]])
            }
            #expect(try await api.get("\(path)?labelSelector=\(selector.percentEncoded)").names == wanted)
        }
    }

    @Test(
        "Broken queries are refused in the words of kube-apiserver",
        arguments: [
            ("labelSelector=a%3D%3D%3Db", 400, "unable to parse requirement: found '=', expected: identifier"),
            ("fieldSelector=spec.bogus%3D1", 400, "field label not supported: spec.bogus"),
            ("limit=x", 400, "strconv.ParseInt: parsing \"x\": invalid syntax"),
            (
                "resourceVersion=abc", 400,
                "invalid resource version: resourceVersion: Invalid value: \"abc\": strconv.ParseUint: parsing \"abc\": "
                    + "invalid syntax"
            ),
            (
                "resourceVersionMatch=Exact", 422,
                "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is "
                    + "forbidden unless resourceVersion is provided"
            ),
        ])
    func brokenQueries(_ query: String, _ status: Int, _ message: String) async throws {
        try await ServerFixture.run { api in
            let reply = try await api.get("/api/v1/namespaces/default/pods?\(query)")
            #expect(reply.status == status)
            #expect(reply.message == message)
        }
    }
}
