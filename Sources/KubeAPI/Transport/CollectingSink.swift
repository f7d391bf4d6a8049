internal import Synchronization

/// Gathers a response in memory up to a limit and hands it over whole.
final class CollectingSink: ResponseSink {
    private struct State {
        var response = HTTPResponse(status: 0)
        var isTooLarge = false
    }

    private let state = Mutex(State())
    private let limit: Int
    private let finish: @Sendable (Result<HTTPResponse, TransportError>) -> Void

    init(limit: Int, finish: @escaping @Sendable (Result<HTTPResponse, TransportError>) -> Void) {
        self.limit = limit
        self.finish = finish
    }

    func head(status: Int, headers: HTTPHeaders) {
        state.withLock { state in
            state.response.status = status
            state.response.headers = headers
            // What the server announces is only believed up to a point.
            if let length = headers["Content-Length"].flatMap({ Int($0) }), length > 0, length <= limit {
                state.response.body.reserveCapacity(min(length, 4 << 20))
            }
        }
    }

    func body(_ bytes: UnsafeRawBufferPointer) -> Bool {
        state.withLock { state in
            guard state.response.body.count + bytes.count <= limit else {
                state.isTooLarge = true
                return false
            }
            state.response.body.append(contentsOf: bytes)
            return true
        }
    }

    func end(_ result: Result<Void, TransportError>) {
        let (response, isTooLarge) = state.withLock { state in
            defer { state.response.body = [] }
            return (state.response, state.isTooLarge)
        }
        guard !isTooLarge else {
            return finish(.failure(TransportError(.tooLarge, "the response is larger than \(limit) bytes")))
        }
        finish(result.map { response })
    }
}
