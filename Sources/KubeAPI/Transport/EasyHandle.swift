internal import CCurl

/// One transfer of libcurl. Only the transport's thread touches it.
struct EasyHandle: ~Copyable {
    let pointer: UnsafeMutableRawPointer
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
