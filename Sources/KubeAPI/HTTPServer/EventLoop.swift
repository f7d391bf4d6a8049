internal import CEvent
internal import Glibc
internal import Synchronization

/// One libevent loop on a thread of its own. Jobs and timers run on that thread, in the order in which they came.
final class EventLoop: @unchecked Sendable {
    // Unchecked: `base` and `wakeUp` are constant and libevent locks them; `timers` is touched on the loop's thread only.
    typealias Job = @Sendable () -> Void

    let base: OpaquePointer
    private let wakeUp: OpaquePointer
    private let queue = Mutex(Queue())
    private var timers: [UInt64: Timer] = [:]

    private struct Queue {
        var jobs: [Job] = []
        var nextTimer: UInt64 = 1
        var isEnded = false
        var endWaiters: [CheckedContinuation<Void, Never>] = []
    }

    /// - Throws: `HTTPServerError` where libevent or the system has no resources left.
    init() throws(HTTPServerError) {
        _ = Self.threading
        guard let base = event_base_new() else { throw HTTPServerError("libevent has no event loop for this system") }
        // Never on a file descriptor: `event_active` alone fires it.
        guard let wakeUp = event_new(base, -1, Int16(EV_PERSIST), wakeUpFired, nil) else {
            event_base_free(base)
            throw HTTPServerError("out of memory: no event for the HTTP server")
        }
        self.base = base
        self.wakeUp = wakeUp
        event_assign(wakeUp, base, -1, Int16(EV_PERSIST), wakeUpFired, Unmanaged.passUnretained(self).toOpaque())
    }

    deinit {
        event_free(wakeUp)
        event_base_free(base)
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
        if isFirst { event_active(wakeUp, 0, 0) }
    }

    /// Runs a job once, after a time. The number cancels it.
    @discardableResult
    func schedule(after delay: Duration, _ job: @escaping Job) -> UInt64 {
        let id = queue.withLock { queue in
            defer { queue.nextTimer += 1 }
            return queue.nextTimer
        }
        execute { [self] in
            let timer = Timer(loop: self, id: id, job: job)
            if timer.start(after: delay) { timers[id] = timer }
        }
        return id
    }

    func cancel(timer id: UInt64) {
        execute { [self] in timers.removeValue(forKey: id) }
    }

    /// Lets the loop run what is queued and end. Returns when its thread has left.
    func end() async {
        execute { [self] in
            timers.removeAll()
            event_base_loopbreak(base)
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
        // A peer that is gone shows as an error of the write, never as a signal.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        event_add(wakeUp, nil)
        event_base_dispatch(base)
        let waiters = queue.withLock { queue in
            queue.isEnded = true
            queue.jobs.removeAll()
            defer { queue.endWaiters.removeAll() }
            return queue.endWaiters
        }
        for waiter in waiters { waiter.resume() }
    }

    fileprivate func runJobs() {
        let jobs = queue.withLock { queue in
            defer { queue.jobs.removeAll(keepingCapacity: true) }
            return queue.jobs
        }
        for job in jobs { job() }
    }

    fileprivate func fire(_ id: UInt64) {
        timers.removeValue(forKey: id)?.job()
    }

    /// Once per process, before the first loop.
    private static let threading: Int32 = evthread_use_pthreads()
}

/// A libevent timer; freed with the object, on the loop's thread.
private final class Timer {
    let id: UInt64
    let job: EventLoop.Job
    // The loop owns the timer and so outlives it.
    private unowned let loop: EventLoop
    private var event: OpaquePointer?

    init(loop: EventLoop, id: UInt64, job: @escaping EventLoop.Job) {
        self.loop = loop
        self.id = id
        self.job = job
    }

    deinit {
        if let event { event_free(event) }
    }

    func start(after delay: Duration) -> Bool {
        event = event_new(loop.base, -1, 0, timerFired, Unmanaged.passUnretained(self).toOpaque())
        guard let event else { return false }
        var time = timeval(delay)
        return event_add(event, &time) == 0
    }

    fileprivate func fire() { loop.fire(id) }
}

extension timeval {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = max(duration, .zero).components
        self.init(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
    }
}

private let wakeUpFired: event_callback_fn = { _, _, argument in
    guard let argument else { return }
    Unmanaged<EventLoop>.fromOpaque(argument).takeUnretainedValue().runJobs()
}

private let timerFired: event_callback_fn = { _, _, argument in
    guard let argument else { return }
    // Retained for the call: firing drops the loop's reference.
    let timer = Unmanaged<Timer>.fromOpaque(argument).takeUnretainedValue()
    withExtendedLifetime(timer) { timer.fire() }
}

private let loopThread: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
    guard let argument else { return nil }
    Unmanaged<EventLoop>.fromOpaque(argument).takeRetainedValue().run()
    return nil
}
