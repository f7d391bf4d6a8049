internal import KubeAPI

/// One controller of the simulation: what makes it look at an object, and what it does then.
protocol SimulationController: Sendable {
    var controller: SimulatedController { get }
    var workers: Int { get }

    /// Puts keys into the queue when something changes. Called once, before the informers run.
    func observe(_ queue: WorkQueue<ObjectKey>)

    /// Looks at one object and writes what is to be written.
    ///
    /// - Returns: when to look again without a change.
    func sync(_ key: ObjectKey) async throws -> Duration?
}

/// Works off the queue of one controller until the task is cancelled.
struct SimulationLoop: Sendable {
    private let part: any SimulationController
    private let queue: WorkQueue<ObjectKey>
    private let log: Logger

    init(_ part: any SimulationController, log: Logger, time: TimeSource) {
        self.part = part
        self.log = log.with("controller", .string(part.controller.rawValue))
        queue = WorkQueue(name: part.controller.rawValue, time: time)
        part.observe(queue)
    }

    func run() async {
        await withTaskGroup { group in
            group.addTask { await queue.run() }
            for _ in 0..<part.workers { group.addTask { await work() } }
        }
    }

    private func work() async {
        while let item = await queue.next() {
            do {
                let checkAgain = try await part.sync(item.key)
                queue.forget(item.key)
                if let checkAgain { queue.add(item.key, after: checkAgain) }
            } catch is CancellationError {
                queue.done(item.key)
                return
            } catch {
                let delay = queue.addRateLimited(item.key)
                // A conflict only says that the cache was behind; a refused pod is told by its controller's status.
                if (error as? APIError)?.isConflict != true {
                    log.debug("\(item.key): \(error)", ["retryAfter": "\(delay)"])
                }
            }
            queue.done(item.key)
        }
    }
}
