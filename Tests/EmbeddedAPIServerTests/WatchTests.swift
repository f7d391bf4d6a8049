import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@Suite("Watches")
struct WatchTests {
    private static let secrets = "/api/v1/namespaces/default/secrets"

    private func secret(_ name: String, labels: JSONValue = [:]) -> JSONValue {
        ["apiVersion": "v1", "kind": "Secret", "metadata": ["name": .string(name), "labels": labels]]
    }

    @Test("A watch without a resourceVersion begins with what is there")
    func fromNow() async throws {
        try await ServerFixture.run { api in
            _ = try await api.create(Self.secrets, secret("a"))
            let watch = api.watch("\(Self.secrets)?watch=1")
            _ = try await watch.waitForEvents(1)
            _ = try await api.create(Self.secrets, secret("b"))
            _ = try await api.send("DELETE", "\(Self.secrets)/a")
            _ = try await watch.waitForEvents(3)
            #expect(watch.summary == ["ADDED a", "ADDED b", "DELETED a"])
            watch.cancel()
            try await eventually("the server notices that the client has gone") { api.server.openWatches == 0 }
        }
    }

    @Test("A watch from a resourceVersion repeats what came after it, and nothing else")
    func fromVersion() async throws {
        try await ServerFixture.run { api in
            _ = try await api.create(Self.secrets, secret("a"))
            let second = try await api.create(Self.secrets, secret("b"))
            _ = try await api.create(Self.secrets, secret("c"))
            let watch = api.watch("\(Self.secrets)?watch=true&resourceVersion=\(second.resourceVersion)")
            _ = try await watch.waitForEvents(1)
            #expect(watch.summary == ["ADDED c"])
        }
    }

    @Test("WatchList sends the present state and a bookmark that says so")
    func watchList() async throws {
        try await ServerFixture.run { api in
            _ = try await api.create(Self.secrets, secret("a"))
            let watch = api.watch(
                "\(Self.secrets)?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
                    + "&allowWatchBookmarks=true")
            let events = try await watch.waitForEvents(2)
            #expect(watch.summary == ["ADDED a", "BOOKMARK"])
            let end = events[1][path: ["object", "metadata", "annotations", "k8s.io/initial-events-end"]]
            #expect(end == "true")
            let version = events[1][path: ["object", "metadata", "resourceVersion"]]
            #expect(version == .string(String(api.server.resourceVersion)))
        }
    }

    @Test("What begins or ceases to match a selector is added or deleted")
    func selectors() async throws {
        try await ServerFixture.run { api in
            let watch = api.watch("\(Self.secrets)?watch=1&labelSelector=on%3Dyes")
            try await eventually("the watch is open") { api.server.openWatches == 1 }
            _ = try await api.create(Self.secrets, secret("a"))
            for label in ["yes", "no", "yes"] {
                _ = try await api.send(
                    "PATCH", "\(Self.secrets)/a", ["metadata": ["labels": ["on": .string(label)]]],
                    type: "application/merge-patch+json")
            }
            _ = try await watch.waitForEvents(3)
            #expect(watch.summary == ["ADDED a", "DELETED a", "ADDED a"])
        }
    }

    @Test("A watch from what is forgotten gets an ERROR event with 410")
    func tooOld() async throws {
        try await ServerFixture.run { api in
            let created = try await api.create(Self.secrets, secret("a"))
            _ = try await api.create(Self.secrets, secret("b"))
            api.server.compact()
            let watch = api.watch("\(Self.secrets)?watch=1&resourceVersion=\(created.resourceVersion)")
            try await watch.waitForEnd()
            #expect(watch.status == 200)
            #expect(watch.events.first?["type"] == "ERROR")
            #expect(watch.events.first?[path: ["object", "code"]] == 410)
            #expect(watch.events.first?[path: ["object", "reason"]] == "Expired")
        }
    }

    @Test("A history that is too short for a watch gives 410")
    func shortHistory() async throws {
        try await ServerFixture.run(.init(historyLimit: 2)) { api in
            let created = try await api.create(Self.secrets, secret("a"))
            for index in 0..<9 { _ = try await api.create(Self.secrets, secret("s\(index)")) }
            let watch = api.watch("\(Self.secrets)?watch=1&resourceVersion=\(created.resourceVersion)")
            try await watch.waitForEnd()
            #expect(watch.events.last?[path: ["object", "code"]] == 410)
        }
    }

    @Test("A watch of more than the server buffers goes on as the client reads")
    func slowReader() async throws {
        // With no room at all, each event waits until the one before it has gone out.
        try await ServerFixture.run(.init(watchBufferBytes: 0)) { api in
            let watch = api.watch("\(Self.secrets)?watch=1")
            try await eventually("the watch is open") { api.server.openWatches == 1 }
            for index in 0..<8 {
                let created = try await api.create(Self.secrets, secret("s\(index)"))
                #expect(created.status == 201)
            }
            _ = try await watch.waitForEvents(8)
            #expect(watch.summary == (0..<8).map { "ADDED s\($0)" })
        }
    }

    @Test("Bookmarks come at their interval and with the end that timeoutSeconds sets")
    func bookmarks() async throws {
        try await ServerFixture.run(.init(bookmarkInterval: .milliseconds(10))) { api in
            let watch = api.watch("\(Self.secrets)?watch=1&allowWatchBookmarks=true&timeoutSeconds=1")
            try await watch.waitForEnd()
            #expect(watch.error == nil)
            #expect(watch.summary.count > 2)
            #expect(watch.summary.allSatisfy { $0 == "BOOKMARK" })
        }
    }

    @Test("A watch goes on after a restart that kept the history, and gets 410 after one that lost it")
    func restart() async throws {
        try await ServerFixture.run { api in
            let created = try await api.create(Self.secrets, secret("a"))
            let first = api.watch("\(Self.secrets)?watch=1&resourceVersion=\(created.resourceVersion)")
            try await eventually("the watch is open") { api.server.openWatches == 1 }
            try await api.server.restart()
            try await first.waitForEnd()
            #expect(first.error != nil)
            _ = try await api.create(Self.secrets, secret("b"))
            let second = api.watch("\(Self.secrets)?watch=1&resourceVersion=\(created.resourceVersion)")
            _ = try await second.waitForEvents(1)
            #expect(second.summary == ["ADDED b"])
            try await api.server.restart(keepsHistory: false)
            let third = api.watch("\(Self.secrets)?watch=1&resourceVersion=\(created.resourceVersion)")
            try await third.waitForEnd()
            #expect(third.events.last?[path: ["object", "code"]] == 410)
        }
    }
}
