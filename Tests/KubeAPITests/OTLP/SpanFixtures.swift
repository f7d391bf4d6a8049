import Synchronization

@testable import KubeAPI

/// Keeps the spans that have ended, in their order.
final class RecordedSpans: SpanSink {
    private let recorded = Mutex<[Span]>([])

    var all: [Span] { recorded.withLock { $0 } }

    func record(_ span: Span) { recorded.withLock { $0.append(span) } }
}

extension Span {
    subscript(name: String) -> LogValue? { attributes.first { $0.name == name }?.value }
}

extension SpanSink {
    /// Ends so many spans of a millisecond each.
    func recordSpans(_ names: String...) {
        for name in names { Tracer(to: self).begin(name)?.end(after: .milliseconds(1), []) }
    }
}
