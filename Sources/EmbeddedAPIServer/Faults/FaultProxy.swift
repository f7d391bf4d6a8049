internal import Glibc
internal import KubeAPI
internal import Synchronization

/// A TCP proxy on 127.0.0.1 that treats connections as bad networks do. It looks at no byte, so TLS passes through it.
package final class FaultProxy: Sendable {
    package enum Mode: Sendable, Hashable {
        case forward
        /// Half-open: bytes of either side vanish, new connections are taken and get no answer, nobody is told.
        case swallow
        /// Connections are reset, new ones too.
        case refuse
    }

    package struct Failure: Error, CustomStringConvertible {
        package var description: String
    }

    private let commands = Mutex<[ProxyLoop.Command]>([])
    private let wakeEnd: Int32
    private let ended = AsyncStream<Void>.makeStream()
    /// Where it listens.
    package let port: UInt16

    /// Begins to listen and to forward.
    ///
    /// - Parameter target: the port on 127.0.0.1 that connections go to.
    /// - Throws: `Failure` where no socket can be had.
    package init(to target: UInt16) throws(Failure) {
        var wake: [Int32] = [-1, -1]
        guard pipe(&wake) == 0 else { throw Failure(description: "no pipe") }
        for end in wake {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        wakeEnd = wake[1]
        let (listener, port) = try Self.listen()
        self.port = port
        let wakeReader = wake[0]
        let ended = ended.continuation
        startDetachedThread(named: "fault-proxy") { [weak self] in
            let loop = ProxyLoop(listener: listener, wake: wakeReader, target: target)
            loop.run { self?.takeCommands() ?? [.stop] }
            ended.finish()
        }
    }

    deinit { _ = Glibc.close(wakeEnd) }

    package func set(_ mode: Mode) { send(.mode(mode)) }

    /// Ends each connection that is open now after so many more bytes from the server.
    package func cut(afterBytes count: Int) { send(.cut(afterBytes: count)) }

    /// Forwards again. Connections that have lost bytes meanwhile stay dead, and say so only where `resets`.
    package func heal(resets: Bool) { send(.heal(resets: resets)) }

    package func stop() async {
        send(.stop)
        for await _ in ended.stream {}
    }

    private func send(_ command: ProxyLoop.Command) {
        commands.withLock { $0.append(command) }
        var byte: UInt8 = 1
        _ = write(wakeEnd, &byte, 1)
    }

    private func takeCommands() -> [ProxyLoop.Command] {
        commands.withLock { commands in
            defer { commands = [] }
            return commands
        }
    }

    private static func listen() throws(Failure) -> (Int32, UInt16) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC | O_NONBLOCK, 0)
        var address = loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && Glibc.listen(listener, 128) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        guard isListening else {
            throw Failure(description: "the fault proxy cannot listen: \(String(cString: strerror(errno)))")
        }
        return (listener, UInt16(bigEndian: address.sin_port))
    }
}

private func loopback(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
}

/// A socket to 127.0.0.1; `nil` where nobody listens there.
func connectToLoopback(port: UInt16) -> Int32? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
    var address = loopback(port: port)
    let length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) }
    }
    guard code == 0 else {
        _ = Glibc.close(descriptor)
        return nil
    }
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    return descriptor
}
