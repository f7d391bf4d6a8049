import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@Suite("Faults on request")
struct FaultTests {
    @Test("A refusal has the status, the reason and the wait that were asked for, as often as asked for")
    func refusal() async throws {
        try await ServerFixture.run { api in
            let fault = api.server.faults.inject(
                FaultRule(
                    .refuse(status: 429, retryAfterSeconds: 2), verb: "list", resource: "configmaps", count: 2))
            for _ in 0..<2 {
                let reply = try await api.get(configMaps)
                #expect(reply.status == 429)
                #expect(reply.reason == "TooManyRequests")
                #expect(reply.headers["Retry-After"] == "2")
            }
            #expect(try await api.get(configMaps).status == 200)
            #expect(api.server.faults.hits(fault) == 2)
        }
    }

    @Test(
        "Each status has its reason",
        arguments: [
            (409, "Conflict"), (410, "Expired"), (500, "InternalError"), (503, "ServiceUnavailable"),
            (504, "Timeout"),
        ])
    func reasons(_ status: Int, _ reason: String) async throws {
        try await ServerFixture.run { api in
            api.server.faults.inject(FaultRule(.refuse(status: status)))
            let reply = try await api.get(configMaps)
            #expect(reply.status == status)
            #expect(reply.reason == reason)
        }
    }

    @Test("A dropped request was not served; a lost answer was")
    func dropAndLoss() async throws {
        try await ServerFixture.run { api in
            api.server.faults.inject(FaultRule(.drop, verb: "create", count: 1))
            await #expect(throws: TransportError.self) { _ = try await api.create(configMaps, configMap("dropped")) }
            let dropped = try await api.get("\(configMaps)/dropped")
            #expect(dropped.status == 404)
            api.server.faults.inject(FaultRule(.loseAnswer, verb: "create", count: 1))
            await #expect(throws: TransportError.self) { _ = try await api.create(configMaps, configMap("lost")) }
            #expect(try await api.get("\(configMaps)/lost").status == 200)
        }
    }

    @Test("A request that hangs ends when its rule goes")
    func hang() async throws {
        try await ServerFixture.run { api in
            let fault = api.server.faults.inject(FaultRule(.hang, name: "held"))
            await #expect(throws: TransportError.self) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { _ = try await api.get("\(configMaps)/held") }
                    try await eventually("the request hangs") { api.server.faults.hits(fault) == 1 }
                    api.server.faults.remove(fault)
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test("A delayed request is served in the end, and not before; others do not wait for it")
    func delay() async throws {
        try await ServerFixture.run { api in
            _ = try await api.create(configMaps, configMap("held"))
            let delay = Duration.milliseconds(300)
            let fault = api.server.faults.inject(FaultRule(.delay(delay), name: "held", count: 1))
            let began = ContinuousClock.now
            async let held = api.get("\(configMaps)/held")
            try await eventually("the request waits") { api.server.faults.hits(fault) == 1 }
            #expect(try await api.get("\(configMaps)/other").status == 404)
            #expect(try await held.status == 200)
            #expect(began.duration(to: .now) >= delay)
        }
    }

    @Test("A list is cut short of its end")
    func cutList() async throws {
        try await ServerFixture.run { api in
            api.server.faults.inject(FaultRule(.cut(afterBytes: 40), verb: "list", count: 1))
            await #expect(throws: TransportError.self) { _ = try await api.get(configMaps) }
        }
    }

    @Test("A watch is cut in the middle of an event")
    func cutWatch() async throws {
        try await ServerFixture.run { api in
            api.server.faults.inject(FaultRule(.cut(afterBytes: 60), verb: "watch", count: 1))
            let watch = api.watch("\(configMaps)?watch=1&resourceVersion=\(api.server.resourceVersion)")
            try await eventually("the watch is open") { api.server.openWatches == 1 }
            _ = try await api.create(configMaps, configMap("a"))
            try await watch.waitForEnd()
            #expect(watch.error != nil)
            #expect(watch.events.isEmpty)
        }
    }

    @Test("Faults can be set and removed over HTTP, by administrators only")
    func overHTTP() async throws {
        try await ServerFixture.run { api in
            let set = try await api.send(
                "POST", "/embedded/faults", ["effect": "refuse", "status": 500, "resource": "secrets"])
            #expect(set.status == 200)
            #expect(try await api.get("/api/v1/secrets").status == 500)
            #expect(try await api.get("/embedded/faults").json[0]?["hits"] == 1)
            #expect(try await api.send("DELETE", "/embedded/faults").status == 200)
            #expect(try await api.get("/api/v1/secrets").status == 200)
            let bad = try await api.send("POST", "/embedded/faults", ["effect": "explode"])
            #expect(bad.status == 400)
            let jane = try ServerFixture.transport(to: api.server, as: UserInfo(name: "jane"))
            #expect(try await jane.send(HTTPRequest(path: "/embedded/faults")).status == 403)
            await jane.shutdown()
        }
    }

    @Test("Every connection can be cut at once")
    func disconnect() async throws {
        try await ServerFixture.run { api in
            let watch = api.watch("\(configMaps)?watch=1")
            try await eventually("the watch is open") { api.server.openWatches == 1 }
            api.server.disconnectAll()
            try await watch.waitForEnd()
            #expect(watch.error != nil)
            #expect(try await api.get(configMaps).status == 200)
        }
    }

    @Test("The same seed gives the same faults")
    func probability() async throws {
        func statuses() async throws -> [Int] {
            var result: [Int] = []
            try await ServerFixture.run(.init(seed: 7)) { api in
                api.server.faults.inject(FaultRule(.refuse(status: 500), probability: 0.5))
                for _ in 0..<20 { result.append(try await api.get(configMaps).status) }
            }
            return result
        }
        let first = try await statuses()
        #expect(Set(first) == [200, 500])
        #expect(try await statuses() == first)
    }
}
