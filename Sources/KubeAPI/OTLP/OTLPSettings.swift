/// Where traces go and how: by a flag, and by the variables that OpenTelemetry has for everybody. Source: OpenTelemetry
/// specification, "OpenTelemetry Protocol Exporter" and "Environment Variable Specification".
package struct OTLPSettings: Sendable, Hashable {
    package var server: ServerAddress
    /// Percent-encoded, begins with a slash.
    package var path: String
    /// Credentials, mostly.
    package var headers: Redacted<[String: String]>
    /// PEM certificates that alone are trusted. `nil`: the system's.
    package var certificateAuthority: [UInt8]?
    /// `service.name` and what else the environment says about the process.
    package var resource: [String: String]
    /// How many of all traces are recorded, from 0 to 1.
    package var ratio: Double

    /// - Parameter endpoint: of the flag, which comes before the variables; `/v1/traces` is added to it.
    /// - Returns: `nil` where nobody wants traces.
    /// - Throws: `ConfigurationError` that names the flag or the variable.
    package init?(endpoint: String?, environment: [String: String]) throws(ConfigurationError) {
        func variable(_ names: String...) -> (name: String, value: String)? {
            // As the specification has it, an empty variable is one that is not set.
            names.lazy.compactMap { name in environment[name].map { (name, $0) } }.first { !$0.value.isEmpty }
        }
        guard variable("OTEL_SDK_DISABLED")?.value.lowercased() != "true" else { return nil }
        if let endpoint, !endpoint.isEmpty {
            (server, path) = try Self.address(endpoint, from: "flag --otlp-endpoint", adding: "/v1/traces")
        } else if let (name, value) = variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") {
            (server, path) = try Self.address(value, from: name, adding: "")
        } else if let (name, value) = variable("OTEL_EXPORTER_OTLP_ENDPOINT") {
            (server, path) = try Self.address(value, from: name, adding: "/v1/traces")
        } else {
            return nil
        }
        headers = Redacted(
            try Self.pairs(variable("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS")))
        if let (_, file) = variable("OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", "OTEL_EXPORTER_OTLP_CERTIFICATE") {
            certificateAuthority = try FileContents.read(file)
        }
        resource = ["service.name": "quartermaster"]
        resource.merge(try Self.pairs(variable("OTEL_RESOURCE_ATTRIBUTES"))) { $1 }
        if let (_, name) = variable("OTEL_SERVICE_NAME") { resource["service.name"] = name }
        ratio = try Self.ratio(variable("OTEL_TRACES_SAMPLER"), variable("OTEL_TRACES_SAMPLER_ARG"))
    }

    private static func address(
        _ url: String, from origin: String, adding suffix: String
    ) throws(ConfigurationError) -> (ServerAddress, String) {
        do throws(TransportError) {
            guard url.contains("://") else {
                throw TransportError(.protocol, "it begins with neither http:// nor https://")
            }
            var server = try ServerAddress(url)
            let path = server.basePath + suffix
            server.basePath = ""
            return (server, path.isEmpty ? "/" : path)
        } catch {
            throw ConfigurationError(.invalid, "\(origin): \(error)")
        }
    }

    /// `a=b,c=d`, the values percent-encoded. An error never shows a value.
    private static func pairs(_ variable: (name: String, value: String)?) throws(ConfigurationError) -> [String: String]
    {
        var pairs: [String: String] = [:]
        guard let variable else { return [:] }
        for part in variable.value.split(separator: ",") {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let key = sides[0].trimmed.percentDecoded()
            let value = sides.count == 2 ? sides[1].trimmed.percentDecoded() : ""
            guard sides.count == 2, !key.isEmpty, !(key + value).utf8.contains(where: { $0 < 0x20 || $0 == 0x7F })
            else {
                throw ConfigurationError(.invalid, "\(variable.name): wants name=value, separated by commas")
            }
            pairs[key] = value
        }
        return pairs
    }

    /// Each trace begins here, so samplers that follow a parent have none to follow.
    private static func ratio(
        _ sampler: (name: String, value: String)?, _ argument: (name: String, value: String)?
    ) throws(ConfigurationError) -> Double {
        switch sampler?.value {
        case nil, "always_on", "parentbased_always_on": return 1
        case "always_off", "parentbased_always_off": return 0
        case "traceidratio", "parentbased_traceidratio":
            guard let argument else { return 1 }
            guard let ratio = Double(argument.value), (0...1).contains(ratio) else {
                throw ConfigurationError(.invalid, "\(argument.name): wants a number from 0 to 1")
            }
            return ratio
        case let other?:
            throw ConfigurationError(
                .invalid, "OTEL_TRACES_SAMPLER: \"\(other)\" is unknown; take always_on, always_off or traceidratio")
        }
    }
}
