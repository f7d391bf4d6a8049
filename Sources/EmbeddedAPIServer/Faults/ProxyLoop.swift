internal import Glibc

/// The thread of a `FaultProxy`.
///
/// Not `Sendable`: it is made and used on that thread.
final class ProxyLoop {
    enum Command: Sendable {
        case mode(FaultProxy.Mode)
        case cut(afterBytes: Int)
        case heal(resets: Bool)
        case stop
    }

    /// One connection: a socket to each side, and what the other side has not taken yet.
    private struct Link {
        var client: Int32
        var server: Int32
        var toClient: [UInt8] = []
        var toServer: [UInt8] = []
        var clientEnded = false
        var serverEnded = false
        /// Has lost bytes: what came after them would make no sense.
        var isDead = false
        var bytesUntilCut: Int?
    }

    /// What may wait for a slow side.
    private static let bufferLimit = 1 << 20

    private let listener: Int32
    private let wake: Int32
    private let target: UInt16
    private var mode = FaultProxy.Mode.forward
    private var links: [Link] = []
    private var chunk = [UInt8](repeating: 0, count: 64 << 10)

    init(listener: Int32, wake: Int32, target: UInt16) {
        self.listener = listener
        self.wake = wake
        self.target = target
    }

    func run(_ takeCommands: () -> [Command]) {
        defer {
            for link in links { reset(link) }
            _ = Glibc.close(listener)
            _ = Glibc.close(wake)
        }
        while true {
            waitForWork()
            while read(wake, &chunk, chunk.count) > 0 {}
            for command in takeCommands() {
                if case .stop = command { return }
                execute(command)
            }
            accept()
            for index in links.indices { move(&links[index]) }
            links.removeAll { link in
                guard link.client < 0 else { return false }
                return true
            }
        }
    }

    private func execute(_ command: Command) {
        switch command {
        case .mode(let mode):
            self.mode = mode
            if mode == .refuse { cutAll { _ in true } }
        case .cut(let count) where count <= 0: cutAll { _ in true }
        case .cut(let count): for index in links.indices { links[index].bytesUntilCut = count }
        case .heal(let resets):
            mode = .forward
            if resets { cutAll { $0.isDead } }
        case .stop: break
        }
    }

    private func cutAll(where condition: (Link) -> Bool) {
        for link in links where condition(link) { reset(link) }
        links.removeAll(where: condition)
    }

    private func waitForWork() {
        var polls = [pollfd(fd: wake, events: Int16(POLLIN), revents: 0)]
        polls.append(pollfd(fd: listener, events: Int16(POLLIN), revents: 0))
        for link in links {
            polls.append(
                pollfd(fd: link.client, events: interest(link.clientEnded, link.toServer, link.toClient), revents: 0))
            polls.append(
                pollfd(fd: link.server, events: interest(link.serverEnded, link.toClient, link.toServer), revents: 0))
        }
        _ = poll(&polls, nfds_t(polls.count), 1000)
    }

    /// - Parameters:
    ///   - incoming: what was read from this side and waits for the other one.
    ///   - outgoing: what waits for this side.
    private func interest(_ hasEnded: Bool, _ incoming: [UInt8], _ outgoing: [UInt8]) -> Int16 {
        var events = 0
        if !hasEnded, incoming.count < Self.bufferLimit { events |= Int(POLLIN) }
        if !outgoing.isEmpty { events |= Int(POLLOUT) }
        return Int16(events)
    }

    private func accept() {
        while true {
            let client = Glibc.accept(listener, nil, nil)
            guard client >= 0 else { return }
            _ = fcntl(client, F_SETFD, FD_CLOEXEC)
            _ = fcntl(client, F_SETFL, O_NONBLOCK)
            if mode != .refuse, let server = connectToLoopback(port: target) {
                links.append(Link(client: client, server: server))
            } else {
                reset(client)
            }
        }
    }

    private func move(_ link: inout Link) {
        let isAlive =
            pull(&link, from: \.client, into: \.toServer, end: \.clientEnded)
            && pull(&link, from: \.server, into: \.toClient, end: \.serverEnded)
            && push(&link.toServer, to: link.server) && push(&link.toClient, to: link.client)
        let isSpent = link.bytesUntilCut.map { $0 <= 0 } ?? false
        let isOver =
            !link.isDead
            && (link.clientEnded && link.toServer.isEmpty || link.serverEnded && link.toClient.isEmpty)
        if !isAlive {
            reset(link)
            link.client = -1
        } else if isOver || isSpent && link.toClient.isEmpty {
            // In order: a reset would take what is on its way with it.
            _ = Glibc.close(link.client)
            _ = Glibc.close(link.server)
            link.client = -1
        }
    }

    /// Reads what a side has sent; `false` where the connection is broken.
    private func pull(
        _ link: inout Link, from side: KeyPath<Link, Int32>, into buffer: WritableKeyPath<Link, [UInt8]>,
        end: WritableKeyPath<Link, Bool>
    ) -> Bool {
        while !link[keyPath: end], link[keyPath: buffer].count < Self.bufferLimit {
            let count = read(link[keyPath: side], &chunk, chunk.count)
            if count < 0 { return errno == EAGAIN || errno == EINTR }
            if mode == .swallow { link.isDead = true }
            if count == 0 {
                link[keyPath: end] = true
                // A dead connection whose one side has gone is of no use to anybody; its end is no news to the other.
                return !link.isDead || side == \.server
            }
            if link.isDead { continue }
            var taken = count
            if side == \.server, let left = link.bytesUntilCut {
                taken = min(count, left)
                link.bytesUntilCut = left - taken
            }
            link[keyPath: buffer] += chunk[..<taken]
        }
        return true
    }

    private func push(_ buffer: inout [UInt8], to side: Int32) -> Bool {
        while !buffer.isEmpty {
            let count = buffer.withUnsafeBytes { send(side, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0 { return errno == EAGAIN || errno == EINTR }
            buffer.removeFirst(count)
        }
        return true
    }

    private func reset(_ link: Link) {
        reset(link.client)
        reset(link.server)
    }

    /// Closes with a reset instead of an orderly end.
    private func reset(_ descriptor: Int32) {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        _ = Glibc.close(descriptor)
    }
}
