internal import KubeAPI

extension Component {
    struct ProbeSet {
        var startup: JSONObject?
        var readiness: JSONObject?
        var liveness: JSONObject?
    }

    /// The user's probes, completed; under `Auto` also those that are missing: the first TCP port takes connections.
    var probes: ProbeSet {
        let port = ports.first { $0.transport == .tcp }?.containerPort
        let handler: JSONObject? = port.flatMap { number in
            spec.probes.defaults == .auto ? ["tcpSocket": ["port": .integer(Int64(number))]] : nil
        }
        let liveness = spec.probes.liveness ?? handler
        // A slow start must not look like a death. Whoever gives the liveness probe a delay has thought of that.
        let takesTime = spec.probes.defaults == .auto && liveness?["initialDelaySeconds"] == nil
        let startup = spec.probes.startup ?? (takesTime ? liveness.map(Self.handler) : nil)
        return ProbeSet(
            startup: startup.map { completed($0, defaults.startup, port) },
            readiness: (spec.probes.readiness ?? handler).map { completed($0, defaults.readiness, port) },
            liveness: liveness.map { completed($0, defaults.liveness, port) })
    }

    /// What a probe does, without how often.
    private static func handler(of probe: JSONObject) -> JSONObject {
        JSONObject(
            probe.filter { ["httpGet", "tcpSocket", "exec", "grpc"].contains($0.key) }.map { ($0.key, $0.value) })
    }

    private func completed(_ probe: JSONObject, _ probing: TierDefaults.Probing, _ port: Int?) -> JSONObject {
        var probe = probe
        for field in ["httpGet", "tcpSocket"] where probe[field]?.object != nil {
            probe.edit(object: field) { handler in
                if handler["port"] == nil, let port { handler["port"] = .integer(Int64(port)) }
            }
        }
        if probe["periodSeconds"] == nil { probe["periodSeconds"] = .integer(Int64(probing.periodSeconds)) }
        if probe["failureThreshold"] == nil { probe["failureThreshold"] = .integer(Int64(probing.failureThreshold)) }
        return probe
    }
}
