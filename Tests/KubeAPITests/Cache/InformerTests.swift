import KubeAPI
import Support
import Testing

@Suite struct InformerTests {
    @Test("WatchList fills the store, tells handlers, and goes on on the same stream")
    func watchList() async throws {
        try await Bench().run { bench in
            let stream = try await bench.source.transfer(0)
            #expect(stream.isInitialEvents)
            stream.begin()
            stream.send(WireText.event("ADDED", WireText.pod("a", version: 5, labels: ["app": "web"])))
            #expect(!bench.informer.hasSynced)
            #expect(bench.informer.store.count == 0)
            stream.send(WireText.bookmark(10, endsInitialEvents: true))
            try await bench.informer.waitUntilSynced()
            try await bench.expectHeard(["+a!"])
            #expect(bench.informer.phase == .live)
            #expect(bench.informer.store.list(index: "app", value: "web").map(\.key.name) == ["a"])
            stream.send(WireText.event("MODIFIED", WireText.pod("a", version: 11)))
            stream.send(WireText.event("ADDED", WireText.pod("b", version: 12)))
            stream.send(WireText.event("DELETED", WireText.pod("a", version: 13)))
            try await bench.expectHeard(["~a 5>11", "+b", "-a"])
            #expect(bench.source.requestCount == 1)
        }
    }

    @Test("A reload takes over what the server says now of a version that is known, and no handler hears of it")
    func reload() async throws {
        try await Bench().run { bench in
            let first = try await bench.source.transfer(0)
            first.begin()
            first.send(WireText.event("ADDED", WireText.pod("a", version: 5, labels: ["app": "web"])))
            first.send(WireText.bookmark(10, endsInitialEvents: true))
            try await bench.expectHeard(["+a!"])
            bench.informer.reload()
            let second = try await bench.source.transfer(1)
            #expect(second.isInitialEvents && first.isCancelled && bench.informer.isReloading)
            second.begin()
            second.send(WireText.event("ADDED", WireText.pod("a", version: 5, labels: ["app": "shop"])))
            second.send(WireText.bookmark(10, endsInitialEvents: true))
            try await eventually("it is done") { !bench.informer.isReloading }
            #expect(bench.informer.store.list(index: "app", value: "shop").map(\.key.name) == ["a"])
            #expect(bench.informer.store.list(index: "app", value: "web").isEmpty)
            second.send(WireText.event("MODIFIED", WireText.pod("a", version: 11)))
            try await bench.expectHeard(["~a 5>11"])
        }
    }

    @Test("The objects of an informer are asked for only once its predecessor has synced")
    func predecessor() async throws {
        let (first, second) = (ScriptedSource(), ScriptedSource())
        let predecessor = Informer(Selection(.node), source: first)
        var options = InformerOptions()
        options.predecessor = predecessor
        let informer = Informer(Selection(.pod), source: second, options: options)
        async let _ = try? predecessor.run()
        async let _ = try? informer.run()
        let stream = try await first.transfer(0)
        stream.begin()
        #expect(second.requestCount == 0)
        stream.send(WireText.bookmark(10, endsInitialEvents: true))
        #expect(try await second.transfer(0).isInitialEvents)
        #expect(predecessor.hasSynced)
    }

    @Test("Changes among the initial events are taken over before anybody is told")
    func changesInInitialEvents() async throws {
        try await Bench().run { bench in
            let stream = try await bench.source.transfer(0)
            stream.begin()
            for event in [
                WireText.event("ADDED", WireText.pod("a", version: 5)),
                WireText.event("ADDED", WireText.pod("b", version: 6)),
                WireText.event("MODIFIED", WireText.pod("a", version: 7)),
                WireText.event("DELETED", WireText.pod("b", version: 8)),
            ] { stream.send(event) }
            stream.send(WireText.bookmark(10, endsInitialEvents: true))
            try await bench.expectHeard(["+a!"])
            #expect(bench.informer.store.get(ObjectKey(namespace: "shop", name: "a"))?.resourceVersion == "7")
        }
    }

    @Test("Where WatchList is refused, pages are listed, and handlers are told once all are there")
    func pagedList() async throws {
        try await Bench().run { bench in
            try await bench.source.transfer(0).answer(WireText.status(422, "Invalid"), status: 422)
            let first = try await bench.source.transfer(1)
            #expect(first.request == .list(ListRequest(limit: 500)))
            first.answer(
                WireText.page([WireText.pod("a", version: 5, hasType: false)], version: 10, continueToken: "t"))
            let second = try await bench.source.transfer(2)
            #expect(second.request == .list(ListRequest(limit: 500, continueToken: "t")))
            #expect(bench.takeHeard() == [])
            second.answer(WireText.page([WireText.pod("b", version: 6)], version: 10))
            try await bench.informer.waitUntilSynced()
            #expect(bench.takeHeard().sorted() == ["+a!", "+b!"])
            let watch = try await bench.source.transfer(3)
            #expect(watch.resourceVersion == "10")
            let pod = bench.informer.store.get(ObjectKey(namespace: "shop", name: "a"))?.dynamic()
            #expect(pod?.kind == "Pod" && pod?.apiVersion == "v1")
        }
    }

    @Test("A re-list keeps the objects it already has")
    func reuses() async throws {
        try await Bench().run { bench in
            let stream = try await bench.live()
            let before = try #require(bench.informer.store.list().first)
            stream.send(WireText.event("ERROR", WireText.status(410, "Expired")))
            let relist = try await bench.source.transfer(1)
            relist.begin()
            relist.send(
                WireText.event("ADDED", WireText.pod("a", version: 5)) + WireText.bookmark(20, endsInitialEvents: true))
            try await eventually("the re-list") { bench.informer.phase == .live }
            let after = try #require(bench.informer.store.list().first)
            #expect(after.isIdentical(to: before))
            #expect(bench.takeHeard() == [])
        }
    }

    @Test("A handler that comes late is told what is there, then what changes")
    func lateHandler() async throws {
        try await Bench().run { bench in
            let stream = try await bench.live()
            let late = Heard()
            bench.informer.addHandler(late.note)
            stream.send(WireText.event("MODIFIED", WireText.pod("a", version: 11)))
            try await eventually("both") { late.count == 2 }
            #expect(late.take() == ["+a!", "~a 5>11"])
        }
    }

    @Test("Our own write is read at once, and ends with its event")
    func ownWrite() async throws {
        try await Bench().run { bench in
            let stream = try await bench.live()
            let key = ObjectKey(namespace: "shop", name: "a")
            let answer = try DynamicObject(JSONValue.parse(WireText.pod("a", version: 12)))
            bench.informer.recordWrite(answer)
            #expect(bench.informer.store.get(key)?.resourceVersion == "12")
            stream.send(WireText.event("MODIFIED", WireText.pod("a", version: 11)))
            stream.send(WireText.event("MODIFIED", WireText.pod("a", version: 12)))
            try await bench.expectHeard(["~a 5>11", "~a 11>12"])
            bench.informer.recordDeletion(key, uid: "uid-a")
            #expect(bench.informer.store.get(key) == nil)
        }
    }

    @Test("Waiting for a sync ends with the waiting task")
    func cancelledWait() async throws {
        let bench = Bench()
        let waiter = Task { try await bench.informer.waitUntilSynced() }
        waiter.cancel()
        await #expect(throws: CancellationError.self) { try await waiter.value }
    }

    @Test("Ending the task ends the transfer")
    func shutdown() async throws {
        let bench = Bench()
        let task = Task { try await bench.informer.run() }
        let stream = try await bench.source.transfer(0)
        stream.begin()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(stream.isCancelled)
    }
}

@Suite struct InformerSetTests {
    @Test("Equal selections share one informer; those asked for later run too")
    func shares() async throws {
        let source = ScriptedSource()
        let set = InformerSet(source: source)
        let pods = set.informer(Selection(.pod), indexers: [.label("app")])
        #expect(set.informer(Selection(.pod), indexers: [.ownerUID]) === pods)
        #expect(set.informer(Selection(.pod, namespace: "shop")) !== pods)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await set.run() }
            try await eventually("both lists") { source.requestCount == 2 }
            #expect(set.behind == ["pods in shop: waiting for the first list", "pods: waiting for the first list"])
            let nodes = set.informer(Selection(.node), isOptional: true)
            _ = try await source.transfer(2)
            for number in 0..<3 {
                let stream = try await source.transfer(number)
                stream.begin()
                stream.send(WireText.bookmark(1, endsInitialEvents: true))
            }
            try await set.waitUntilSynced()
            #expect(nodes.hasSynced)
            #expect(set.behind == [])
            group.cancelAll()
        }
    }

    @Test("An informer that is released ends alone; who asks again gets a new one")
    func release() async throws {
        let source = ScriptedSource()
        let set = InformerSet(source: source)
        let first = set.informer(Selection(.secret, namespace: "shop"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await set.run() }
            let stream = try await source.transfer(0)
            _ = set.informer(Selection(.pod))
            _ = try await source.transfer(1)
            set.release(first.selection)
            try await eventually("the watch is cancelled") { stream.isCancelled }
            #expect(try await !source.transfer(1).isCancelled)
            #expect(set.informers.map(\.selection) == [Selection(.pod)])
            #expect(set.informer(first.selection) !== first)
            _ = try await source.transfer(2)
            group.cancelAll()
        }
    }

    @Test("Readiness does not wait for informers that are not awaited")
    func notAwaited() async throws {
        let set = InformerSet(source: ScriptedSource())
        let informer = set.informer(Selection(.secret, namespace: "shop"), isAwaited: false)
        #expect(set.behind == [] && !informer.hasSynced)
        try await set.waitUntilSynced()
    }

    @Test(
        "Only what an informer selects is shown as written",
        arguments: [
            (Selection(.pod), true), (Selection(.pod, namespace: "shop"), true),
            (Selection(.pod, namespace: "other"), false),
            (Selection(.pod, labelSelector: .matching(["app": "web"])), true),
            (Selection(.pod, labelSelector: .matching(["app": "db"])), false),
            (Selection(.pod, fieldSelector: "metadata.name=a"), true),
            (Selection(.pod, fieldSelector: "metadata.name==a,metadata.namespace=shop"), true),
            (Selection(.pod, fieldSelector: "metadata.name=b"), false),
            (Selection(.pod, fieldSelector: "spec.nodeName=n"), false),
        ])
    func ownWritesOfSelection(selection: Selection, isShown: Bool) throws {
        let informer = Informer(selection, source: ScriptedSource())
        let pod = try DynamicObject(JSONValue.parse(WireText.pod("a", version: 5, labels: ["app": "web"])))
        informer.recordWrite(pod)
        #expect((informer.store.get(pod.key) != nil) == isShown)
    }

    @Test("A selection reads as people write it")
    func description() {
        let selection = Selection(
            .deployment, namespace: "shop", labelSelector: .matching(["app": "web"]), fieldSelector: "metadata.name=x")
        #expect("\(selection)" == "deployments.apps in shop (app=web; metadata.name=x)")
    }
}
