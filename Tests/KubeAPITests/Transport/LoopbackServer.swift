import Glibc
import Synchronization

@testable import KubeAPI

/// An HTTP/1.1 server on plain sockets that does to its clients what a test asks for, down to the single byte.
///
/// Each connection is served on a thread of its own by the handler, which may block there: on a `Gate`, or in
/// `Connection.waitUntilClosed`.
final class LoopbackServer: Sendable {
    struct Request: Sendable {
        var method = ""
        /// With its query.
        var path = ""
        var headers = HTTPHeaders()
        var body: [UInt8] = []

        var text: String { String(decoding: body, as: UTF8.self) }
    }

    struct SetUpError: Error {
        var step: String
    }

    private struct State {
        var requests: [Request] = []
        var connections: [Int32] = []
        var openSockets: Set<Int32> = []
        /// Until its thread has closed it: the number may belong to somebody else after that.
        var listener: Int32?
    }

    typealias Handler = @Sendable (Request, Connection) -> Void

    let port: Int
    private let state = Mutex(State())
    private let handler: Handler
    private let greeting: String
    /// Keeps the port from others for as long as this object is there. Where it was stopped, nobody is to answer, and what its clients
    /// still send is not to reach the server of another test.
    private let placeholder: Int32

    /// - Parameter greeting: sent on each new connection before anything is read.
    init(greeting: String = "", handler: @escaping Handler) throws {
        self.greeting = greeting
        self.handler = handler
        let listener = try Self.shareableSocket()
        placeholder = try Self.shareableSocket()
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let placeholder = placeholder
        let code = withUnsafeMutableBytes(of: &address) { bytes -> Int32 in
            guard let address = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return -1 }
            guard bind(listener, address, length) == 0, listen(listener, 512) == 0 else { return -1 }
            guard getsockname(listener, address, &length) == 0 else { return -1 }
            return bind(placeholder, address, length)
        }
        guard code == 0 else { throw SetUpError(step: "bind") }
        port = Int(UInt16(bigEndian: address.sin_port))
        state.withLock { $0.listener = listener }
        startDetachedThread(named: "listener") { [weak self] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0, let self else { break }
                self.serve(client)
            }
            self?.state.withLock { $0.listener = nil }
            close(listener)
        }
    }

    deinit {
        stop()
        close(placeholder)
    }

    /// A socket whose port another one of this user may have, too, if both say so. A port that the kernel chooses is never shared.
    private static func shareableSocket() throws -> Int32 {
        let new = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var isShared: Int32 = 1
        guard new >= 0,
            setsockopt(new, SOL_SOCKET, SO_REUSEPORT, &isShared, socklen_t(MemoryLayout<Int32>.size)) == 0
        else { throw SetUpError(step: "socket") }
        return new
    }

    var requests: [Request] { state.withLock { $0.requests } }
    var connectionCount: Int { state.withLock { $0.connections.count } }
    var url: String { "http://127.0.0.1:\(port)" }

    /// Ends the listener and all connections.
    func stop() {
        state.withLock { state in
            if let listener = state.listener { _ = shutdown(listener, Int32(SHUT_RDWR)) }
            for socket in state.openSockets { _ = shutdown(socket, Int32(SHUT_RDWR)) }
        }
    }

    private func serve(_ client: Int32) {
        let number = state.withLock { state in
            state.connections.append(client)
            state.openSockets.insert(client)
            return state.connections.count
        }
        let connection = Connection(socket: client, number: number)
        connection.write(greeting)
        startDetachedThread(named: "connection") { [weak self] in
            while let request = connection.readRequest() {
                guard let self else { break }
                self.state.withLock { $0.requests.append(request) }
                self.handler(request, connection)
                if connection.isFinished { break }
            }
            self?.state.withLock { _ = $0.openSockets.remove(client) }
            close(client)
        }
    }
}

/// One connection of a `LoopbackServer`, used by its own thread.
final class Connection: Sendable {
    /// From 1, in the order of acceptance.
    let number: Int
    private let socket: Int32
    private let finished = Atomic(false)
    private let buffer = Mutex<[UInt8]>([])

    init(socket: Int32, number: Int) {
        self.socket = socket
        self.number = number
    }

    var isFinished: Bool { finished.load(ordering: .relaxed) }

    func write(_ text: String) { write(Array(text.utf8)) }

    func write(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let part = UnsafeRawBufferPointer(rebasing: rest)
                let count = send(socket, part.baseAddress, part.count, Int32(MSG_NOSIGNAL))
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }

    func respond(_ status: Int = 200, _ headers: [(String, String)] = [], _ body: String = "{}") {
        let fields = headers.map { "\($0.0): \($0.1)\r\n" }.joined()
        write("HTTP/1.1 \(status) Text\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)")
    }

    func beginChunks() { write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n") }

    func chunk(_ text: String) { write("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n") }

    func endChunks() { write("0\r\n\r\n") }

    /// Ends the connection in good order after the handler.
    func finish() { finished.store(true, ordering: .relaxed) }

    /// Ends the connection with a reset, as a crashed or rebooted peer does.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        finish()
    }

    /// Says nothing any more until the client or the server's `stop` ends the connection.
    func waitUntilClosed() {
        var byte: UInt8 = 0
        while recv(socket, &byte, 1, 0) > 0 {}
        finish()
    }

    func readRequest() -> LoopbackServer.Request? {
        guard let head = read(until: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
        let words = (lines.first ?? "").split(separator: " ")
        guard words.count == 3 else { return nil }
        var request = LoopbackServer.Request(method: String(words[0]), path: String(words[1]))
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            request.headers.append(String(parts[0]), parts.count > 1 ? String(parts[1].drop { $0 == " " }) : "")
        }
        let length = request.headers["Content-Length"].flatMap { Int($0) } ?? 0
        guard let body = read(count: length) else { return nil }
        request.body = body
        return request
    }

    private func read(until end: [UInt8]) -> [UInt8]? {
        while true {
            let found = buffer.withLock { buffer -> [UInt8]? in
                guard let range = buffer.firstRange(of: end) else { return nil }
                defer { buffer.removeSubrange(..<range.upperBound) }
                return Array(buffer[..<range.lowerBound])
            }
            if let found { return found }
            guard receive() else { return nil }
        }
    }

    private func read(count: Int) -> [UInt8]? {
        while buffer.withLock({ $0.count < count }) {
            guard receive() else { return nil }
        }
        return buffer.withLock { buffer in
            defer { buffer.removeFirst(count) }
            return Array(buffer.prefix(count))
        }
    }

    private func receive() -> Bool {
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = recv(socket, &bytes, bytes.count, 0)
        guard count > 0 else { return false }
        buffer.withLock { $0 += bytes[..<count] }
        return true
    }
}

/// Holds threads of a server back until a test opens it.
final class Gate: Sendable {
    private let semaphore = ThreadSemaphore()

    func open() { semaphore.signal() }

    /// Stays open for all that come later.
    func wait() {
        semaphore.wait()
        semaphore.signal()
    }
}
