internal import Synchronization

extension KubeClient {
    /// Begins a watch. The response goes to the sink as it comes, error statuses too; see `ResponseSink`.
    ///
    /// Nothing is repeated here: whoever reads the events knows from where to go on.
    ///
    /// - Throws: `APIError` where there are no credentials, `CancellationError`; all else is told to the sink.
    package func watch(
        _ type: ResourceType, namespace: String? = nil, options: WatchOptions = WatchOptions(),
        into sink: any ResponseSink
    ) async throws -> StreamHandle {
        var request = APIRequest("GET", type, namespace: namespace, query: options.query)
        request.label = Self.label("WATCH", type, namespace)
        request.idleTimeout = options.idleTimeout
        return try await stream(request, into: sink)
    }

    /// Begins a list whose bytes go to the sink as they come, for lists that are too large to be held twice.
    ///
    /// - Parameter idleTimeout: the longest silence of the server.
    package func listRaw(
        _ type: ResourceType, namespace: String? = nil, options: ListOptions = ListOptions(),
        idleTimeout: Duration = .seconds(60), into sink: any ResponseSink
    ) async throws -> StreamHandle {
        var request = APIRequest("GET", type, namespace: namespace, query: options.query)
        request.label = Self.label("LIST", type, namespace)
        request.idleTimeout = idleTimeout
        return try await stream(request, into: sink)
    }

    private func stream(_ request: APIRequest, into sink: any ResponseSink) async throws -> StreamHandle {
        let credential = try await admit(request)
        let elapsed = stopwatch(options.clock)
        let observed = ObservedSink(sink) { [weak self] head in
            switch head {
            case .success(let (status, headers)):
                if status == 401 { self?.noteRefusal(of: credential) }
                self?.observe(request, code: String(status), duration: elapsed(), headers: headers)
            case .failure:
                self?.observe(request, code: "<error>", duration: elapsed())
            }
        }
        return transport.stream(httpRequest(request, credential), into: observed)
    }

    private static func label(_ verb: String, _ type: ResourceType, _ namespace: String?) -> String {
        guard type.isNamespaced, let namespace, !namespace.isEmpty else { return "\(verb) \(type.qualifiedName)" }
        return "\(verb) \(type.qualifiedName) \(namespace)"
    }
}

/// Passes a stream on and tells once how it began.
private final class ObservedSink: ResponseSink {
    typealias Head = Result<(Int, HTTPHeaders), TransportError>

    private let sink: any ResponseSink
    private let began: @Sendable (Head) -> Void
    private let hasBegun = Mutex(false)

    init(_ sink: any ResponseSink, began: @escaping @Sendable (Head) -> Void) {
        self.sink = sink
        self.began = began
    }

    func head(status: Int, headers: HTTPHeaders) {
        hasBegun.withLock { $0 = true }
        began(.success((status, headers)))
        sink.head(status: status, headers: headers)
    }

    func body(_ bytes: UnsafeRawBufferPointer) -> Bool { sink.body(bytes) }

    func end(_ result: Result<Void, TransportError>) {
        if case .failure(let error) = result, error.code != .cancelled, !hasBegun.withLock({ $0 }) {
            began(.failure(error))
        }
        sink.end(result)
    }
}
