/// Carries out the steps of an election.
struct LeaseDriver: Sendable {
    private let election: LeaderElection
    private var rules: LeaseElection
    /// The Lease as it was last read or written: the base of the next write.
    private var object: DynamicObject?
    /// The fault that was told last, for as long as it lasts.
    private var told: String?

    init(election: LeaderElection) {
        self.election = election
        let options = election.options
        rules = LeaseElection(
            configuration: LeaseElection.Configuration(
                identity: options.identity, leaseDuration: options.leaseDuration,
                renewDeadline: options.renewDeadline, retryPeriod: options.retryPeriod))
    }

    /// One step, and what follows from it for the gate.
    mutating func step() async {
        let startedAt = election.time.now
        let step = rules.next(now: startedAt, wallClock: election.wallClock())
        publish()
        do {
            switch step {
            case .wait(let end): try await election.time.sleep(until: end)
            case .read: try await read()
            case .create(let record): try await write(record, isNew: true)
            case .update(let record): try await write(record, isNew: false)
            }
        } catch let error as APIError where error.isConflict || error.isAlreadyExists || isDeleted(error) {
            rules.didConflict(now: election.time.now, pause: pause)
        } catch is CancellationError where Task.isCancelled {
            return
        } catch {
            rules.didFail(startedAt: startedAt, now: election.time.now, pause: pause)
            tell(error)
        }
        publish()
    }

    /// Each fault once for as long as it lasts: a server that restarts is asked many times.
    private mutating func tell(_ error: any Error) {
        let problem = "\(error)"
        guard problem != told else { return }
        told = problem
        election.logger.warning("the lease could not be read or renewed", ["error": .string(problem)])
    }

    /// Whether the lease that was to be renewed is gone. Where there was none before, its namespace is missing.
    private func isDeleted(_ error: APIError) -> Bool { error.isNotFound && object != nil }

    /// Gives the lease back, so that the next leader need not wait for its end.
    func release() async {
        guard rules.hasLooked else { return }
        do {
            let limit = election.options.renewDeadline / 2
            let last = self
            guard try await within(limit, { try await last.release(over: $0) }) else { return }
            election.logger.info("the lease was given back")
        } catch {
            election.logger.warning(
                "the lease was not given back: the next leader waits for its end", ["error": .string("\(error)")])
        }
    }

    /// - Returns: `false` where somebody else holds it, or nobody.
    private func release(over api: any ObjectAPI) async throws -> Bool {
        var rules = rules
        var known = rules.isHolder ? object : nil
        // A renewal that the end has cut off may have been stored all the same: what the server has counts. It may also
        // arrive only now, hence the third attempt.
        for attempt in 1...3 {
            do {
                let found = if let known { known } else { try await api.get(.lease, election.options.lease) }
                rules.didRead(
                    (try LeaseRecord(found), found.resourceVersion), now: election.time.now, pause: .zero)
                guard let record = rules.releaseRecord(wallClock: election.wallClock()) else { return false }
                _ = try await api.update(
                    try record.written(into: found), as: .lease, subresource: nil, options: WriteOptions())
                return true
            } catch let error as APIError where error.isConflict && attempt < 3 {
                known = nil
            } catch let error as APIError where error.isNotFound {
                return false
            }
        }
        return false
    }

    /// Jittered, so that candidates do not come all at once.
    private var pause: Duration { election.randomness.jittered(election.options.retryPeriod, by: 0.2) }

    private func publish() {
        let now = election.time.now
        if let end = rules.validUntil, now < end {
            election.gate.open(until: end)
        } else {
            election.gate.close()
        }
        election.publish(isLeading: rules.isLeading(at: now), holder: rules.holder)
    }

    private mutating func read() async throws {
        let key = election.options.lease
        do {
            let found = try await within(rules.patience(at: election.time.now)) { try await $0.get(.lease, key) }
            (object, told) = (found, nil)
            rules.didRead(
                (try LeaseRecord(found), found.resourceVersion), now: election.time.now, pause: pause)
        } catch let error as APIError where error.isNotFound {
            object = nil
            rules.didRead(nil, now: election.time.now, pause: pause)
        }
    }

    private mutating func write(_ record: LeaseRecord, isNew: Bool) async throws {
        let key = election.options.lease
        let empty = Lease(metadata: ObjectMeta(name: key.name, namespace: key.namespace))
        let wanted = try record.written(into: object ?? empty.dynamicObject())
        // Before the sending: the server cannot have stored it earlier.
        let sentAt = election.time.now
        rules.willWrite(record, sentAt: sentAt)
        let written = try await within(rules.patience(at: sentAt)) { api in
            isNew
                ? try await api.create(wanted, as: .lease, options: WriteOptions())
                : try await api.update(wanted, as: .lease, subresource: nil, options: WriteOptions())
        }
        (object, told) = (written, nil)
        rules.didWrite(
            record, resourceVersion: written.resourceVersion, sentAt: sentAt, now: election.time.now, pause: pause)
    }

    private func within<Value: Sendable>(
        _ limit: Duration, _ request: @escaping @Sendable (any ObjectAPI) async throws -> Value
    ) async throws -> Value {
        let election = election
        return try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask { try await request(election.api) }
            group.addTask {
                try await election.time.sleep(for: limit)
                throw LeaseTimeout(limit: limit)
            }
            defer { group.cancelAll() }
            guard let value = try await group.next() else { throw CancellationError() }
            return value
        }
    }
}

private struct LeaseTimeout: Error, CustomStringConvertible {
    var limit: Duration
    var description: String { "no answer within \(limit)" }
}
