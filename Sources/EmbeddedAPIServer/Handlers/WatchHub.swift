internal import KubeAPI
internal import Synchronization

/// The watches that are open, and who tells them that there is news.
final class WatchHub: Sendable {
    private struct State {
        var streams: [GroupResource: [UInt64: WatchStream]] = [:]
        var next: UInt64 = 0
        var changed: Set<GroupResource> = []
        /// Runs a job on the server's thread; `nil` while the server is down.
        var execute: (@Sendable (@escaping @Sendable () -> Void) -> Void)?
    }

    private let state = Mutex(State())

    /// Connects the hub to a server's thread, or disconnects it.
    func attach(_ execute: (@Sendable (@escaping @Sendable () -> Void) -> Void)?) {
        state.withLock { state in
            state.execute = execute
            state.changed = []
            if execute == nil { state.streams = [:] }
        }
    }

    func add(_ stream: WatchStream) -> UInt64 {
        state.withLock { state in
            state.next += 1
            state.streams[stream.resource, default: [:]][state.next] = stream
            return state.next
        }
    }

    func remove(_ id: UInt64, _ resource: GroupResource) {
        state.withLock { $0.streams[resource]?.removeValue(forKey: id) } as Void?
    }

    /// Watches that are open now.
    var count: Int { state.withLock { $0.streams.values.reduce(0) { $0 + $1.count } } }

    /// Lets the watches of a resource look at its history, soon and on the server's thread.
    func changed(_ resource: GroupResource) {
        let execute = state.withLock { state in
            state.changed.insert(resource).inserted ? state.execute : nil
        }
        execute? { self.pump(resource) }
    }

    /// Ends every watch of a resource that is no longer served.
    func end(_ resource: GroupResource) {
        for stream in streams(resource) {
            // The last deletions first.
            stream.pump()
            stream.end()
        }
    }

    private func pump(_ resource: GroupResource) {
        state.withLock { _ = $0.changed.remove(resource) }
        for stream in streams(resource) { stream.pump() }
    }

    private func streams(_ resource: GroupResource) -> [WatchStream] {
        state.withLock { state in
            (state.streams[resource] ?? [:]).sorted { $0.key < $1.key }.map(\.value)
        }
    }
}
