package import KubeAPI

/// `keda` of a pool's `scaling` and of a component's `autoscaling`: one schema, which a test holds equal.
package struct KEDASettings: Sendable, Hashable, Codable {
    /// Secrets that KEDA reads for the triggers; the operator does not.
    package struct Authentication: Sendable, Hashable, Codable {
        package struct Parameter: Sendable, Hashable, Codable {
            package var parameter: String
            package var name: String
            package var key: String
        }

        package var secretTargetRef: [Parameter]
    }

    /// In seconds.
    package var pollingInterval: Int
    /// In seconds.
    package var cooldownPeriod: Int
    package var fallback: JSONObject?
    package var triggers: [JSONObject]
    package var authentication: Authentication?
    package var advanced: JSONObject?
}

extension KEDASettings {
    /// The spec of the TriggerAuthentication; `nil` where there is none.
    var triggerAuthenticationSpec: JSONValue? {
        authentication.map { authentication in
            [
                "secretTargetRef": .array(
                    authentication.secretTargetRef.map {
                        ["parameter": .string($0.parameter), "name": .string($0.name), "key": .string($0.key)]
                    })
            ]
        }
    }

    /// A trigger as a ScaledObject has it.
    func trigger(_ written: JSONObject, _ authenticationName: String, _ values: [String: String]) -> JSONObject {
        var trigger = written
        trigger.edit(object: "metadata") { metadata in
            metadata = metadata.mapValues { value in
                value.string.map { .string($0.substituting(values)) } ?? value
            }
        }
        if authentication != nil, trigger["authenticationRef"] == nil {
            trigger["authenticationRef"] = ["name": .string(authenticationName)]
        }
        return trigger
    }
}

extension String {
    /// The text with `$(NAME)` replaced by the value of that name; unknown names stay, and `$$(NAME)` becomes
    /// `$(NAME)`. Source: Kubernetes, "Define Dependent Environment Variables".
    func substituting(_ values: [String: String]) -> String {
        var result = ""
        var rest = self[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[dollar...]
            if rest.hasPrefix("$$(") {
                result += "$("
                rest = rest.dropFirst(3)
            } else if rest.hasPrefix("$("), let end = rest.firstIndex(of: ")"),
                let value = values[String(rest[rest.index(dollar, offsetBy: 2)..<end])]
            {
                result += value
                rest = rest[rest.index(after: end)...]
            } else {
                result += "$"
                rest = rest.dropFirst()
            }
        }
        return result + rest
    }
}
