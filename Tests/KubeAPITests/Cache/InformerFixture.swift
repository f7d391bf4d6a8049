import KubeAPI
import Support
import Synchronization
import Testing

/// What a handler was told, as text: `+a!` of the initial list, `+a`, `~a 5>6`, `-a`.
final class Heard: Sendable {
    private let lines = Mutex<[String]>([])

    func note(_ event: InformerEvent) {
        let line =
            switch event {
            case .added(let object, let isInitialList): "+\(object.key.name)\(isInitialList ? "!" : "")"
            case .updated(let old, let new): "~\(new.key.name) \(old.resourceVersion)>\(new.resourceVersion)"
            case .deleted(let object): "-\(object.key.name)"
            }
        lines.withLock { $0.append(line) }
    }

    var count: Int { lines.withLock { $0.count } }

    func take() -> [String] {
        lines.withLock { lines in
            defer { lines = [] }
            return lines
        }
    }
}

/// A condition that another task may turn.
final class SlowConsumer: Sendable {
    private let isShut = Mutex(true)

    func open() { isShut.withLock { $0 = false } }

    /// Holds the calling thread, as a consumer that is too slow.
    func hold() { while isShut.withLock({ $0 }) {} }
}

/// An informer that runs on a scripted server and a manual clock.
final class Bench: Sendable {
    let source = ScriptedSource()
    let clock = ManualClock()
    let informer: Informer
    private let heard = Heard()

    init(_ change: (inout InformerOptions) -> Void = { _ in }) {
        var options = InformerOptions()
        options.clock = clock
        options.random = { 0 }
        change(&options)
        informer = Informer(Selection(.pod), source: source, indexers: [.label("app")], options: options)
        informer.addHandler(heard.note)
    }

    /// All that the handler was told, and nothing since the last call.
    func takeHeard() -> [String] { heard.take() }

    func expectHeard(_ wanted: [String], _ location: SourceLocation = #_sourceLocation) async throws {
        try await eventually("\(wanted.count) events") { self.heard.count >= wanted.count }
        #expect(takeHeard() == wanted, sourceLocation: location)
    }

    func run(_ body: (Bench) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.informer.run() }
            try await body(self)
            group.cancelAll()
        }
    }

    /// Syncs by WatchList with pod `a` at 5, collection at 10; returns the stream.
    func live() async throws -> ScriptedTransfer {
        let stream = try await source.transfer(0)
        stream.begin()
        stream.send(
            WireText.event("ADDED", WireText.pod("a", version: 5)) + WireText.bookmark(10, endsInitialEvents: true))
        try await informer.waitUntilSynced()
        try await expectHeard(["+a!"])
        return stream
    }
}
