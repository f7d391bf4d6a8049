internal import KubeAPI
internal import Synchronization

/// One watch: a place in a resource's history that moves as fast as the client reads.
///
/// Everything but `end` runs on the server's thread.
final class WatchStream: Sendable {
    private struct State {
        /// What has happened up to here has been sent.
        var position: Int64
        /// Earlier changes are no news to the client, which asked for a version that is still to come.
        var startsAfter: Int64
        var hasEnded = false
        /// A Table names its columns in the first event only.
        var hasNamedColumns = false
        var isWaiting = false
        var timers: [UInt64] = []
    }

    let resource: GroupResource
    private let core: APICore
    private let server: HTTPServer
    private let context: RequestContext
    private let parameters: ListParameters
    private let presentation: Presentation
    private let responder: HTTPResponder
    private let state: Mutex<State>

    init(
        core: APICore, server: HTTPServer, context: RequestContext, parameters: ListParameters, format: ResponseFormat,
        responder: HTTPResponder
    ) {
        self.core = core
        self.server = server
        self.context = context
        self.parameters = parameters
        self.responder = responder
        presentation = Presentation(context, format: format, now: core.now)
        resource = context.storage
        let asked = parameters.resourceVersion ?? 0
        state = Mutex(State(position: asked, startsAfter: asked))
    }

    func start() {
        responder.start(status: 200, headers: [("Content-Type", presentation.format.contentType)])
        let id = core.watches.add(self)
        responder.onClose { [self] in
            core.watches.remove(id, resource)
            state.withLock { $0.hasEnded = true }
            for timer in state.withLock({ $0.timers }) { server.cancel(timer: timer) }
        }
        let isFresh = parameters.resourceVersion.map { $0 == 0 } ?? true
        if parameters.sendsInitialEvents ?? isFresh { sendInitialEvents() } else if isFresh { startNow() }
        pump()
        schedule(after: parameters.timeout ?? core.options.watchTimeout) { $0.timeOut() }
        if parameters.allowsBookmarks { scheduleBookmark() }
    }

    /// Sends what has happened since the last time.
    func pump() {
        let (position, hasEnded, isWaiting) = state.withLock { ($0.position, $0.hasEnded, $0.isWaiting) }
        guard !hasEnded, !isWaiting else { return }
        if responder.bufferedBytes > core.options.watchBufferBytes { return waitForReader() }
        let current = core.store.resourceVersion
        let events: [StoredEvent]
        do {
            events = try core.store.events(resource, after: position)
        } catch {
            return fail(.expired("too old resource version: \(position) (\(error.upTo))"))
        }
        var lines: [UInt8] = []
        for event in events { lines.append(contentsOf: line(event)) }
        state.withLock { $0.position = max($0.position, events.last?.resourceVersion ?? current) }
        responder.write(lines)
    }

    func end() {
        state.withLock { $0.hasEnded = true }
        responder.finish()
    }

    private func sendInitialEvents() {
        let snapshot = core.store.snapshot(resource)
        if let asked = parameters.resourceVersion, asked > snapshot.resourceVersion {
            return fail(.tooLargeResourceVersion(asked, current: snapshot.resourceVersion))
        }
        var lines: [UInt8] = []
        for object in snapshot.objects where parameters.matches(object, context) {
            lines.append(contentsOf: shown("ADDED", object))
        }
        responder.write(lines)
        state.withLock { $0.position = snapshot.resourceVersion }
        if parameters.sendsInitialEvents == true, parameters.allowsBookmarks {
            responder.write(bookmark(snapshot.resourceVersion, endsInitialEvents: true))
        }
    }

    private func startNow() {
        state.withLock { $0.position = core.store.resourceVersion }
    }

    /// A change as this watch's selectors see it: what begins to match is added, what ceases to is deleted.
    private func line(_ event: StoredEvent) -> [UInt8] {
        guard event.resourceVersion > state.withLock({ $0.startsAfter }) else { return [] }
        let matches = event.change != .deleted && parameters.matches(event.object, context)
        let matched = event.previous.map { parameters.matches($0, context) } ?? false
        switch (matched, matches) {
        case (false, true): return shown("ADDED", event.object)
        case (true, true): return shown("MODIFIED", event.object)
        case (true, false):
            // The last state that matched, at the version of the change.
            guard event.change != .deleted, let previous = event.previous else {
                return shown("DELETED", event.object)
            }
            let last = StoredObject(previous.json, resourceVersion: event.resourceVersion)
            return shown("DELETED", last)
        case (false, false): return []
        }
    }

    private func shown(_ type: String, _ object: StoredObject) -> [UInt8] {
        let namesColumns = state.withLock { state in
            defer { state.hasNamedColumns = true }
            return !state.hasNamedColumns
        }
        return presentation.event(type, object, namesColumns: namesColumns)
    }

    private func bookmark(_ version: Int64, endsInitialEvents: Bool = false) -> [UInt8] {
        var metadata: JSONValue = ["resourceVersion": .string(String(version))]
        if endsInitialEvents { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
        let type = context.type
        let event: JSONValue = [
            "type": "BOOKMARK",
            "object": [
                "kind": .string(type.kind), "apiVersion": .string(type.apiVersion), "metadata": metadata,
            ],
        ]
        return event.serialized() + [UInt8(ascii: "\n")]
    }

    private func fail(_ failure: APIFailure) {
        let event: JSONValue = ["type": "ERROR", "object": failure.json]
        responder.write(event.serialized() + [UInt8(ascii: "\n")])
        end()
    }

    private func timeOut() {
        pump()
        // The client may go on from here without a list.
        sendBookmark()
        end()
    }

    private func sendBookmark() {
        let (position, hasEnded, isWaiting) = state.withLock { ($0.position, $0.hasEnded, $0.isWaiting) }
        if parameters.allowsBookmarks, !hasEnded, !isWaiting { responder.write(bookmark(position)) }
    }

    private func scheduleBookmark() {
        schedule(after: core.options.bookmarkInterval) { stream in
            stream.pump()
            stream.sendBookmark()
            stream.scheduleBookmark()
        }
    }

    private func waitForReader() {
        state.withLock { $0.isWaiting = true }
        responder.measure()
        schedule(after: .milliseconds(50)) { stream in
            stream.state.withLock { $0.isWaiting = false }
            stream.pump()
        }
    }

    private func schedule(after delay: Duration, _ action: @escaping @Sendable (WatchStream) -> Void) {
        guard !state.withLock({ $0.hasEnded }) else { return }
        let timer = server.schedule(after: delay) { [weak self] in
            guard let self else { return }
            action(self)
        }
        // Only the latest few can be pending: the time-out, a bookmark, a wait.
        state.withLock { state in
            state.timers.append(timer)
            if state.timers.count > 8 { state.timers.remove(at: 1) }
        }
    }
}
