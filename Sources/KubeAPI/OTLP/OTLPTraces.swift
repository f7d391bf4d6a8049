/// Spans in the JSON form of OTLP. Source: OpenTelemetry protocol, `opentelemetry/proto/trace/v1/trace.proto` and "JSON Protobuf
/// Encoding": identifiers are hexadecimal, 64-bit integers are strings, enumerations are numbers.
struct OTLPTraces: Sendable {
    /// What all spans of the process have in common, such as `service.name`.
    var resource: [Logger.Field]

    func request(_ spans: some Sequence<Span>) -> JSONValue {
        [
            "resourceSpans": [
                [
                    "resource": ["attributes": Self.attributes(resource)],
                    "scopeSpans": [
                        [
                            "scope": ["name": "quartermaster", "version": .string(BuildInfo.version)],
                            "spans": .array(spans.map(Self.span)),
                        ]
                    ],
                ]
            ]
        ]
    }

    private static func span(_ span: Span) -> JSONValue {
        var fields: JSONObject = [
            "traceId": .string(span.context.traceID),
            "spanId": .string(span.context.spanID),
        ]
        if let parent = span.parent { fields["parentSpanId"] = .string(parent.spanID) }
        fields["name"] = .string(span.name)
        fields["kind"] = .integer(Int64(span.kind.rawValue))
        fields["startTimeUnixNano"] = nanoseconds(span.start)
        fields["endTimeUnixNano"] = nanoseconds(span.start + span.duration)
        fields["attributes"] = attributes(span.attributes)
        // 2 is STATUS_CODE_ERROR; without one the status is unset, which is what a success has.
        if let error = span.error { fields["status"] = ["code": 2, "message": .string(error)] }
        return .object(fields)
    }

    private static func nanoseconds(_ time: Duration) -> JSONValue {
        let (seconds, attoseconds) = time.components
        return .string(String(seconds * 1_000_000_000 + attoseconds / 1_000_000_000))
    }

    private static func attributes(_ fields: [Logger.Field]) -> JSONValue {
        .array(
            fields.map { field in
                let value: JSONValue =
                    switch field.value {
                    case .string(let text): ["stringValue": .string(text)]
                    case .integer(let number): ["intValue": .string(String(number))]
                    case .number(let number): ["doubleValue": .number(number)]
                    case .bool(let flag): ["boolValue": .bool(flag)]
                    }
                return ["key": .string(field.name), "value": value]
            })
    }
}
