internal import CEvent

extension HTTPServerRequest {
    /// Copies a request out of libevent.
    init(libevent request: OpaquePointer) {
        self.init(
            method: Self.method(evhttp_request_get_command(request)),
            target: evhttp_request_get_uri(request).map { String(cString: $0) } ?? "/",
            headers: Self.headers(request), body: Self.body(request), peer: Self.peer(request))
    }

    private static func method(_ command: evhttp_cmd_type) -> String {
        switch command {
        case EVHTTP_REQ_POST: "POST"
        case EVHTTP_REQ_PUT: "PUT"
        case EVHTTP_REQ_PATCH: "PATCH"
        case EVHTTP_REQ_DELETE: "DELETE"
        case EVHTTP_REQ_HEAD: "HEAD"
        case EVHTTP_REQ_OPTIONS: "OPTIONS"
        default: "GET"
        }
    }

    private static func headers(_ request: OpaquePointer) -> [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = []
        var next = evhttp_request_get_input_headers(request)?.pointee.tqh_first
        while let header = next {
            headers.append((String(cString: header.pointee.key), String(cString: header.pointee.value)))
            next = header.pointee.next.tqe_next
        }
        return headers
    }

    private static func body(_ request: OpaquePointer) -> [UInt8] {
        guard let input = evhttp_request_get_input_buffer(request) else { return [] }
        let length = evbuffer_get_length(input)
        return [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            count = max(0, evbuffer_copyout(input, buffer.baseAddress, length))
        }
    }

    private static func peer(_ request: OpaquePointer) -> Peer {
        guard let connection = evhttp_request_get_connection(request),
            let stream = evhttp_connection_get_bufferevent(connection)
        else { return .anonymous }
        let subject = Subject()
        let result = qm_tls_peer_subject(stream, Unmanaged.passUnretained(subject).toOpaque()) { argument, kind, text, length in
            guard let argument, let text else { return }
            let subject = Unmanaged<Subject>.fromOpaque(argument).takeUnretainedValue()
            let bytes = UnsafeRawBufferPointer(start: text, count: length)
            let value = String(decoding: bytes, as: UTF8.self)
            if kind == CChar(UInt8(ascii: "O")) { subject.organizations.append(value) } else { subject.commonName = value }
        }
        return switch result {
        case QM_TLS_PEER_VERIFIED: .verified(commonName: subject.commonName, organizations: subject.organizations)
        case QM_TLS_PEER_UNTRUSTED: .untrusted
        default: .anonymous
        }
    }

    private final class Subject {
        var commonName = ""
        var organizations: [String] = []
    }
}
