internal import CCurl

/// One transfer of libcurl. Only the transport's thread touches it.
struct EasyHandle: ~Copyable {
    fileprivate let pointer: UnsafeMutableRawPointer
    private let errorBuffer: UnsafeMutablePointer<CChar>
    private var lists: [UnsafeMutablePointer<curl_slist>] = []

    init() {
        guard let pointer = curl_easy_init() else { fatalError("out of memory: no libcurl handle") }
        self.pointer = pointer
        errorBuffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        _ = qm_easy_set_pointer(pointer, CURLOPT_ERRORBUFFER, errorBuffer)
    }

    deinit {
        curl_easy_cleanup(pointer)
        for list in lists { curl_slist_free_all(list) }
        errorBuffer.deallocate()
    }

    /// libcurl's own words about the failure; empty where it has none.
    var errorText: String { String(cString: errorBuffer) }

    func set(_ option: CURLoption, _ value: Int) throws(TransportError) {
        try check(qm_easy_set_long(pointer, option, value), option)
    }

    func set(_ option: CURLoption, _ value: Bool) throws(TransportError) {
        try check(qm_easy_set_long(pointer, option, value ? 1 : 0), option)
    }

    /// `nil` resets the option.
    func set(_ option: CURLoption, _ value: String?) throws(TransportError) {
        try check(qm_easy_set_string(pointer, option, value), option)
    }

    func set(_ option: CURLoption, blob bytes: [UInt8]) throws(TransportError) {
        try check(qm_easy_set_blob(pointer, option, bytes, bytes.count), option)
    }

    mutating func set(_ option: CURLoption, list lines: [String]) throws(TransportError) {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines { list = curl_slist_append(list, line) ?? list }
        guard let list else { return }
        lists.append(list)
        try check(qm_easy_set_list(pointer, option, list), option)
    }

    func setBody(_ bytes: [UInt8]) throws(TransportError) {
        try check(qm_easy_set_body(pointer, bytes, bytes.count), CURLOPT_COPYPOSTFIELDS)
    }

    func setSocketCallbacks(
        context: UnsafeMutableRawPointer, opened: @escaping qm_socket_opened_callback,
        close: @escaping qm_socket_close_callback
    ) throws(TransportError) {
        try check(qm_easy_set_socket_callbacks(pointer, context, opened, close), CURLOPT_SOCKOPTFUNCTION)
    }

    func setCallbacks(
        context: UnsafeMutableRawPointer, header: @escaping qm_bytes_callback, body: @escaping qm_bytes_callback,
        prerequest: @escaping qm_prerequest_callback
    ) throws(TransportError) {
        try check(qm_easy_set_callbacks(pointer, context, header, body, prerequest), CURLOPT_PRIVATE)
    }

    /// 0 where libcurl does not know.
    func info(_ info: CURLINFO) -> Int {
        var value = 0
        return qm_easy_get_long(pointer, info, &value) == CURLE_OK ? value : 0
    }

    private func check(_ code: CURLcode, _ option: CURLoption) throws(TransportError) {
        guard code != CURLE_OK else { return }
        let reason = String(cString: curl_easy_strerror(code))
        throw TransportError(.protocol, "libcurl refuses option \(option.rawValue): \(reason)")
    }
}

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
