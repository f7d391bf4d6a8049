internal import Glibc

/// Runs the body on a thread of its own, for blocking C that must not hold up Swift's tasks.
///
/// All signals are blocked there: they belong to the main thread, and a broken pipe is an error code, not a signal.
///
/// - Throws: `TransportError` where the system has no thread to give.
func startThread(_ body: @escaping @Sendable () -> Void) throws(TransportError) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let box = Unmanaged.passRetained(ThreadBody(body))
    var thread = pthread_t()
    let code = pthread_create(
        &thread, &attributes,
        { argument in
            guard let argument else { return nil }
            var signals = sigset_t()
            sigfillset(&signals)
            pthread_sigmask(SIG_BLOCK, &signals, nil)
            Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().body()
            return nil
        }, box.toOpaque())
    guard code == 0 else {
        box.release()
        throw TransportError(.protocol, "no thread could be started (error \(code))")
    }
}

private final class ThreadBody {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}
