import KubeAPI
import Testing

private typealias Effect = Reflector.Effect

/// A reflector without jitter.
private func fixture(usesWatchList: Bool = true, pageLimit: Int = 500) -> Reflector {
    var policy = Reflector.Policy()
    policy.usesWatchList = usesWatchList
    policy.pageLimit = pageLimit
    return Reflector(policy: policy, random: { 0 })
}

private func watchList() -> Effect {
    .watch(WatchRequest(resourceVersion: nil, sendInitialEvents: true, timeout: .seconds(300)))
}

private func watch(from version: String) -> Effect {
    .watch(WatchRequest(resourceVersion: version, sendInitialEvents: false, timeout: .seconds(300)))
}

private func list(_ token: String? = nil, limit: Int = 500) -> Effect {
    .list(ListRequest(limit: limit, continueToken: token))
}

private func page(_ version: String, _ token: String? = nil) -> Reflector.Input {
    .page(WatchDecoder.Page(resourceVersion: version, continueToken: token))
}

private func status(_ code: Int, retryAfter: Duration? = nil) -> Reflector.Input {
    .ended(.status(StatusSummary(code: code, retryAfter: retryAfter)))
}

private let ring = Reflector.Input.alarm(quiet: .zero, age: .zero)

extension [Reflector.Effect] {
    /// Without what is only told to people.
    fileprivate var actions: Self { filter { if case .report = $0 { false } else { true } } }
    /// The requests among them.
    fileprivate var requests: Self {
        filter {
            switch $0 {
            case .list, .watch: true
            default: false
            }
        }
    }
}

extension Reflector {
    /// Live at a version by WatchList, with an event seen.
    fileprivate static func live(at version: String, usesWatchList: Bool = true) -> Reflector {
        var reflector = fixture(usesWatchList: usesWatchList)
        _ = reflector.handle(.start)
        _ = reflector.handle(usesWatchList ? .initialEventsEnd(resourceVersion: version) : KubeAPITests.page(version))
        _ = reflector.handle(.moved(resourceVersion: version))
        return reflector
    }
}

@Suite struct ReflectorSyncTests {
    @Test("It begins with WatchList and goes on watching on the same stream")
    func watchListFirst() {
        var reflector = fixture()
        #expect(
            reflector.handle(.start) == [.report(.syncing(problem: nil)), watchList(), .alarm(after: .seconds(15))])
        #expect(
            reflector.handle(.initialEventsEnd(resourceVersion: "50")) == [
                .commitStage(resourceVersion: "50"), .report(.live), .alarm(after: .seconds(75)),
            ])
        #expect(reflector.handle(.moved(resourceVersion: "51")).isEmpty)
        #expect(reflector.handle(.ended(.completed)).requests == [watch(from: "51")])
    }

    @Test("Where WatchList is not supported it lists at once, and always after", arguments: [400, 405, 422])
    func unsupported(code: Int) {
        var reflector = fixture()
        _ = reflector.handle(.start)
        #expect(reflector.handle(status(code)).actions == [.dropStage, list(), .alarm(after: .seconds(75))])
        _ = reflector.handle(page("9"))
        _ = reflector.handle(.moved(resourceVersion: "10"))
        #expect(reflector.handle(status(410)).requests == [list()])
    }

    @Test(
        "Where the end of the initial events does not come in time it lists instead",
        arguments: [
            (Duration.seconds(15), Duration.seconds(15)), (.zero, .seconds(180)),
        ])
    func initialEventsTooLate(quiet: Duration, age: Duration) {
        var reflector = fixture()
        _ = reflector.handle(.start)
        #expect(
            reflector.handle(.alarm(quiet: .seconds(5), age: .seconds(15))).actions == [.alarm(after: .seconds(10))])
        #expect(
            reflector.handle(.alarm(quiet: quiet, age: age)).actions == [
                .cancelTransfer, .dropStage, list(), .alarm(after: .seconds(75)),
            ])
    }

    @Test(
        "A stream that dies in the middle of initial events leaves nothing behind and no resourceVersion",
        arguments: [
            Reflector.TransferEnd.completed, .broken("reset"), .malformed(WatchDecodingError(.syntax, "cut")),
            .status(StatusSummary(code: 500)),
        ])
    func diesInInitialEvents(end: Reflector.TransferEnd) {
        var reflector = fixture()
        _ = reflector.handle(.start)
        #expect(reflector.handle(.moved(resourceVersion: "7")).isEmpty)
        #expect(reflector.handle(.ended(end)).actions == [.dropStage, .alarm(after: .milliseconds(800))])
        #expect(reflector.handle(ring).requests == [watchList()])
    }

    @Test("Initial events that break off three times in a row are replaced by a list")
    func diesAgain() {
        var reflector = fixture()
        _ = reflector.handle(.start)
        for _ in 0..<2 {
            _ = reflector.handle(.ended(.broken("reset")))
            #expect(reflector.handle(ring).requests == [watchList()])
        }
        _ = reflector.handle(.ended(.broken("reset")))
        #expect(reflector.handle(ring).requests == [list()])
    }

    @Test("A paged list follows its tokens, commits once and watches from its version")
    func pages() {
        var reflector = fixture(usesWatchList: false)
        #expect(reflector.handle(.start).requests == [list()])
        #expect(reflector.handle(page("30", "t1")).actions == [list("t1"), .alarm(after: .seconds(75))])
        #expect(reflector.handle(page("30", "t2")).requests == [list("t2")])
        #expect(
            reflector.handle(page("30")) == [
                .commitStage(resourceVersion: "30"), .report(.live), watch(from: "30"), .alarm(after: .seconds(75)),
            ])
    }

    @Test("A continue token that has expired brings one list without pages, then waits")
    func expiredToken() {
        var reflector = fixture(usesWatchList: false)
        _ = reflector.handle(.start)
        _ = reflector.handle(page("30", "t1"))
        #expect(reflector.handle(status(410)).actions == [.dropStage, list(limit: 0), .alarm(after: .seconds(75))])
        #expect(reflector.handle(status(410)).actions == [.dropStage, .alarm(after: .milliseconds(800))])
        #expect(reflector.handle(ring).requests == [list(limit: 0)])
        _ = reflector.handle(page("31"))
        _ = reflector.handle(.moved(resourceVersion: "32"))
        #expect(reflector.handle(status(410)).requests == [list()])
    }

    @Test("A list that stalls is given up")
    func stalledList() {
        var reflector = fixture(usesWatchList: false)
        _ = reflector.handle(.start)
        #expect(reflector.handle(.alarm(quiet: .seconds(70), age: .seconds(75))) == [.alarm(after: .seconds(5))])
        #expect(
            reflector.handle(.alarm(quiet: .seconds(75), age: .seconds(80))).actions == [
                .cancelTransfer, .dropStage, .alarm(after: .milliseconds(800)),
            ])
    }

    @Test("A list older than what was seen is refused; three in a row are believed")
    func olderList() {
        var reflector = Reflector.live(at: "900", usesWatchList: false)
        _ = reflector.handle(status(410))
        for _ in 0..<3 {
            #expect(reflector.handle(page("800")).actions.first == .dropStage)
            #expect(reflector.handle(ring).requests == [list()])
        }
        #expect(reflector.handle(page("800")).actions.first == .commitStage(resourceVersion: "800"))
        #expect(reflector.handle(status(410)).requests.isEmpty)
    }

    @Test("Initial events older than what was seen are refused, and their stream ended")
    func olderInitialEvents() {
        var reflector = Reflector.live(at: "900")
        _ = reflector.handle(status(410))
        #expect(
            reflector.handle(.initialEventsEnd(resourceVersion: "800")).actions.prefix(2) == [
                .cancelTransfer, .dropStage,
            ])
    }
}

@Suite struct ReflectorWatchTests {
    @Test("75 seconds of silence replace the watch, from where it was, and are no fault by themselves")
    func silence() {
        var reflector = Reflector.live(at: "50")
        _ = reflector.handle(.moved(resourceVersion: "60"))
        #expect(reflector.handle(.alarm(quiet: .seconds(74), age: .seconds(300))) == [.alarm(after: .seconds(1))])
        #expect(
            reflector.handle(.alarm(quiet: .seconds(75), age: .seconds(301))) == [
                .cancelTransfer, watch(from: "60"), .alarm(after: .seconds(15)),
            ])
        // Answered, it may be as silent as the one before.
        #expect(reflector.handle(.opened) == [.report(.live)])
        #expect(reflector.handle(.alarm(quiet: .seconds(15), age: .seconds(15))) == [.alarm(after: .seconds(60))])
    }

    @Test("A server that does not answer the watch after a silent one is away")
    func unanswered() {
        var reflector = Reflector.live(at: "50")
        _ = reflector.handle(.alarm(quiet: .seconds(75), age: .seconds(75)))
        #expect(
            reflector.handle(.alarm(quiet: .seconds(15), age: .seconds(15))) == [
                .cancelTransfer, .report(.behind(problem: "the server does not answer a watch")),
                .alarm(after: .milliseconds(800)),
            ])
        #expect(reflector.handle(ring).requests == [watch(from: "50")])
        #expect(reflector.handle(.opened) == [.report(.live)])
    }

    @Test(
        "What waits for a server that could not be reached is tried soon once another one has reached it, and no other wait is cut"
    )
    func reachable() {
        var reflector = Reflector.live(at: "50")
        for _ in 0..<8 {
            _ = reflector.handle(.ended(.broken("refused")))
            _ = reflector.handle(ring)
        }
        _ = reflector.handle(.ended(.broken("refused")))
        // Without jitter; with it within a second.
        #expect(reflector.handle(.reachable) == [.alarm(after: .zero)])
        #expect(reflector.handle(.reachable).isEmpty, "others follow the first, and the pause would begin anew")
        #expect(reflector.handle(ring).requests == [watch(from: "50")])
        // It is still starting: its refusals are waited for as those of a server that is there.
        #expect(reflector.handle(status(503)).actions == [.alarm(after: .milliseconds(800))])
        _ = reflector.handle(ring)
        _ = reflector.handle(status(429, retryAfter: .seconds(30)))
        #expect(reflector.handle(.reachable).isEmpty)
    }

    @Test("410 brings one sync at once, from the newest state and never from the same version")
    func expired() {
        var reflector = Reflector.live(at: "50")
        #expect(reflector.handle(status(410)).requests == [watchList()])
        _ = reflector.handle(.initialEventsEnd(resourceVersion: "70"))
        // The next 410 without an event in between must not become a busy loop.
        #expect(reflector.handle(status(410)).requests.isEmpty)
        #expect(reflector.handle(ring).requests == [watchList()])
    }

    @Test(
        "429 and refused connections wait, then watch on without a list",
        arguments: [
            (status(429, retryAfter: .seconds(7)), Duration.seconds(7)), (status(429), .milliseconds(800)),
            (status(503), .milliseconds(800)), (.ended(.broken("connection refused")), .milliseconds(800)),
            (status(401), .milliseconds(800)), (status(403), .milliseconds(800)),
        ])
    func waits(input: Reflector.Input, delay: Duration) {
        var reflector = Reflector.live(at: "50")
        #expect(reflector.handle(input).actions == [.alarm(after: delay)])
        #expect(reflector.handle(ring).requests == [watch(from: "50")])
    }

    @Test("A watch that was refused and is accepted again is live, before its first event")
    func resumed() {
        var reflector = Reflector.live(at: "50")
        let effects = reflector.handle(.ended(.broken("reset")))
        #expect(effects.contains(.report(.behind(problem: "reset"))))
        _ = reflector.handle(.alarm(quiet: .zero, age: .zero))
        #expect(reflector.handle(.opened) == [.report(.live)])
    }

    @Test("A watch is renewed from where it is, and a wait is cut short")
    func renewal() {
        var reflector = Reflector.live(at: "50")
        #expect(reflector.handle(.renew).prefix(2) == [.cancelTransfer, watch(from: "50")])
        _ = reflector.handle(.ended(.broken("reset")))
        #expect(reflector.handle(.renew).first == watch(from: "50"))
    }

    @Test("Delays double up to their limit, and begin anew after an event")
    func backOff() {
        var reflector = Reflector.live(at: "50")
        var delays: [Duration] = []
        for _ in 0..<8 {
            for case .alarm(let delay) in reflector.handle(.ended(.broken("refused"))) { delays.append(delay) }
            _ = reflector.handle(ring)
        }
        #expect(
            delays == [0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30].map { Duration.milliseconds($0 * 1000) })
        _ = reflector.handle(.moved(resourceVersion: "51"))
        #expect(reflector.handle(.ended(.broken("refused"))).actions == [.alarm(after: .milliseconds(800))])
    }

    @Test("The delays of a server that was away are none of one that answers again, whoever finds out")
    func answers() {
        var reflector = Reflector.live(at: "50")
        for _ in 0..<8 {
            _ = reflector.handle(.ended(.broken("refused")))
            _ = reflector.handle(ring)
        }
        #expect(reflector.handle(status(503)).actions == [.alarm(after: .milliseconds(800))])
        _ = reflector.handle(ring)
        #expect(reflector.handle(status(503)).actions == [.alarm(after: .milliseconds(1600))])
    }

    @Test("Jitter lengthens a delay by up to as much again")
    func jitter() {
        var reflector = Reflector(random: { 0.5 })
        _ = reflector.handle(.start)
        #expect(reflector.handle(.ended(.broken("refused"))).actions.last == .alarm(after: .milliseconds(1200)))
    }

    @Test("A watch that ends without an event waits before the next one")
    func shortWatch() {
        var reflector = Reflector.live(at: "50")
        #expect(reflector.handle(.ended(.completed)).requests == [watch(from: "50")])
        #expect(reflector.handle(.ended(.completed)).actions == [.alarm(after: .milliseconds(800))])
    }

    @Test("Events that could not be handed over bring a sync, not a gap")
    func overflow() {
        var reflector = Reflector.live(at: "50")
        #expect(reflector.handle(.ended(.overflow)).requests == [watchList()])
    }

    @Test("A watch that can't be read waits and syncs: watching on would bring the same bytes")
    func malformed() {
        var reflector = Reflector.live(at: "50")
        #expect(
            reflector.handle(.ended(.malformed(WatchDecodingError(.syntax, "?")))).actions == [
                .alarm(after: .milliseconds(800))
            ])
        #expect(reflector.handle(ring).requests == [watchList()])
    }

    @Test("Older events never move the position back")
    func olderEvent() {
        var reflector = Reflector.live(at: "50")
        _ = reflector.handle(.moved(resourceVersion: "100"))
        _ = reflector.handle(.moved(resourceVersion: "99"))
        #expect(reflector.handle(.ended(.completed)).requests == [watch(from: "100")])
    }
}

@Suite struct ReflectorAbsenceTests {
    @Test("A type that is not served is waited for, and taken when it appears")
    func appears() {
        var reflector = fixture()
        _ = reflector.handle(.start)
        #expect(
            reflector.handle(status(404)) == [.dropStage, .report(.absent), .alarm(after: .milliseconds(800))])
        #expect(reflector.handle(ring).requests == [watchList()])
        #expect(reflector.handle(status(404)) == [.dropStage, .report(.absent), .alarm(after: .milliseconds(1600))])
        _ = reflector.handle(ring)
        #expect(reflector.handle(.initialEventsEnd(resourceVersion: "5")).contains(.report(.live)))
    }

    @Test("A server that goes away says nothing about a type that it did not serve")
    func serverGoes() {
        var reflector = fixture()
        _ = reflector.handle(.start)
        _ = reflector.handle(status(404))
        for end in [Reflector.TransferEnd.broken("refused"), .status(StatusSummary(code: 503)), .completed] {
            _ = reflector.handle(ring)
            let effects = reflector.handle(.ended(end))
            #expect(effects.allSatisfy { if case .report = $0 { false } else { true } }, "\(effects)")
        }
        // While it starts it may refuse anybody; what goes on being refused is there.
        _ = reflector.handle(ring)
        #expect(reflector.handle(status(403)).count == 2)
        _ = reflector.handle(ring)
        #expect(reflector.handle(status(403)).contains(.report(.syncing(problem: "403"))))
    }

    @Test("A type that was served is believed to be gone after three 404s in a row")
    func disappears() {
        var reflector = Reflector.live(at: "50")
        for _ in 0..<2 {
            #expect(reflector.handle(status(404)).actions == [.dropStage, .alarm(after: .seconds(3))])
            #expect(reflector.handle(ring).requests == [watchList()])
        }
        let effects = reflector.handle(status(404))
        #expect(effects.actions.prefix(2) == [.dropStage, .clear])
        #expect(effects.contains(.report(.absent)))
        #expect(reflector.handle(ring).requests == [watchList()])
        // Its versions begin anew: this is no older list.
        #expect(reflector.handle(.initialEventsEnd(resourceVersion: "7")).contains(.commitStage(resourceVersion: "7")))
    }

    @Test("A 404 in between that does not last clears nothing")
    func blip() {
        var reflector = Reflector.live(at: "50")
        for _ in 0..<5 {
            #expect(!reflector.handle(status(404)).contains(.clear))
            _ = reflector.handle(ring)
            _ = reflector.handle(.initialEventsEnd(resourceVersion: "60"))
        }
    }
}
