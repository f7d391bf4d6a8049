internal import KubeAPI

/// Bounds and defaults of a container, by `cpu` and `memory`.
struct ContainerBounds: Sendable, Hashable {
    var minimum: [String: JSONValue]
    var defaultRequest: [String: JSONValue]
    var defaultLimit: [String: JSONValue]
    var maximum: [String: JSONValue]
}

extension ResolvedEnvironment {
    static let limitRangeName = "environment"

    func limitRanges() throws -> [DesiredChild] {
        guard inputs.isEnforced, let bounds = containerBounds else { return [] }
        let container: JSONValue = [
            "type": "Container",
            "min": Amount.map(bounds.minimum),
            "defaultRequest": Amount.map(bounds.defaultRequest),
            "default": Amount.map(bounds.defaultLimit),
            "max": Amount.map(bounds.maximum),
        ]
        let pod = spec.limitRange.pod.map { pod -> JSONValue in
            .compact(["type": "Pod", "min": pod.min.map(Amount.map), "max": pod.max.map(Amount.map)])
        }
        let limits = [container] + [pod].compactMap(\.self)
        return [try child(.limitRange, named: Self.limitRangeName, ["spec": ["limits": .array(limits)]])]
    }

    /// The tier's amounts, cut to those that the user gives: whatever is given, they grow from the minimum to the
    /// maximum. `nil` where there is no LimitRange.
    var containerBounds: ContainerBounds? {
        let given = spec.limitRange
        guard given.enabled else { return nil }
        var bounds = ContainerBounds(minimum: [:], defaultRequest: [:], defaultLimit: [:], maximum: [:])
        for name in ["cpu", "memory"] {
            let (low, request) = (given.min?[name], given.defaultRequest?[name])
            let (limit, high) = (given.default?[name], given.max?[name])
            // A default of the tier gives way to whatever of the user's stands above or below it.
            func fitted(_ own: JSONValue?, _ ofTier: [String: String], above: [JSONValue?], below: [JSONValue?])
                -> JSONValue
            {
                if let own { return own }
                let raised = above.reduce(.string(ofTier[name] ?? "0")) { Amount.greater($0, $1) }
                return below.reduce(raised) { Amount.lesser($0, $1) }
            }
            bounds.minimum[name] = fitted(low, defaults.minimum, above: [], below: [request, limit, high])
            bounds.maximum[name] = fitted(high, defaults.maximum, above: [low, request, limit], below: [])
            bounds.defaultRequest[name] = fitted(
                request, defaults.containerRequests, above: [bounds.minimum[name]],
                below: [limit, bounds.maximum[name]])
            bounds.defaultLimit[name] = fitted(
                limit, defaults.containerLimits, above: [bounds.defaultRequest[name]], below: [bounds.maximum[name]])
        }
        return bounds
    }
}
