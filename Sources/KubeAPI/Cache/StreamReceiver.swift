internal import Synchronization

/// What a transfer tells the informer's task.
enum StreamMessage: Sendable {
    /// The answer to a watch has begun, and is none of an error.
    case opened
    case change(WatchDecoder.Change, CachedObject)
    case bookmark(resourceVersion: String)
    /// Everything that WatchList sends first, in one piece.
    case initialEvents([ObjectKey: CachedObject], resourceVersion: String)
    case page([CachedObject], WatchDecoder.Page)
    case ended(Reflector.TransferEnd)
}

/// Reads one transfer on the transport's thread: bytes in, finished objects out.
///
/// A list and the first part of a WatchList are collected here and handed over whole, so that they can't overflow the
/// consumer. Every event after that is handed over by itself; where too many wait, the watch ends.
final class StreamReceiver: ResponseSink {
    enum Form { case page, watchList, watch }

    private struct State: ~Copyable {
        var decoder: WatchDecoder
        var page: [CachedObject] = []
        /// Of a WatchList that has not come to its bookmark.
        var initial: [ObjectKey: CachedObject]?
        var status = 0
        var retryAfter: Duration?
        var errorBody: [UInt8] = []
        var hasEnded = false
        var sinceLastByte: @Sendable () -> Duration
    }

    private static let errorBodyLimit = 64 * 1024

    private let form: Form
    private let store: Store
    private let packer: ObjectPacker
    private let clock: any Clock<Duration>
    private let takesKnown: Bool
    private let post: @Sendable (StreamMessage, _ always: Bool) -> Bool
    private let sinceStart: @Sendable () -> Duration
    private let state: Mutex<State>

    /// - Parameters:
    ///   - takesKnown: what the store has of a version is taken for what the server sends of it.
    ///   - post: hands a message over; false where it does not fit any more, which `always` forbids.
    init(
        _ form: Form, of type: ResourceType, store: Store, packer: ObjectPacker, clock: any Clock<Duration>,
        takesKnown: Bool, post: @escaping @Sendable (StreamMessage, _ always: Bool) -> Bool
    ) {
        self.form = form
        self.store = store
        self.packer = packer
        self.clock = clock
        self.takesKnown = takesKnown
        self.post = post
        let watch = stopwatch(clock)
        sinceStart = watch
        state = Mutex(
            State(
                decoder: form == .page ? .list(type) : .watch(type), initial: form == .watchList ? [:] : nil,
                sinceLastByte: watch))
    }

    /// Since the transfer's last byte, or since it began.
    var quiet: Duration { state.withLock { $0.sinceLastByte }() }
    /// Since the transfer began.
    var age: Duration { sinceStart() }

    func head(status: Int, headers: HTTPHeaders) {
        let retryAfter = headers["Retry-After"].flatMap { Int($0) }
        state.withLock { state in
            state.status = status
            state.retryAfter = retryAfter.map { .seconds(max(0, $0)) }
            state.sinceLastByte = stopwatch(clock)
        }
        if status == 200, form == .watch { _ = post(.opened, true) }
    }

    func body(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let now = stopwatch(clock)
        let bytes = BorrowedBytes(buffer: bytes)
        let messages = state.withLock { state in
            state.sinceLastByte = now
            guard !state.hasEnded else { return [StreamMessage.ended(.completed)] }
            guard state.status == 200 else {
                state.errorBody.append(contentsOf: bytes.buffer.prefix(Self.errorBodyLimit - state.errorBody.count))
                return []
            }
            return read(bytes, &state)
        }
        return deliver(messages)
    }

    func end(_ result: Result<Void, TransportError>) {
        let end: StreamMessage? = state.withLock { state in
            guard !state.hasEnded else { return nil }
            state.hasEnded = true
            return finish(result, &state)
        }
        if let end { _ = post(end, true) }
    }

    // MARK: Reading

    private func read(_ bytes: BorrowedBytes, _ state: inout State) -> [StreamMessage] {
        var messages: [StreamMessage] = []
        do {
            try state.decoder.append(bytes.buffer)
            while let event = try state.decoder.next() {
                if let message = take(event, &state) { messages.append(message) }
                if case .failure = event { break }
            }
        } catch {
            messages.append(.ended(.malformed(error)))
        }
        return messages
    }

    private func take(_ event: WatchDecoder.Event, _ state: inout State) -> StreamMessage? {
        switch event {
        case .change(let change, let identity): return take(change, identity, &state)
        case .bookmark(let version, let endsInitialEvents):
            guard let initial = state.initial else { return .bookmark(resourceVersion: version) }
            guard endsInitialEvents else { return nil }
            state.initial = nil
            return .initialEvents(initial, resourceVersion: version)
        case .failure(let status): return .ended(.status(status))
        }
    }

    private func take(
        _ change: WatchDecoder.Change, _ identity: WatchDecoder.Identity, _ state: inout State
    ) -> StreamMessage? {
        if form == .page {
            state.page.append(object(identity, &state, mayBeKept: true))
        } else if state.initial != nil {
            let object = change == .deleted ? nil : object(identity, &state, mayBeKept: true)
            state.initial?[identity.key] = object
        } else {
            return .change(change, object(identity, &state, mayBeKept: false))
        }
        return nil
    }

    /// - Parameter mayBeKept: what the store has of this UID and version may be taken instead.
    private func object(
        _ identity: WatchDecoder.Identity, _ state: inout State, mayBeKept: Bool
    ) -> CachedObject {
        if mayBeKept, takesKnown, let kept = store.cached(identity) { return kept }
        return state.decoder.withObject { packer.object(identity, json: $0) }
    }

    // MARK: Handing over

    private func deliver(_ messages: [StreamMessage]) -> Bool {
        for message in messages {
            if case .ended = message {
                endOnce(message)
                return false
            }
            let isUrgent = if case .initialEvents = message { true } else { false }
            guard post(message, isUrgent) else {
                endOnce(.ended(.overflow))
                return false
            }
        }
        return true
    }

    private func endOnce(_ message: StreamMessage) {
        let isFirst = state.withLock { state in
            defer { state.hasEnded = true }
            return !state.hasEnded
        }
        if isFirst { _ = post(message, true) }
    }

    private func finish(_ result: Result<Void, TransportError>, _ state: inout State) -> StreamMessage {
        // An error's body that breaks off is still an error.
        if case .failure(let error) = result, state.status < 400 { return .ended(.broken("\(error)")) }
        guard state.status == 200 else { return .ended(.status(failedStatus(state))) }
        guard form == .page else { return .ended(.completed) }
        do {
            return .page(state.page, try state.decoder.finishPage())
        } catch {
            return .ended(.malformed(error))
        }
    }

    private func failedStatus(_ state: borrowing State) -> StatusSummary {
        var summary = StatusSummary((try? JSONValue.parse(state.errorBody)) ?? .null)
        // What the proxy or server says in its head counts; a body that is no Status adds nothing.
        summary.code = state.status
        summary.retryAfter = state.retryAfter ?? summary.retryAfter
        return summary
    }
}

/// Bytes of the transport. Not checked: they are used within the call that brings them, and nowhere else.
private struct BorrowedBytes: @unchecked Sendable {
    let buffer: UnsafeRawBufferPointer
}
