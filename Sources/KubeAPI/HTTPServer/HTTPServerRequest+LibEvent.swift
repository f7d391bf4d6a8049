internal import CEvent

extension HTTPServerRequest {
    /// Copies a request out of libevent.
    init(libevent request: OpaquePointer) {
        let parts = Parts()
        let argument = Unmanaged.passUnretained(parts).toOpaque()
        qm_request_headers(request, argument) { argument, name, value in
            guard let parts = Parts.from(argument), let name, let value else { return }
            parts.headers.append((String(cString: name), String(cString: value)))
        }
        let peer = qm_request_peer(request, argument) { argument, kind, text, length in
            guard let parts = Parts.from(argument) else { return }
            let value = String(decoding: UnsafeRawBufferPointer(start: text, count: length), as: UTF8.self)
            if UInt8(bitPattern: kind) == UInt8(ascii: "O") {
                parts.organizations.append(value)
            } else {
                parts.commonName = value
            }
        }
        let length = qm_request_body_length(request)
        // Without a body nothing may be written: all empty arrays are one.
        let body =
            length == 0
            ? []
            : [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
                qm_request_copy_body(request, buffer.baseAddress, length)
                count = length
            }
        self.init(
            method: qm_request_method(request).map { String(cString: $0) } ?? "GET",
            target: qm_request_target(request).map { String(cString: $0) } ?? "/",
            headers: parts.headers, body: body, peer: Self.peer(peer, parts))
    }

    private static func peer(_ result: qm_tls_peer, _ parts: Parts) -> Peer {
        switch result {
        case QM_TLS_PEER_VERIFIED: .verified(commonName: parts.commonName, organizations: parts.organizations)
        case QM_TLS_PEER_UNTRUSTED: .untrusted
        default: .anonymous
        }
    }

    /// What C callbacks collect.
    private final class Parts {
        var headers: [(name: String, value: String)] = []
        var commonName = ""
        var organizations: [String] = []

        static func from(_ argument: UnsafeMutableRawPointer?) -> Parts? {
            argument.map { Unmanaged<Parts>.fromOpaque($0).takeUnretainedValue() }
        }
    }
}
