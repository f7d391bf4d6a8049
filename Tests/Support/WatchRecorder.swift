package import KubeAPI
internal import Synchronization

/// Collects what a watch sends.
package final class WatchRecorder: ResponseSink {
    private struct State {
        var status = 0
        var bytes: [UInt8] = []
        var result: Result<Void, TransportError>?
        var handle: StreamHandle?
    }

    private let state = Mutex(State())

    package init() {}

    package func attach(_ handle: StreamHandle) { state.withLock { $0.handle = handle } }

    package func head(status: Int, headers: HTTPHeaders) { state.withLock { $0.status = status } }

    package func body(_ bytes: UnsafeRawBufferPointer) -> Bool {
        state.withLock { $0.bytes.append(contentsOf: bytes) }
        return true
    }

    package func end(_ result: Result<Void, TransportError>) { state.withLock { $0.result = result } }

    package func cancel() { state.withLock { $0.handle }?.cancel() }

    package var status: Int { state.withLock { $0.status } }
    package var isEnded: Bool { state.withLock { $0.result != nil } }
    package var error: TransportError? {
        guard case .failure(let error) = state.withLock({ $0.result }) else { return nil }
        return error
    }

    /// The whole lines so far.
    package var events: [JSONValue] {
        let bytes = state.withLock { $0.bytes }
        let end = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return bytes[..<end].split(separator: UInt8(ascii: "\n")).compactMap { try? JSONValue.parse(Array($0)) }
    }

    /// `ADDED a`, `BOOKMARK`: types with names.
    package var summary: [String] {
        events.map { event in
            let type = event["type"]?.string ?? "?"
            guard let name = event[path: ["object", "metadata", "name"]]?.string else { return type }
            return "\(type) \(name)"
        }
    }

    package func waitForEvents(_ count: Int) async throws -> [JSONValue] {
        try await eventually("\(count) events, have \(summary)") { events.count >= count }
        return events
    }

    package func waitForEnd() async throws {
        try await eventually("the end of the watch") { isEnded }
    }
}
