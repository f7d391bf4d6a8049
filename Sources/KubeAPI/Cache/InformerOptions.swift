/// How an informer behaves beyond what it selects.
package struct InformerOptions: Sendable {
    /// The type may be missing on the server without anything being wrong.
    package var isOptional = false
    /// Whether the process as a whole is not ready before this informer is.
    package var isAwaited = true
    /// What is kept of an object, where most of it is of no interest. Metadata that tells it from others must stay. What is
    /// left out costs no memory, and no view shows it.
    package var trim: Trim?
    /// Its objects are asked for only once this one has synced.
    package var predecessor: Informer?
    /// How many events may wait for the handlers before the watch is given up and the objects are listed again.
    package var eventLimit = 8192
    package var policy = Reflector.Policy()
    package var clock: any Clock<Duration> = ContinuousClock()
    /// Numbers in 0 ..< 1, for jitter.
    package var random: @Sendable () -> Double = { .random(in: 0..<1) }
    /// Told of every change of phase, on the informer's task: for logs.
    package var phaseChanged: @Sendable (Selection, Reflector.Phase) -> Void = { _, _ in }

    /// - Returns: what is kept; `nil`: everything.
    package typealias Trim = @Sendable (CachedObject) -> JSONValue?

    /// Told where the server answers after it did not.
    var serverAnswered: @Sendable () -> Void = {}

    package init() {}
}
