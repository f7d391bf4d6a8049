import KubeAPI
import Support
import Testing

@Suite struct InformerFaultTests {
    enum Expiry: CaseIterable { case status, event }

    @Test("A stream that dies in the middle of initial events leaves nothing behind")
    func diesInInitialEvents() async throws {
        try await Bench().run { bench in
            let first = try await bench.source.transfer(0)
            first.begin()
            first.send(WireText.event("ADDED", WireText.pod("gone", version: 5)))
            first.end(TransportError(.closed, "connection reset"))
            try await bench.clock.waitUntilSleeping()
            try await eventually("the problem") { bench.informer.problem == "connection reset" }
            #expect(!bench.informer.hasSynced)
            try await eventually("the back-off") { bench.clock.timeToNextWake == .milliseconds(800) }
            bench.clock.advance(by: .milliseconds(800))
            let second = try await bench.source.transfer(1)
            #expect(second.isInitialEvents && second.resourceVersion == nil)
            second.begin()
            second.send(WireText.bookmark(10, endsInitialEvents: true))
            try await bench.informer.waitUntilSynced()
            #expect(bench.informer.store.count == 0)
            #expect(bench.takeHeard() == [])
        }
    }

    @Test("Where the end of the initial events does not come in time, pages are listed")
    func initialEventsTooLate() async throws {
        try await Bench().run { bench in
            let stream = try await bench.source.transfer(0)
            stream.begin()
            stream.send(WireText.event("ADDED", WireText.pod("a", version: 5)))
            try await bench.clock.waitUntilSleeping()
            bench.clock.advance(by: .seconds(15))
            let list = try await bench.source.transfer(1)
            #expect(stream.isCancelled)
            #expect(list.request == .list(ListRequest(limit: 500)))
            // What the old stream still says is not heard.
            stream.send(WireText.bookmark(10, endsInitialEvents: true))
            list.answer(WireText.page([WireText.pod("b", version: 6)], version: 10))
            try await bench.expectHeard(["+b!"])
        }
    }

    @Test("75 seconds of silence replace the watch; bytes in between put that off")
    func silence() async throws {
        try await Bench().run { bench in
            let stream = try await bench.live()
            try await eventually("the alarm") { bench.clock.timeToNextWake == .seconds(75) }
            bench.clock.advance(by: .seconds(70))
            stream.send(WireText.bookmark(20))
            try await eventually("the bookmark") { bench.informer.staleness == .zero }
            bench.clock.advance(by: .seconds(5))
            try await eventually("the next alarm") { bench.clock.timeToNextWake == .seconds(70) }
            #expect(bench.source.requestCount == 1)
            bench.clock.advance(by: .seconds(70))
            let next = try await bench.source.transfer(1)
            #expect(stream.isCancelled)
            #expect(next.resourceVersion == "20")
            #expect(bench.informer.hasSynced)
            #expect(bench.informer.staleness == .seconds(75))
        }
    }

    @Test("410 brings one re-list; it deletes what is missing, with the last state", arguments: Expiry.allCases)
    func expired(form: Expiry) async throws {
        try await Bench().run { bench in
            let stream = try await bench.live()
            stream.send(WireText.event("ADDED", WireText.pod("b", version: 11)))
            try await bench.expectHeard(["+b"])
            let relist: ScriptedTransfer
            switch form {
            case .event:
                #expect(!stream.send(WireText.event("ERROR", WireText.status(410, "Expired"))))
                relist = try await bench.source.transfer(1)
            case .status:
                stream.end()
                try await bench.source.transfer(1).answer(WireText.status(410, "Expired"), status: 410)
                relist = try await bench.source.transfer(2)
            }
            #expect(relist.isInitialEvents && relist.resourceVersion == nil)
            #expect(bench.informer.hasSynced)
            relist.begin()
            relist.send(WireText.event("ADDED", WireText.pod("b", version: 11)))
            relist.send(WireText.event("ADDED", WireText.pod("c", version: 15)))
            relist.send(WireText.bookmark(20, endsInitialEvents: true))
            try await eventually("the re-list") { bench.informer.phase == .live }
            try await bench.expectHeard(["-a", "+c"])
        }
    }

    @Test("A watch that is refused waits and goes on from where it was", arguments: [429, 0])
    func refused(code: Int) async throws {
        try await Bench().run { bench in
            let stream = try await bench.live()
            stream.send(WireText.bookmark(30))
            try await eventually("the bookmark") { bench.informer.staleness == .zero }
            if code == 0 { bench.source.refuse("connection refused") }
            stream.end()
            let second = try await bench.source.transfer(1)
            if code != 0 {
                second.answer(WireText.status(code, "TooManyRequests"), status: code, headers: [("retry-after", "4")])
            }
            let delay: Duration = code == 0 ? .milliseconds(800) : .seconds(4)
            try await eventually("the back-off") { bench.clock.timeToNextWake == delay }
            #expect(bench.informer.problem != nil && bench.informer.hasSynced)
            bench.source.refuse(nil)
            bench.clock.advance(by: delay)
            let third = try await bench.source.transfer(2)
            #expect(
                third.request
                    == .watch(WatchRequest(resourceVersion: "30", sendInitialEvents: false, timeout: .seconds(300))))
        }
    }

    @Test("Events that overflow the hand-over end the watch and bring a re-list")
    func overflow() async throws {
        let consumer = SlowConsumer()
        let bench = Bench { $0.eventLimit = 8 }
        bench.informer.addHandler { event in
            if event.key.name == "block" { consumer.hold() }
        }
        try await bench.run { bench in
            let stream = try await bench.live()
            stream.send(WireText.event("ADDED", WireText.pod("block", version: 11)))
            try await bench.expectHeard(["+block"])
            var wanted = 0
            while wanted < 100, stream.send(WireText.event("ADDED", WireText.pod("p\(wanted)", version: 12 + wanted))) {
                wanted += 1
            }
            #expect(wanted == 8)
            consumer.open()
            let relist = try await bench.source.transfer(1)
            #expect(relist.isInitialEvents)
            #expect(bench.informer.store.count == 10)
        }
    }

    @Test("Many initial events never overflow the hand-over")
    func manyInitialEvents() async throws {
        try await Bench { $0.eventLimit = 8 }.run { bench in
            let stream = try await bench.source.transfer(0)
            stream.begin()
            for number in 1...1000 {
                #expect(stream.send(WireText.event("ADDED", WireText.pod("p\(number)", version: number))))
            }
            stream.send(WireText.bookmark(1000, endsInitialEvents: true))
            try await bench.informer.waitUntilSynced()
            #expect(bench.informer.store.count == 1000)
        }
    }
}

@Suite struct InformerAbsenceTests {
    @Test("A type that is not served is waited for and started when it appears", arguments: [true, false])
    func appears(isOptional: Bool) async throws {
        try await Bench { $0.isOptional = isOptional }.run { bench in
            try await bench.source.transfer(0).answer("404 page not found", status: 404)
            try await eventually("absence") { bench.informer.phase == .absent }
            #expect(bench.informer.hasSynced == isOptional)
            #expect((bench.informer.problem == nil) == isOptional)
            try await eventually("the back-off") { bench.clock.timeToNextWake == .milliseconds(800) }
            bench.clock.advance(by: .milliseconds(800))
            let stream = try await bench.source.transfer(1)
            stream.begin()
            stream.send(
                WireText.event("ADDED", WireText.pod("a", version: 5)) + WireText.bookmark(9, endsInitialEvents: true))
            try await bench.expectHeard(["+a!"])
            #expect(bench.informer.phase == .live)
        }
    }

    @Test("A type that goes away for good deletes its objects and says so")
    func disappears() async throws {
        try await Bench().run { bench in
            let stream = try await bench.live()
            stream.send(WireText.bookmark(11))
            stream.end()
            for number in 1...3 {
                #expect(bench.informer.store.count == 1)
                try await bench.source.transfer(number).answer("404 page not found", status: 404)
                guard number < 3 else { break }
                try await eventually("the wait") { bench.clock.timeToNextWake.map { $0 < .seconds(10) } ?? false }
                bench.clock.advance(by: .seconds(10))
            }
            try await bench.expectHeard(["-a"])
            try await eventually("absence") { bench.informer.phase == .absent }
            #expect(!bench.informer.hasSynced)
            #expect(bench.informer.store.count == 0)
        }
    }
}
