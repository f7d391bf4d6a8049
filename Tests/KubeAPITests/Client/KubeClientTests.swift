import Support
import Testing

@testable import KubeAPI

@Suite("Client", .timeLimit(.minutes(1)))
struct KubeClientTests {
    private let key = ObjectKey(namespace: "shop", name: "web")

    /// A server that answers every request with an object.
    private func makeServer(_ body: String = #"{"kind":"ConfigMap","metadata":{"name":"web"}}"#) throws
        -> LoopbackServer
    {
        try LoopbackServer { _, connection in connection.respond(200, [("Content-Type", "application/json")], body) }
    }

    @Test("Every verb has its method, path, query and body")
    func verbs() async throws {
        let server = try makeServer()
        let client = try KubeClient.fixture(server) { $0.fieldManager = "tester" }
        let object = DynamicObject.configMap("web")
        #expect(try await client.get(.configMap, key).name == "web")
        _ = try await client.get(.deployment, key, subresource: "scale")
        _ = try await client.create(object, as: .configMap, options: WriteOptions(dryRun: true))
        _ = try await client.update(object, as: .configMap, options: WriteOptions(fieldValidation: .strict))
        _ = try await client.update(object, as: .deployment, subresource: "status")
        try await client.delete(
            .configMap, key,
            options: DeleteOptions(uid: "u-1", resourceVersion: "7", propagationPolicy: .foreground, dryRun: true))
        _ = try await client.create(object, subresource: "binding", of: .pod, ObjectKey(namespace: "shop", name: "p"))
        let path = "/api/v1/namespaces/shop/configmaps"
        let requests = server.requests
        #expect(
            requests.map { "\($0.method) \($0.path)" } == [
                "GET \(path)/web",
                "GET /apis/apps/v1/namespaces/shop/deployments/web/scale",
                "POST \(path)?fieldManager=tester&fieldValidation=Warn&dryRun=All",
                "PUT \(path)/web?fieldManager=tester&fieldValidation=Strict",
                "PUT /apis/apps/v1/namespaces/shop/deployments/web/status?fieldManager=tester&fieldValidation=Warn",
                "DELETE \(path)/web",
                "POST /api/v1/namespaces/shop/pods/p/binding?fieldManager=tester&fieldValidation=Warn",
            ])
        #expect(try JSONValue.parse(requests[2].body) == object.json)
        #expect(requests[2].headers["Content-Type"] == "application/json")
        #expect(
            try JSONValue.parse(requests[5].body) == [
                "kind": "DeleteOptions", "apiVersion": "v1", "preconditions": ["uid": "u-1", "resourceVersion": "7"],
                "propagationPolicy": "Foreground", "dryRun": ["All"],
            ])
        await client.shutdown()
    }

    @Test(
        "Each patch goes out with its media type",
        arguments: [
            (Patch.json([["op": "remove", "path": "/a"]]), "application/json-patch+json", ""),
            (Patch.merge(["a": nil]), "application/merge-patch+json", ""),
            (Patch.strategicMerge(["a": 1]), "application/strategic-merge-patch+json", ""),
            (Patch.apply(["a": 1], force: true), "application/apply-patch+yaml", "force=true&"),
            (Patch.apply(["a": 1], force: false), "application/apply-patch+yaml", ""),
        ])
    func patches(patch: Patch, wantType: String, wantQuery: String) async throws {
        let server = try makeServer()
        let client = try KubeClient.fixture(server)
        _ = try await client.patch(.node, ObjectKey(name: "n1"), patch, options: WriteOptions(fieldManager: "m"))
        let request = try #require(server.requests.first)
        #expect(request.method == "PATCH")
        #expect(request.path == "/api/v1/nodes/n1?\(wantQuery)fieldManager=m&fieldValidation=Warn")
        #expect(request.headers["Content-Type"] == wantType)
        #expect(try JSONValue.parse(request.body) == patch.body)
        await client.shutdown()
    }

    @Test("Requests carry user agent, media type, impersonation and credentials")
    func headers() async throws {
        let server = try makeServer()
        var configuration = ClientConfiguration(server: server.url)
        configuration.impersonation = Impersonation(user: "jane", groups: ["a", "b"])
        var options = ClientOptions()
        options.userAgent = ClientOptions.userAgent(version: "1.2.3", component: "test")
        let client = try KubeClient(
            configuration: configuration, credentials: FixtureCredentials(tokens: 1), options: options)
        _ = try await client.get(.configMap, key)
        let headers = try #require(server.requests.first).headers
        #expect(headers["User-Agent"]?.hasPrefix("quartermaster/1.2.3 (linux/") == true)
        #expect(headers["Accept"] == "application/json")
        #expect(headers["Impersonate-User"] == "jane")
        #expect(headers.values("Impersonate-Group") == ["a", "b"])
        #expect(headers["Authorization"] == "Bearer t1")
        await client.shutdown()
    }

    @Test("A list in pages is put together, its items know their kind")
    func paging() async throws {
        let server = try LoopbackServer { request, connection in
            let isFirst = !request.path.contains("continue=")
            let metadata = #"{"resourceVersion":"\#(isFirst ? 5 : 6)","continue":"\#(isFirst ? "tok/1" : "")"}"#
            let item = #"{"metadata":{"name":"\#(isFirst ? "a" : "b")"}}"#
            connection.respond(200, [], #"{"kind":"PodList","metadata":\#(metadata),"items":[\#(item)]}"#)
        }
        let client = try KubeClient.fixture(server)
        let options = ListOptions(
            labelSelector: "a in (b,c)", resourceVersion: "3", resourceVersionMatch: "NotOlderThan")
        let list = try await client.listAll(.pod, namespace: "shop", options: options, pageSize: 1)
        #expect(list.items.map(\.name) == ["a", "b"])
        #expect(list.items.map(\.kind) == ["Pod", "Pod"])
        #expect(list.items.map(\.apiVersion) == ["v1", "v1"])
        #expect(list.resourceVersion == "6")
        #expect(list.continueToken == nil)
        let selector = "labelSelector=a%20in%20%28b%2Cc%29&limit=1"
        #expect(
            server.requests.map(\.path) == [
                "/api/v1/namespaces/shop/pods?\(selector)&resourceVersion=3&resourceVersionMatch=NotOlderThan",
                "/api/v1/namespaces/shop/pods?\(selector)&continue=tok%2F1",
            ])
        await client.shutdown()
    }

    @Test("A list that ages away between pages begins again once")
    func expiredPages() async throws {
        let server = try LoopbackServer { request, connection in
            guard !request.path.contains("continue=") else {
                return connection.respond(
                    410, [], #"{"kind":"Status","code":410,"reason":"Expired","message":"too old"}"#)
            }
            connection.respond(200, [], #"{"metadata":{"continue":"t"},"items":[]}"#)
        }
        let client = try KubeClient.fixture(server)
        let error = await APIError.thrown { try await client.listAll(.pod) }
        #expect(error?.isExpired == true)
        #expect(server.requests.count == 4)
        await client.shutdown()
    }

    @Test("Answers that are no object are errors with a reason", arguments: ["", "[]", "{\"a\":", "<html>"])
    func brokenAnswers(body: String) async throws {
        let server = try makeServer(body)
        let client = try KubeClient.fixture(server)
        let error = await APIError.thrown { try await client.get(.configMap, key) }
        #expect(error?.reason == "InvalidResponse")
        #expect(error?.description.hasPrefix("GET configmaps shop/web: 200 InvalidResponse: the answer: ") == true)
        await client.shutdown()
    }

    @Test("A watch's bytes and a list's bytes go to the sink untouched")
    func streams() async throws {
        let server = try LoopbackServer { request, connection in
            connection.beginChunks()
            connection.chunk(request.path.contains("watch=true") ? "{\"type\":" : "{\"items\":")
            connection.chunk("1}")
            connection.endChunks()
        }
        let observer = RecordingObserver()
        let client = try KubeClient.fixture(server) { $0.observer = observer }
        let watch = RecordingSink()
        let options = WatchOptions(fieldSelector: "a=b", sendInitialEvents: true, timeout: .seconds(300))
        _ = try await client.watch(.pod, namespace: "shop", options: options, into: watch)
        try await eventually("the watch is over") { watch.isOver }
        #expect(watch.current.text == "{\"type\":1}")
        let list = RecordingSink()
        _ = try await client.listRaw(.pod, options: ListOptions(resourceVersion: "0"), into: list)
        try await eventually("the list is over") { list.isOver }
        #expect(list.current.text == "{\"items\":1}")
        #expect(
            server.requests.map(\.path) == [
                "/api/v1/namespaces/shop/pods?watch=true&fieldSelector=a%3Db&resourceVersionMatch=NotOlderThan"
                    + "&allowWatchBookmarks=true&sendInitialEvents=true&timeoutSeconds=300",
                "/api/v1/pods?resourceVersion=0",
            ])
        #expect(observer.records.map(\.request) == ["WATCH pods shop", "LIST pods"])
        #expect(observer.records.map(\.code) == ["200", "200"])
        await client.shutdown()
    }

    @Test("The observer hears of each try and of each warning")
    func observer() async throws {
        let server = try LoopbackServer { request, connection in
            guard request.method == "GET" else { return connection.respond(409) }
            let warning = #"299 - "unknown field \"spec.x\"""#
            connection.respond(200, [("Warning", warning), ("Warning", "199 - \"other\"")])
        }
        let observer = RecordingObserver()
        let client = try KubeClient.fixture(server) { $0.observer = observer }
        _ = try await client.get(.configMap, key)
        _ = await APIError.thrown { try await client.delete(.configMap, key) }
        server.stop()
        _ = await APIError.thrown { try await client.delete(.configMap, key) }
        #expect(observer.records.map(\.code) == ["200", "409", "<error>"])
        #expect(observer.records.map(\.method) == ["GET", "DELETE", "DELETE"])
        #expect(Set(observer.records.map(\.host)) == ["127.0.0.1:\(server.port)"])
        #expect(observer.warnings == [#"GET configmaps shop/web: unknown field "spec.x""#])
        await client.shutdown()
    }

    @Test("A cancelled task ends with CancellationError")
    func cancellation() async throws {
        let server = try LoopbackServer { _, connection in connection.waitUntilClosed() }
        let client = try KubeClient.fixture(server)
        let task = Task { try await client.get(.configMap, key) }
        try await eventually("the request has arrived") { !server.requests.isEmpty }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        await client.shutdown()
    }
}
