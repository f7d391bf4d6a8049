internal import CEvent
internal import Glibc
internal import Synchronization

/// One libevent loop on a thread of its own. Jobs and timers run on that thread, in the order in which they came.
final class EventLoop: @unchecked Sendable {
    // Unchecked: `handle` is set once, before anybody else sees the loop; `timers` is touched on the thread only.
    typealias Job = @Sendable () -> Void

    private(set) var handle: OpaquePointer?
    private let queue = Mutex(Queue())
    private var timers: [UInt64: Timer] = [:]

    private struct Queue {
        var jobs: [Job] = []
        var nextTimer: UInt64 = 1
        var isEnded = false
        var endWaiters: [CheckedContinuation<Void, Never>] = []
    }

    /// - Throws: `HTTPServerError` where libevent has no resources.
    init() throws(HTTPServerError) {
        handle = qm_loop_create(
            { argument in
                guard let argument else { return }
                Unmanaged<EventLoop>.fromOpaque(argument).takeUnretainedValue().runJobs()
            }, Unmanaged.passUnretained(self).toOpaque())
        if handle == nil { throw HTTPServerError("libevent has no event loop for this process") }
    }

    deinit {
        qm_loop_destroy(handle)
    }

    /// Starts the thread. The loop keeps itself alive until `end`.
    func start() throws(HTTPServerError) {
        var thread = pthread_t()
        let box = Unmanaged.passRetained(self)
        let code = pthread_create(&thread, nil, loopThread, box.toOpaque())
        guard code == 0 else {
            box.release()
            throw HTTPServerError("no thread for the HTTP server: \(String(cString: strerror(code)))")
        }
        pthread_detach(thread)
    }

    /// Queues a job; after the loop's end it is dropped.
    func execute(_ job: @escaping Job) {
        let isFirst = queue.withLock { queue in
            guard !queue.isEnded else { return false }
            queue.jobs.append(job)
            return queue.jobs.count == 1
        }
        if isFirst { qm_loop_wake(handle) }
    }

    /// Runs a job once, after a time. The number cancels it.
    @discardableResult
    func schedule(after delay: Duration, _ job: @escaping Job) -> UInt64 {
        let id = queue.withLock { queue in
            defer { queue.nextTimer += 1 }
            return queue.nextTimer
        }
        execute { [self] in timers[id] = Timer(loop: self, id: id, delay: delay, job: job) }
        return id
    }

    func cancel(timer id: UInt64) {
        execute { [self] in timers.removeValue(forKey: id) }
    }

    /// Lets the loop run what is queued and end. Returns when its thread has left.
    func end() async {
        execute { [self] in
            timers.removeAll()
            qm_loop_break(handle)
        }
        await withCheckedContinuation { continuation in
            let isEnded = queue.withLock { queue in
                if !queue.isEnded { queue.endWaiters.append(continuation) }
                return queue.isEnded
            }
            if isEnded { continuation.resume() }
        }
    }

    fileprivate func run() {
        qm_loop_run(handle)
        let waiters = queue.withLock { queue in
            queue.isEnded = true
            queue.jobs.removeAll()
            defer { queue.endWaiters.removeAll() }
            return queue.endWaiters
        }
        for waiter in waiters { waiter.resume() }
    }

    private func runJobs() {
        let jobs = queue.withLock { queue in
            defer { queue.jobs.removeAll(keepingCapacity: true) }
            return queue.jobs
        }
        for job in jobs { job() }
    }

    fileprivate func fire(_ id: UInt64) {
        timers.removeValue(forKey: id)?.job()
    }
}

/// A libevent timer; freed with the object, on the loop's thread.
private final class Timer {
    private let id: UInt64
    let job: EventLoop.Job
    // The loop owns the timer and so outlives it.
    private unowned let loop: EventLoop
    private var handle: OpaquePointer?

    init(loop: EventLoop, id: UInt64, delay: Duration, job: @escaping EventLoop.Job) {
        self.loop = loop
        self.id = id
        self.job = job
        handle = qm_timer_create(
            loop.handle, delay.microseconds,
            { argument in
                guard let argument else { return }
                // Retained for the call: firing drops the loop's reference.
                let timer = Unmanaged<Timer>.fromOpaque(argument).takeUnretainedValue()
                withExtendedLifetime(timer) { timer.fire() }
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    deinit {
        qm_timer_destroy(handle)
    }

    private func fire() { loop.fire(id) }
}

extension Duration {
    var microseconds: Int64 {
        let (seconds, attoseconds) = max(self, .zero).components
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}

private let loopThread: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
    guard let argument else { return nil }
    Unmanaged<EventLoop>.fromOpaque(argument).takeRetainedValue().run()
    return nil
}
