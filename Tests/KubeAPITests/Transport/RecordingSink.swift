import Synchronization

@testable import KubeAPI

/// Keeps what a transfer told it, in order.
final class RecordingSink: ResponseSink {
    struct Record: Sendable {
        var status: Int?
        var headers = HTTPHeaders()
        var body: [UInt8] = []
        var chunks = 0
        var ends: [Result<Void, TransportError>] = []
        var callsAfterEnd = 0

        var text: String { String(decoding: body, as: UTF8.self) }
        var end: Result<Void, TransportError>? { ends.first }
        var error: TransportError? {
            if case .failure(let error)? = end { error } else { nil }
        }
    }

    private let record = Mutex(Record())
    private let acceptsUpTo: Int

    /// - Parameter acceptsUpTo: how many bytes are taken before the sink ends the transfer.
    init(acceptsUpTo: Int = .max) { self.acceptsUpTo = acceptsUpTo }

    var current: Record { record.withLock { $0 } }
    var isOver: Bool { record.withLock { !$0.ends.isEmpty } }

    func head(status: Int, headers: HTTPHeaders) {
        record.withLock { record in
            if record.end != nil { record.callsAfterEnd += 1 }
            record.status = status
            record.headers = headers
        }
    }

    func body(_ bytes: UnsafeRawBufferPointer) -> Bool {
        record.withLock { record in
            if record.end != nil { record.callsAfterEnd += 1 }
            record.body.append(contentsOf: bytes)
            record.chunks += 1
            return record.body.count <= acceptsUpTo
        }
    }

    func end(_ result: Result<Void, TransportError>) {
        record.withLock { $0.ends.append(result) }
    }
}
