internal import CCurl
internal import Glibc

/// The sockets of all connections of a transport. Not `Sendable`: only the transport's thread touches it.
final class SocketTable {
    private var sockets: Set<Int32> = []
    /// How long sent bytes may stay without acknowledgement.
    var unacknowledgedLimit: Duration = .zero

    /// Lets libcurl tell this table of the sockets that the handle opens; the table must outlive the multi handle.
    func watch(_ easy: borrowing EasyHandle) throws(TransportError) {
        try easy.setSocketCallbacks(
            context: Unmanaged.passUnretained(self).toOpaque(),
            opened: { context, socket, _ in
                SocketTable.from(context)?.opened(socket)
                return Int32(CURL_SOCKOPT_OK)
            },
            close: { context, socket in
                SocketTable.from(context)?.sockets.remove(socket)
                return Glibc.close(socket)
            })
    }

    /// Ends the connection from a local port: everything on it fails at once.
    func shutDown(localPort: Int32) {
        for socket in sockets where Self.localPort(of: socket) == localPort {
            shutdown(socket, Int32(SHUT_RDWR))
        }
    }

    private func opened(_ socket: Int32) {
        sockets.insert(socket)
        var milliseconds = UInt32(clamping: unacknowledgedLimit.milliseconds)
        // Without this option a dead peer is only noticed later, so a failure is no error.
        setsockopt(
            socket, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, &milliseconds, socklen_t(MemoryLayout<UInt32>.size))
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> SocketTable? {
        context.map { Unmanaged<SocketTable>.fromOpaque($0).takeUnretainedValue() }
    }

    private static func localPort(of socket: Int32) -> Int32? {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutableBytes(of: &address) { bytes in
            guard let base = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                getsockname(socket, base, &length) == 0
            else { return nil }
            // The port stands at the same place for IPv4 and IPv6.
            return Int32(UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
        }
    }
}
