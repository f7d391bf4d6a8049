internal import Synchronization

extension Controller {
    /// One worker.
    func work() async {
        while let item = await queue.next() {
            metrics.active.add(1)
            await attend(start(item), item.key)
            metrics.active.add(-1)
        }
    }

    private struct Attempt: Sendable {
        var task: Task<Void, Never>
        var ended: Signal
        var hasEnded: @Sendable () -> Bool
    }

    private func start(_ item: WorkQueue<ObjectKey>.Item) -> Attempt {
        let ended = Signal()
        let task = attempts.withLock { attempts in
            let task = Task {
                await self.perform(item)
                // Forgotten before the key is given back: from then on the next attempt may stand there.
                self.attempts.withLock { $0[item.key] = nil }
                self.queue.done(item.key)
                ended.raise()
            }
            attempts[item.key] = task
            return task
        }
        return Attempt(
            task: task, ended: ended,
            hasEnded: { [self] in attempts.withLock { $0[item.key] != task } })
    }

    /// Waits for an attempt, but not for ever.
    private func attend(_ attempt: Attempt, _ key: ObjectKey) async {
        let deadline = time.now + options.deadline
        while !attempt.hasEnded(), !Task.isCancelled, time.now < deadline {
            await attempt.ended.wait(until: deadline, on: time)
        }
        guard !attempt.hasEnded(), !Task.isCancelled else { return }
        attempt.task.cancel()
        metrics.timeouts.increment()
        let patience = deadline + options.patience
        while !attempt.hasEnded(), !Task.isCancelled, time.now < patience {
            await attempt.ended.wait(until: patience, on: time)
        }
        guard !attempt.hasEnded(), !Task.isCancelled else { return }
        logger.error(
            "the reconcile hangs: its worker goes on without it, the object waits until it ends",
            ["object": .string("\(key)")])
    }

    private func perform(_ item: WorkQueue<ObjectKey>.Item) async {
        let logger = logger.with("object", .string("\(item.key)")).with("reconcileID", .string(randomness.identifier()))
        let start = time.now
        logger.debug("reconcile begins", ["retries": .integer(Int64(item.retries))])
        let result: Result<Outcome, any Error>
        do {
            var context = ReconcileContext()
            context.logger = logger
            context.isSecondLook = item.priority <= .secondLook
            context.othersWait = { [queue] in queue.othersWait(beside: item.key) }
            let outcome = try await ReconcileContext.$current.withValue(context) {
                try await reconciler.reconcile(item.key)
            }
            result = .success(outcome)
        } catch {
            result = .failure(error)
        }
        let duration = time.now - start
        metrics.time.observe(duration)
        settle(item, result, logger: logger.with("seconds", .number(duration.inSeconds)))
    }

    private func settle(
        _ item: WorkQueue<ObjectKey>.Item, _ result: Result<Outcome, any Error>, logger: Logger
    ) {
        switch result {
        case .success(.done):
            queue.forget(item.key)
            metrics.count(.success)
            logger.debug("reconcile ended")
        case .success(.requeue(let delay)): lookAgain(at: item.key, after: delay, item.priority, logger)
        case .success(.later(let delay)):
            lookAgain(at: item.key, after: delay, min(item.priority, .secondLook), logger)
        case .failure(let error):
            settle(item, error, logger: logger)
        }
    }

    private func lookAgain(at key: ObjectKey, after delay: Duration, _ priority: WorkPriority, _ logger: Logger) {
        queue.forget(key)
        queue.add(key, after: delay, priority: priority)
        metrics.count(.requeueAfter)
        logger.debug("reconcile ended", ["requeueSeconds": .number(delay.inSeconds)])
    }

    private func settle(_ item: WorkQueue<ObjectKey>.Item, _ error: any Error, logger: Logger) {
        switch error {
        case is TerminalError:
            queue.forget(item.key)
            metrics.count(.error)
            metrics.terminalErrors.increment()
            logger.error("reconcile failed and waits for a change", ["error": .string("\(error)")])
        case let error as APIError where error.isConflict:
            retryQuietly(item, "the object has changed meanwhile", error, logger)
        case is NotLeaderError:
            retryQuietly(item, "not the leader any more", error, logger)
        case is CancellationError where queue.isShutDown:
            retryQuietly(item, "stopped", error, logger)
        default:
            metrics.count(.error)
            let delay = queue.addRateLimited(item.key, priority: item.priority)
            let text = error is CancellationError ? "it took longer than its deadline" : "\(error)"
            logger.error("reconcile failed", ["error": .string(text), "retrySeconds": .number(delay.inSeconds)])
        }
    }

    /// Nothing is wrong: no error in the log, none in the metrics. The growing delay stays, against a hot loop.
    private func retryQuietly(_ item: WorkQueue<ObjectKey>.Item, _ why: String, _ error: any Error, _ logger: Logger) {
        metrics.count(.requeue)
        let delay = queue.addRateLimited(item.key, priority: item.priority)
        logger.debug(
            "reconcile again: \(why)", ["error": .string("\(error)"), "retrySeconds": .number(delay.inSeconds)])
    }
}
