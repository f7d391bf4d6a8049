import Support
import Testing

@testable import KubeAPI

@Suite("Event aggregation")
struct EventAggregatorTests {
    private var aggregator = EventAggregator()
    private let wall = Timestamp(secondsSinceEpoch: 1000)

    private func occurrence(_ note: String = "n", object: String = "a") -> EventOccurrence {
        EventOccurrence(
            regarding: ObjectReference(kind: "K", namespace: "shop", name: object, uid: object), type: .normal,
            reason: "Created", action: "Reconcile", note: note)
    }

    private mutating func admit(_ occurrence: EventOccurrence, at now: Duration) -> EventAggregator.Decision {
        aggregator.admit(
            occurrence, as: ObjectKey(namespace: "shop", name: "e"), now: now, wallClock: wall + now)
    }

    @Test("the same again counts up one event, which is written at most every 30 seconds")
    mutating func series() {
        #expect(admit(occurrence(), at: .zero) == .create)
        #expect(aggregator.nextDue == nil)
        for second in 1...10 { #expect(admit(occurrence(), at: .seconds(second)) == .counted) }
        #expect(aggregator.nextDue == .seconds(30))
        #expect(aggregator.due(now: .seconds(29)).isEmpty)
        let due = aggregator.due(now: .seconds(30))
        #expect(due.map(\.series.count) == [11])
        #expect(due.map(\.series.lastObserved) == [wall + .seconds(10)])
        #expect(aggregator.due(now: .seconds(60)).isEmpty)
    }

    @Test("another note, or another object, is another event")
    mutating func different() {
        #expect(admit(occurrence("a"), at: .zero) == .create)
        #expect(admit(occurrence("b"), at: .zero) == .create)
        #expect(admit(occurrence("a", object: "other"), at: .zero) == .create)
    }

    @Test("after ten minutes of silence the same is a new event")
    mutating func silence() {
        _ = admit(occurrence(), at: .zero)
        #expect(admit(occurrence(), at: .seconds(599)) == .counted)
        #expect(admit(occurrence(), at: .seconds(1200)) == .create)
    }

    @Test("one object cannot make more than its share of events, and others are not held back")
    mutating func rate() {
        let decisions = (0..<30).map { admit(occurrence("\($0)"), at: .zero) }
        #expect(decisions.filter { $0 == .create }.count == 25)
        #expect(decisions.filter { $0 == .rateLimited }.count == 5)
        #expect(admit(occurrence("x", object: "other"), at: .zero) == .create)
        #expect(admit(occurrence("y"), at: .seconds(300)) == .create)
        #expect(admit(occurrence("z"), at: .seconds(300)) == .rateLimited)
    }

    @Test("a note is cut at 1,024 bytes, between characters", arguments: ["x", "ü", "🚢", "👩‍🚀"])
    func note(character: String) {
        let note = occurrence(String(repeating: character, count: 2000)).note
        #expect(note.utf8.count <= 1024)
        #expect(note.utf8.count > 1024 - 16)
        #expect(note.dropLast().allSatisfy { String($0) == character })
        #expect(occurrence("short").note == "short")
    }
}

@Suite("Event recorder")
struct EventRecorderTests {
    private let cluster = FakeCluster()
    private let clock = ManualClock()
    private let metrics = MetricRegistry()

    private func recorder(gate: WriteGate = .alwaysOpen(), capacity: Int = 1024) -> EventRecorder {
        var options = EventRecorder.Options(
            reportingController: "quartermaster.dev/operator", reportingInstance: "pod-1")
        options.capacity = capacity
        return EventRecorder(
            api: cluster, gate: gate, options: options, metrics: metrics, time: TimeSource(clock)
        ) { Timestamp(secondsSinceEpoch: 1000) }
    }

    private func occurrence(_ note: String = "made", namespace: String? = "shop") -> EventOccurrence {
        EventOccurrence(
            regarding: ObjectReference(apiVersion: "v1", kind: "K", namespace: namespace, name: "a", uid: "u"),
            type: .warning, reason: "DriftCorrected", action: "Apply", note: note)
    }

    private func dropped(_ reason: String) -> Bool {
        metrics.exposition().contains("quartermaster_events_dropped_total{reason=\"\(reason)\"} 1")
    }

    @Test("an event has all that events.k8s.io/v1 asks for")
    func event() async throws {
        let recorder = recorder()
        async let _ = try? recorder.run()
        recorder.record(occurrence())
        try await eventually("the event is made") { cluster.writes.count == 1 }
        let name = "a.e8d4a51000"
        let event = try #require(cluster[.event, ObjectKey(namespace: "shop", name: name)])
        #expect(event["eventTime"] == "1970-01-01T00:16:40.000000Z")
        #expect(event["type"] == "Warning")
        #expect(event["reason"] == "DriftCorrected")
        #expect(event["action"] == "Apply")
        #expect(event["note"] == "made")
        #expect(event["regarding"]?["uid"] == "u")
        #expect(event["reportingController"] == "quartermaster.dev/operator")
        #expect(event["reportingInstance"] == "pod-1")
        #expect(event.apiVersion == "events.k8s.io/v1")
    }

    @Test("an object without a namespace has its events in default, and no two events share a name")
    func names() async throws {
        let recorder = recorder()
        async let _ = try? recorder.run()
        recorder.record(occurrence("one", namespace: nil))
        recorder.record(occurrence("two", namespace: nil))
        try await eventually("both are made") { cluster.writes.count == 2 }
        #expect(
            cluster.writes == [
                "POST events.events.k8s.io default/a.e8d4a51000", "POST events.events.k8s.io default/a.e8d4a51001",
            ])
    }

    @Test("the same again becomes a series of the first event")
    func series() async throws {
        let recorder = recorder()
        async let _ = try? recorder.run()
        for _ in 0..<5 { recorder.record(occurrence()) }
        try await eventually("the series waits for its time") { clock.timeToNextWake == .seconds(30) }
        clock.advance(by: .seconds(30))
        try await eventually("the series is written") { cluster.writes.count == 2 }
        #expect(cluster.writes.last == "PATCH events.events.k8s.io shop/a.e8d4a51000")
        let event = cluster[.event, ObjectKey(namespace: "shop", name: "a.e8d4a51000")]
        #expect(event?["series"]?["count"] == 5)
    }

    @Test("a fault that passes is waited out, one that stays drops the event")
    func faults() async throws {
        let recorder = recorder()
        cluster.fail("POST", .fake(503, "ServiceUnavailable"))
        async let _ = try? recorder.run()
        recorder.record(occurrence("first"))
        try await clock.waitUntilSleeping()
        clock.advance(by: .seconds(1))
        try await eventually("the second attempt arrives") { cluster.writes.count == 2 }
        cluster.fail("POST", .fake(403, "Forbidden"))
        recorder.record(occurrence("second"))
        try await eventually("the refusal is counted") { dropped("refused") }
        #expect(cluster.writes.count == 3)
    }

    @Test("a full queue drops and counts, and holds nobody up")
    func fullQueue() {
        let recorder = recorder(capacity: 2)
        for number in 0..<3 { recorder.record(occurrence("\(number)")) }
        #expect(dropped("queue_full"))
    }

    @Test("who does not lead writes no events")
    func notLeading() async throws {
        let recorder = recorder(gate: WriteGate())
        async let _ = try? recorder.run()
        recorder.record(occurrence())
        try await eventually("the drop is counted") { dropped("not_leader") }
        #expect(cluster.writes == [])
    }

    @Test("what waits at the end is still written")
    func lastEvents() async throws {
        let recorder = recorder()
        await withTaskGroup { group in
            recorder.record(occurrence("last"))
            group.addTask { try? await recorder.run() }
            group.cancelAll()
        }
        #expect(cluster.writes.count == 1)
    }
}
