internal import Glibc

/// Starts a detached thread, for C calls that block: they must not take a thread of the concurrency pool.
///
/// Signals are left to the other threads.
///
/// - Parameter failed: called where there is no thread to be had, with the error's number. Where nobody minds, the process cannot do
///   its work, and ends.
package func startDetachedThread(
    named name: String, orElse failed: ((Int32) -> Void)? = nil, _ body: @escaping @Sendable () -> Void
) {
    let box = Unmanaged.passRetained(DetachedThread(name: name, body: body))
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    var thread = pthread_t()
    let code = pthread_create(
        &thread, &attributes,
        { argument in
            guard let argument else { return nil }
            var signals = sigset_t()
            sigfillset(&signals)
            pthread_sigmask(SIG_BLOCK, &signals, nil)
            let thread = Unmanaged<DetachedThread>.fromOpaque(argument).takeRetainedValue()
            thread.announceName()
            thread.body()
            return nil
        }, box.toOpaque())
    guard code != 0 else { return }
    box.release()
    guard let failed else { fatalError("cannot start the thread \(name): \(String(cString: strerror(code)))") }
    failed(code)
}

private final class DetachedThread: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }

    /// For `top -H` and debuggers. The calls for it are not visible to Swift, the file is.
    func announceName() {
        let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        _ = Array(name.utf8).withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
        close(file)
    }
}

/// A counting semaphore for threads.
///
/// `@unchecked`: `sem_t` is made to be shared by threads; the pointer is set once and freed last.
final class ThreadSemaphore: @unchecked Sendable {
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { sem_init(semaphore, 0, 0) }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func signal() { sem_post(semaphore) }

    func wait() {
        while sem_wait(semaphore) != 0 {}  // EINTR: a signal came
    }
}
