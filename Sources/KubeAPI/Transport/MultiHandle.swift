internal import CCurl

/// The set of transfers that libcurl drives, with its connections.
struct MultiHandle: ~Copyable {
    private let pointer: UnsafeMutableRawPointer
    /// Told of sockets until the last connection is closed, which happens in `deinit`.
    let sockets: SocketTable

    init(sockets: SocketTable) {
        self.sockets = sockets
        guard let pointer = curl_multi_init() else { fatalError("out of memory: no libcurl multi handle") }
        self.pointer = pointer
    }

    deinit { curl_multi_cleanup(pointer) }

    /// Connects the inbox, so that what is posted there ends a `wait`.
    func open(_ inbox: TransportInbox) { inbox.open(pointer) }

    func limitConnections(_ count: Int) {
        _ = qm_multi_set_long(pointer, CURLMOPT_MAX_HOST_CONNECTIONS, count)
        // The cache must hold them all, or idle ones are closed early.
        _ = qm_multi_set_long(pointer, CURLMOPT_MAXCONNECTS, count)
        // The server's own limit counts; libcurl's default of 100 must not be below it.
        _ = qm_multi_set_long(pointer, CURLMOPT_MAX_CONCURRENT_STREAMS, 1000)
    }

    func add(_ easy: borrowing EasyHandle) -> CURLMcode { curl_multi_add_handle(pointer, easy.pointer) }

    func remove(_ easy: borrowing EasyHandle) { curl_multi_remove_handle(pointer, easy.pointer) }

    func perform() {
        var running: Int32 = 0
        curl_multi_perform(pointer, &running)
    }

    /// Waits for the network, for what is posted to the inbox, or for the time to pass.
    func wait(milliseconds: Int32) { curl_multi_poll(pointer, nil, 0, milliseconds, nil) }

    /// The next finished transfer: the context of its callbacks and libcurl's result.
    func nextFinished() -> (context: UnsafeMutableRawPointer, result: CURLcode)? {
        var easy: UnsafeMutableRawPointer?
        var result = CURLE_OK
        while qm_multi_next_finished(pointer, &easy, &result) {
            guard let easy, let context = qm_easy_private(easy) else { continue }
            return (context, result)
        }
        return nil
    }
}

/// libcurl's process-wide state, set up before the first handle is made.
enum CurlLibrary {
    private static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    static func prepare() throws(TransportError) {
        guard isReady else { throw TransportError(.protocol, "libcurl could not be set up") }
    }
}
