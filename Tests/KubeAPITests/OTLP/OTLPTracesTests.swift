import Testing

@testable import KubeAPI

@Suite("OTLP's JSON")
struct OTLPTracesTests {
    /// Compared with the example of `opentelemetry-proto/examples/trace.json` in names, nesting and types.
    @Test("Identifiers are hexadecimal, times and integers are strings, kinds and codes are numbers")
    func shape() throws {
        let spans = RecordedSpans()
        let root = try #require(Tracer(to: spans).begin("reconcile pool"))
        root.child("GET nodes", .client).end(
            after: .milliseconds(1500), [("http.response.status_code", 404), ("ratio", 0.5), ("cached", false)],
            error: "not there")
        root.end(after: .seconds(2), [("k8s.object.name", "web")])
        let json = OTLPTraces(resource: [("service.name", "quartermaster")]).request(spans.all)
        let resource = try #require(json["resourceSpans"]?[0])
        #expect(
            resource["resource"] == [
                "attributes": [["key": "service.name", "value": ["stringValue": "quartermaster"]]]
            ])
        let scope = try #require(resource["scopeSpans"]?[0])
        #expect(scope["scope"] == ["name": "quartermaster", "version": .string(BuildInfo.version)])
        #expect(
            scope["spans"] == [
                [
                    "traceId": .string(root.context.traceID), "spanId": .string(spans.all[0].context.spanID),
                    "parentSpanId": .string(root.context.spanID), "name": "GET nodes", "kind": 3,
                    "startTimeUnixNano": nanoseconds(spans.all[0].start),
                    "endTimeUnixNano": nanoseconds(spans.all[0].start + .milliseconds(1500)),
                    "attributes": [
                        ["key": "http.response.status_code", "value": ["intValue": "404"]],
                        ["key": "ratio", "value": ["doubleValue": 0.5]],
                        ["key": "cached", "value": ["boolValue": false]],
                    ],
                    "status": ["code": 2, "message": "not there"],
                ],
                [
                    "traceId": .string(root.context.traceID), "spanId": .string(root.context.spanID),
                    "name": "reconcile pool", "kind": 1, "startTimeUnixNano": nanoseconds(spans.all[1].start),
                    "endTimeUnixNano": nanoseconds(spans.all[1].start + .seconds(2)),
                    "attributes": [["key": "k8s.object.name", "value": ["stringValue": "web"]]],
                ],
            ])
        // After 2020 in nanoseconds, and not in another unit.
        #expect(scope["spans"]?[0]?["startTimeUnixNano"]?.string?.count == 19)
    }

    private func nanoseconds(_ time: Duration) -> JSONValue {
        let seconds = time.components.seconds
        let rest = (time - .seconds(seconds)) / .nanoseconds(1)
        let digits = String(Int(rest.rounded()))
        return .string("\(seconds)" + String(repeating: "0", count: 9 - digits.count) + digits)
    }
}
