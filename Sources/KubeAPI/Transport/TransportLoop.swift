internal import CCurl
internal import Synchronization

/// The transport's thread: takes orders from the inbox, lets libcurl work, ends what is finished or out of time.
///
/// Not `Sendable`: it is made and used on that thread.
final class TransportLoop {
    private let inbox: TransportInbox
    private let multi = MultiHandle(sockets: SocketTable())
    private var configuration: TransportConfiguration
    private var schedule: TransferSchedule
    private var transfers: [TransferID: Transfer] = [:]
    /// Orders that wait for a place.
    private var waiting: [TransferID: TransferOrder] = [:]
    private let activity = TransportActivity()
    private var isShuttingDown = false

    init(inbox: TransportInbox, configuration: TransportConfiguration) {
        self.inbox = inbox
        self.configuration = configuration
        schedule = TransferSchedule(places: configuration.maxConcurrentExchanges)
    }

    func run() {
        multi.limitConnections(configuration.maxConnections)
        multi.open(inbox)
        while !isShuttingDown {
            for command in inbox.takeCommands() { execute(command) }
            multi.perform()
            finishTransfers()
            expireTransfers()
            // Sinks may have posted meanwhile: that ends the wait at once.
            if !isShuttingDown { multi.wait(milliseconds: waitTime()) }
        }
        let late = inbox.close()
        for id in schedule.ids { end(id, .failure(.shutDown)) }
        for case .start(let order) in late { order.sink.end(.failure(.shutDown)) }
    }

    private func execute(_ command: TransportCommand) {
        switch command {
        case .start(let order):
            let mayRun = schedule.add(
                order.id, kind: order.kind, timeout: order.request.timeout, idleTimeout: order.request.idleTimeout,
                now: .now)
            if mayRun { begin(order) } else { waiting[order.id] = order }
        case .cancel(let id):
            if let transfer = transfers[id] { judgeConnection(ofCancelled: transfer, now: .now) }
            end(id, .failure(TransportError(.cancelled, "the request was cancelled")))
        case .configure(let configuration):
            self.configuration = configuration
            multi.limitConnections(configuration.maxConnections)
        case .shutdown:
            isShuttingDown = true
        }
    }

    private func begin(_ order: TransferOrder) {
        let transfer = Transfer(order, configuration: configuration, activity: activity)
        transfers[order.id] = transfer
        do {
            multi.sockets.unacknowledgedLimit = configuration.unacknowledgedLimit
            try multi.sockets.watch(transfer.easy)
            try transfer.prepare(order.request, configuration)
        } catch {
            return end(order.id, .failure(error))
        }
        guard multi.add(transfer.easy) == CURLM_OK else {
            return end(order.id, .failure(TransportError(.protocol, "libcurl does not take the request")))
        }
    }

    private func finishTransfers() {
        while let (context, result) = multi.nextFinished() {
            guard let transfer = Transfer.from(context) else { continue }
            if let reason = transfer.stopReason {
                end(transfer.id, .failure(reason))
            } else if result == CURLE_OK {
                end(transfer.id, .success(()))
            } else {
                end(transfer.id, .failure(.from(result, transfer.easy, configuration)))
            }
        }
    }

    /// Takes the transfer out and tells its sink; what waited for its place begins.
    private func end(_ id: TransferID, _ result: Result<Void, TransportError>) {
        let order = waiting.removeValue(forKey: id)
        let transfer = transfers.removeValue(forKey: id)
        guard let sink = transfer?.sink ?? order?.sink else { return }
        if let transfer {
            inbox.openedConnections.add(transfer.easy.info(CURLINFO_NUM_CONNECTS), ordering: .relaxed)
            multi.remove(transfer.easy)
        }
        let released = schedule.remove(id)
        sink.end(result)
        guard !isShuttingDown else { return }
        for id in released {
            if let order = waiting.removeValue(forKey: id) { begin(order) }
        }
    }
}

extension TransportLoop {
    private func waitTime() -> Int32 {
        // libcurl 7.88 may hold the rest of a TLS record for one HTTP/2 stream after it has served another, while
        // nothing is left to be read from the socket: a pass that brought bytes is followed by another one soon.
        if activity.take() { return 2 }
        let longest: Duration = transfers.isEmpty ? .seconds(60) : .seconds(1)
        guard let next = schedule.nextSweep else { return Int32(longest.milliseconds) }
        return Int32(clamping: min(ContinuousClock.now.duration(to: next), longest).milliseconds)
    }

    private func expireTransfers() {
        let now = ContinuousClock.now
        for (id, limit) in schedule.expired(now: now, lastActivity: { transfers[$0]?.lastActivity }) {
            if let transfer = transfers[id] { dropDeadConnection(of: transfer, now: now) }
            end(id, .failure(timeoutError(limit, id)))
        }
    }

    private func timeoutError(_ limit: TransferSchedule.Limit, _ id: TransferID) -> TransportError {
        let server = transfers[id]?.server ?? configuration.server
        switch limit {
        case .whole where transfers[id] == nil:
            return TransportError(.timeout, "the request to \(server) was not sent in time: too many others are open")
        case .whole:
            return TransportError(.timeout, "\(server) did not answer completely within the request's time limit")
        case .idle:
            return TransportError(.timeout, "\(server) sent nothing for the stream's idle limit")
        }
    }

    /// A peer that went silent would take later requests down with it: libcurl sees a time limit as the matter of one
    /// stream and keeps an HTTP/2 connection. Where nothing at all has come in on it for as long as this transfer was
    /// silent, it is shut down, and later requests open another one.
    private func dropDeadConnection(of transfer: Transfer, now: ContinuousClock.Instant) {
        guard let port = transfer.localPort else { return }
        let silence = (transfer.lastActivity ?? transfer.startedAt).duration(to: now)
        let others = transfers.values.filter { $0.id != transfer.id && $0.localPort == port }
        let isAlive = others.contains { ($0.lastActivity?.duration(to: now) ?? silence) < silence }
        // Watches are silent for a minute when nothing happens: one slow request must not end them at once.
        let limit = others.isEmpty ? Self.suspiciousSilence : Self.suspiciousSilenceOfShared
        if !isAlive, silence >= limit { multi.sockets.shutDown(localPort: port) }
    }

    /// Who has a time limit of its own gives up by cancelling: a lease that is not renewed in time, a watch without its
    /// bookmark. A request without an answer, or a minute without a byte, says the same of the connection as our limits.
    private func judgeConnection(ofCancelled transfer: Transfer, now: ContinuousClock.Instant) {
        guard transfer.lastActivity.map({ $0.duration(to: now) >= .seconds(60) }) ?? true else { return }
        dropDeadConnection(of: transfer, now: now)
    }

    private static let suspiciousSilence = Duration.seconds(1)
    private static let suspiciousSilenceOfShared = Duration.seconds(10)
}
