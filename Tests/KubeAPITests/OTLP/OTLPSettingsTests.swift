import Testing

@testable import KubeAPI

@Suite("Settings of OTLP")
struct OTLPSettingsTests {
    private func settings(_ endpoint: String? = nil, _ environment: [String: String] = [:]) throws -> OTLPSettings? {
        try OTLPSettings(endpoint: endpoint, environment: environment)
    }

    @Test(
        "Where traces go: the flag, then the variable for traces, which is the whole URL, then the one for all signals",
        arguments: [
            (nil, [:], nil),
            ("", ["OTEL_EXPORTER_OTLP_ENDPOINT": ""], nil),
            ("http://c:4318", [:], "http://c:4318/v1/traces"),
            ("https://c/otlp/", [:], "https://c:443/otlp/v1/traces"),
            (nil, ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://all:4318"], "http://all:4318/v1/traces"),
            (
                nil,
                [
                    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://all:4318",
                    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://t:1/x",
                ],
                "http://t:1/x"
            ),
            (nil, ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://t:1"], "http://t:1/"),
            ("http://c:4318", ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://t:1/x"], "http://c:4318/v1/traces"),
            ("http://c:4318", ["OTEL_SDK_DISABLED": "true"], nil),
        ] as [(String?, [String: String], String?)])
    func address(flag: String?, environment: [String: String], want: String?) throws {
        #expect(try settings(flag, environment).map { $0.server.url(path: $0.path) } == want)
    }

    @Test("Headers and attributes are lists of pairs, percent-encoded; those for traces come before those for all")
    func pairs() throws {
        let found = try #require(
            try settings(
                "http://c:4318",
                [
                    "OTEL_EXPORTER_OTLP_HEADERS": "x=1",
                    "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "authorization=Basic%20YTpi, tenant = a=b",
                    "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=prod,service.name=other",
                    "OTEL_SERVICE_NAME": "qm-eu",
                ]))
        #expect(found.headers.value == ["authorization": "Basic YTpi", "tenant": "a=b"])
        #expect(found.resource == ["service.name": "qm-eu", "deployment.environment.name": "prod"])
        #expect(!"\(found)".contains("YTpi"))
        #expect(try settings("http://c:4318")?.resource == ["service.name": "quartermaster"])
    }

    @Test(
        "How many traces are recorded",
        arguments: [
            (nil, nil, 1), ("always_on", "0.5", 1), ("always_off", nil, 0), ("traceidratio", nil, 1),
            ("traceidratio", "0.25", 0.25), ("parentbased_traceidratio", "0", 0), ("parentbased_always_on", nil, 1),
        ] as [(String?, String?, Double)])
    func ratio(sampler: String?, argument: String?, want: Double) throws {
        var environment: [String: String] = [:]
        environment["OTEL_TRACES_SAMPLER"] = sampler
        environment["OTEL_TRACES_SAMPLER_ARG"] = argument
        #expect(try settings("http://c:4318", environment)?.ratio == want)
    }

    @Test(
        "What is wrong is said with the name of the flag or the variable, and never with a header",
        arguments: [
            ("collector:4318", [:], "--otlp-endpoint"),
            ("grpc://collector:4317", [:], "--otlp-endpoint"),
            ("http://u:p@collector", [:], "--otlp-endpoint"),
            (nil, ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://"], "OTEL_EXPORTER_OTLP_ENDPOINT"),
            ("http://c", ["OTEL_EXPORTER_OTLP_HEADERS": "secret"], "OTEL_EXPORTER_OTLP_HEADERS"),
            ("http://c", ["OTEL_EXPORTER_OTLP_HEADERS": "a=secret%0D%0Ab"], "OTEL_EXPORTER_OTLP_HEADERS"),
            ("http://c", ["OTEL_TRACES_SAMPLER": "jaeger_remote"], "OTEL_TRACES_SAMPLER"),
            (
                "http://c", ["OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "2"],
                "OTEL_TRACES_SAMPLER_ARG"
            ),
            ("http://c", ["OTEL_EXPORTER_OTLP_CERTIFICATE": "/nonexistent"], "/nonexistent"),
        ] as [(String?, [String: String], String)])
    func wrong(flag: String?, environment: [String: String], name: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try settings(flag, environment) }
        #expect(error?.message.contains(name) == true)
        #expect(error?.message.contains("secret") == false)
    }
}
