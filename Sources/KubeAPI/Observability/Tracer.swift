/// Begins traces.
///
/// ```swift
/// let span = tracer.begin("reconcile pool") // nil where this one is not sampled
/// try await ActiveSpan.$current.withValue(span) { try await work() } // requests within are its children
/// span?.end(after: duration)
/// ```
package struct Tracer: Sendable {
    private let sink: any SpanSink
    private let ratio: Double

    /// - Parameter ratio: how many of all traces are recorded, from 0 to 1.
    package init(to sink: any SpanSink, ratio: Double = 1) {
        self.sink = sink
        self.ratio = ratio
    }

    /// Begins the root of a new trace; `nil` where it is not to be recorded.
    package func begin(_ name: String) -> ActiveSpan? {
        var generator = SystemRandomNumberGenerator()
        guard ratio >= 1 || Double.random(in: 0..<1, using: &generator) < ratio else { return nil }
        return ActiveSpan(context: SpanContext(using: &generator), name: name, kind: .internal, sink: sink)
    }
}

/// A span that goes on.
package struct ActiveSpan: Sendable {
    /// That of the work which the running task does. `nil`: nothing is traced, at the cost of looking here.
    @TaskLocal package static var current: ActiveSpan?

    package let context: SpanContext
    private let parent: SpanContext?
    private let name: String
    private let kind: Span.Kind
    private let start = LogClock.now()
    private let sink: any SpanSink

    fileprivate init(
        context: SpanContext, parent: SpanContext? = nil, name: String, kind: Span.Kind, sink: any SpanSink
    ) {
        self.context = context
        self.parent = parent
        self.name = name
        self.kind = kind
        self.sink = sink
    }

    /// Begins a part of it.
    func child(_ name: String, _ kind: Span.Kind) -> ActiveSpan {
        var generator = SystemRandomNumberGenerator()
        return ActiveSpan(
            context: context.sibling(using: &generator), parent: context, name: name, kind: kind, sink: sink)
    }

    /// - Parameters:
    ///   - duration: by a clock that nobody sets.
    ///   - error: see `Span.error`.
    func end(after duration: Duration, _ attributes: [Logger.Field], error: String? = nil) {
        sink.record(
            Span(
                context: context, parent: parent, name: name, kind: kind, start: start, duration: duration,
                attributes: attributes, error: error))
    }
}
