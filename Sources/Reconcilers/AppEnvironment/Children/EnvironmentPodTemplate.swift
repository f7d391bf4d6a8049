internal import KubeAPI

extension ResolvedEnvironment {
    /// Our pods with the user's template laid over them. The labels of the selector stand whatever the template says.
    func podTemplate(of component: Component, _ secrets: SecretsHash = .value(nil)) -> JSONObject {
        var template: JSONObject = [
            "metadata": ["labels": .strings(component.podLabels)],
            "spec": .object(podSpec(of: component)),
        ]
        if let overlay = component.spec.template {
            template = template.overlaid(with: overlay, as: TypeCatalogue.type(named: "PodTemplateSpec"))
        }
        template.edit(object: "metadata") { metadata in
            metadata.edit(object: "labels") { labels in
                for (key, value) in component.podSelector { labels[key] = .string(value) }
            }
            guard case .value(let hash?) = secrets else { return }
            metadata.edit(object: "annotations") { $0[AnnotationKey.secretsHash] = .string(hash) }
        }
        return template
    }

    private func podSpec(of component: Component) -> JSONObject {
        let security = component.securityContexts
        // A StatefulSet mounts its own volumes itself: each pod has a claim of its own.
        let mounted = component.volumes.filter { component.kind != .statefulSet || $0.existingClaim != nil }
        let volumes =
            mounted.map { volume -> JSONValue in
                [
                    "name": .string(volume.name),
                    "persistentVolumeClaim": ["claimName": .string(component.claimName(volume))],
                ]
            } + component.fileVolumes
        let fields: JSONValue = .compact([
            "restartPolicy": component.runsToItsEnd ? "Never" : nil,
            "serviceAccountName": .string(component.name),
            "automountServiceAccountToken": .bool(component.usesAPI),
            "enableServiceLinks": false,
            "priorityClassName": .string(component.priorityClassName),
            "securityContext": .object(security.pod),
            "terminationGracePeriodSeconds": component.spec.terminationGracePeriodSeconds.map {
                .integer(Int64($0))
            },
            "nodeSelector": component.spec.placement.nodeSelector.flatMap { $0.isEmpty ? nil : .strings($0) },
            "tolerations": .array(component.tolerations),
            "topologySpreadConstraints": component.spreadConstraint.map { .array([$0]) },
            "containers": [.object(container(of: component, security.container))],
            "volumes": volumes.isEmpty ? nil : .array(volumes),
        ])
        return fields.object ?? [:]
    }

    private func container(of component: Component, _ security: JSONObject) -> JSONObject {
        let spec = component.spec
        // Before the component's own, which may refer to them.
        let environment =
            telemetryVariables(of: component) + component.services.flatMap(\.variables).map(\.json)
            + (spec.env ?? []).map(JSONValue.object)
        let probes = component.probes
        let mounts =
            component.volumes.map { ["name": .string($0.name), "mountPath": .string($0.path)] as JSONValue }
            + component.fileMounts
        let fields: JSONValue = .compact([
            "name": .string(component.name),
            "image": .string(component.image),
            "imagePullPolicy": (spec.imagePullPolicy?.rawValue).map(JSONValue.string),
            "command": spec.command.map { .array($0.map(JSONValue.string)) },
            "args": spec.args.map { .array($0.map(JSONValue.string)) },
            "ports": component.containerPorts.isEmpty ? nil : .array(component.containerPorts),
            "env": environment.isEmpty ? nil : .array(environment),
            "envFrom": component.environmentSources.isEmpty ? nil : .array(component.environmentSources),
            "resources": ["requests": Amount.map(component.requests), "limits": Amount.map(component.limits)],
            "startupProbe": probes.startup.map(JSONValue.object),
            "readinessProbe": probes.readiness.map(JSONValue.object),
            "livenessProbe": probes.liveness.map(JSONValue.object),
            // What it wrote last is what the status says of a failure.
            "terminationMessagePolicy": component.runsToItsEnd ? "FallbackToLogsOnError" : nil,
            "securityContext": .object(security),
            "volumeMounts": mounts.isEmpty ? nil : .array(mounts),
        ])
        return fields.object ?? [:]
    }

    /// Where traces go. A variable of the same name in the component's own environment stands.
    private func telemetryVariables(of component: Component) -> [JSONValue] {
        guard let endpoint = spec.observability.otlpEndpoint else { return [] }
        let own = Set((component.spec.env ?? []).compactMap { $0["name"]?.string })
        let variables = [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint),
            ("OTEL_SERVICE_NAME", component.name),
            (
                "OTEL_RESOURCE_ATTRIBUTES",
                "service.namespace=\(namespace),deployment.environment=\(spec.tier.rawValue)"
            ),
        ]
        return variables.filter { !own.contains($0.0) }.map { ["name": .string($0.0), "value": .string($0.1)] }
    }
}

extension Component {
    /// Containers know a port once, however many ports of the Service lead to it.
    fileprivate var containerPorts: [JSONValue] {
        var seen: Set<[String]> = []
        return ports.filter { seen.insert(["\($0.containerPort)", $0.transport.rawValue]).inserted }.map { port in
            [
                "name": .string(port.name), "containerPort": .integer(Int64(port.containerPort)),
                "protocol": .string(port.transport.rawValue),
            ]
        }
    }

    /// Configuration first, then Secrets, then what the user adds: of two entries of one name the later one counts.
    fileprivate var environmentSources: [JSONValue] {
        let config: [JSONValue] = configMapName.map { [["configMapRef": ["name": .string($0)]]] } ?? []
        let secrets = (spec.secrets ?? []).map { secret -> JSONValue in
            [
                "secretRef": .compact([
                    "name": .string(secret.name), "optional": secret.optional ? .bool(true) : nil,
                ])
            ]
        }
        return config + secrets + (spec.envFrom ?? []).map(JSONValue.object)
    }
}

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

extension Component {
    /// The user's tolerations, and how long the pod stays bound to a node that is lost, unless they say it themselves.
    var tolerations: [JSONValue] {
        let own = (spec.placement.tolerations ?? []).map(JSONValue.object)
        let keys: [String] = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"]
        let ofFailure = keys.filter { key in
            !own.contains { $0["key"]?.string == key }
        }
        return own
            + ofFailure.map { key in
                [
                    "key": .string(key), "operator": "Exists", "effect": "NoExecute",
                    "tolerationSeconds": .integer(Int64(nodeFailureSeconds)),
                ]
            }
    }

    /// `nil` where the pods may be anywhere.
    var spreadConstraint: JSONValue? {
        guard spread != .none, !runsToItsEnd else { return nil }
        return .compact([
            "maxSkew": 1,
            "topologyKey": .string(spec.placement.topologyKey),
            "whenUnsatisfiable": spread == .required ? "DoNotSchedule" : "ScheduleAnyway",
            "nodeTaintsPolicy": "Honor",
            "labelSelector": ["matchLabels": .strings(podSelector)],
            // The pods of a roll-out are spread among themselves: those that they replace are about to go. Pods of a StatefulSet
            // are replaced one after the other, each by one of its name.
            "matchLabelKeys": kind == .deployment ? ["pod-template-hash"] : nil,
        ])
    }
}

extension Component {
    /// The fields of a SecurityContext that a container has and a pod has not.
    private static let containerFields: Set = [
        "allowPrivilegeEscalation", "capabilities", "privileged", "procMount", "readOnlyRootFilesystem",
    ]

    /// What the user wrote, each field where it belongs, with what the restricted level asks for.
    /// Source: Kubernetes, "Pod Security Standards", Restricted.
    var securityContexts: (pod: JSONObject, container: JSONObject) {
        var pod: JSONObject = ["runAsNonRoot": true, "seccompProfile": ["type": "RuntimeDefault"]]
        var container: JSONObject = ["allowPrivilegeEscalation": false, "capabilities": ["drop": ["ALL"]]]
        for (field, value) in spec.securityContext ?? [:] {
            switch field {
            case "capabilities":
                // Added ones do not put back those that are dropped.
                container.edit(object: field) { capabilities in
                    for (key, list) in value.object ?? [:] { capabilities[key] = list }
                }
            case _ where Self.containerFields.contains(field): container[field] = value
            default: pod[field] = value
            }
        }
        // A pod that runs as root says so in both.
        if pod["runAsUser"]?.integer == 0, spec.securityContext?["runAsNonRoot"] == nil { pod["runAsNonRoot"] = false }
        return (pod, container)
    }
}
