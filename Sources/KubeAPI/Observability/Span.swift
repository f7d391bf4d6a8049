/// What took how long, as a part of a trace. Source: OpenTelemetry specification, "Span".
package struct Span: Sendable {
    /// With the numbers of the protocol.
    package enum Kind: Int, Sendable {
        case `internal` = 1
        case client = 3
    }

    package var context: SpanContext
    /// `nil`: the root of its trace.
    package var parent: SpanContext?
    package var name: String
    package var kind: Kind
    /// Since 1970-01-01T00:00:00Z.
    package var start: Duration
    package var duration: Duration
    package var attributes: [Logger.Field]
    /// Why it failed; empty where that is among the attributes, `nil` where it did not.
    package var error: String?
}

/// What names a span among all others. Source: W3C Trace Context.
package struct SpanContext: Sendable, Hashable {
    /// 16 bytes as hexadecimal digits, not all of them 0.
    package let traceID: String
    /// 8 bytes, likewise.
    package let spanID: String

    /// The root of a new trace.
    init(using generator: inout some RandomNumberGenerator) {
        traceID = Self.identifier(using: &generator) + Self.identifier(using: &generator)
        spanID = Self.identifier(using: &generator)
    }

    private init(traceID: String, spanID: String) {
        self.traceID = traceID
        self.spanID = spanID
    }

    /// Another span of the same trace.
    func sibling(using generator: inout some RandomNumberGenerator) -> SpanContext {
        SpanContext(traceID: traceID, spanID: Self.identifier(using: &generator))
    }

    /// The header that tells a server which span a request belongs to. Only sampled spans exist here.
    package var traceparent: String { "00-\(traceID)-\(spanID)-01" }

    private static func identifier(using generator: inout some RandomNumberGenerator) -> String {
        let digits = String(UInt64.random(in: 1 ... .max, using: &generator), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// Takes spans that have ended. Called on any thread, must not block.
package protocol SpanSink: Sendable {
    func record(_ span: Span)
}
