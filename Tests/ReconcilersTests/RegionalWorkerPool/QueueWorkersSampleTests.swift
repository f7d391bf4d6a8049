import KubeAPI
import Support
import Testing

@testable import Reconcilers

/// The sample is a cluster that was kept by hand before: labelled and tainted nodes, and for each region a Deployment
/// and a ScaledObject, then a network policy, a priority class, a monitor and alerts. What the hand-written objects said
/// is written down here, field by field.
///
/// Not here is what they said wrong: DNS over UDP only, a budget that blocks the drain of a single pod, an alert on a
/// quantile of raw buckets.
@Suite("The sample of three regions against what was written by hand")
struct QueueWorkersSampleTests {
    static let regions = ["eu-central", "us-east", "asia-pacific"]

    /// A field and its value, as YAML. `<region>` stands for the region.
    struct Field: Sendable, CustomTestStringConvertible {
        var object: String
        var path: String
        var want: String

        init(_ object: String, _ path: String, _ want: String) {
            (self.object, self.path, self.want) = (object, path, want)
        }

        var testDescription: String { "\(object) \(path)" }
    }

    static let perRegion = [
        // Pods only on the region's own nodes, past their taint.
        Field(
            "Deployment", "spec.template.spec.tolerations.0",
            "{key: workload, operator: Equal, value: worker, effect: NoSchedule}"),
        Field("Deployment", "\(affinity).1", "{key: region, operator: In, values: [<region>]}"),
        Field("Deployment", "\(affinity).3", "{key: workload, operator: In, values: [worker]}"),
        Field("Deployment", "spec.template.spec.priorityClassName", "queue-worker"),
        Field("Deployment", "\(container).resources.requests", "{cpu: 500m, memory: 1Gi}"),
        Field("Deployment", "\(container).resources.limits", "{cpu: '2', memory: 3Gi}"),
        Field("Deployment", "\(container).ports.0", "{name: http, containerPort: 8000}"),
        Field("Deployment", "\(container).env.0", "{name: WORKER_REGION, value: <region>}"),
        // KEDA has the number of pods.
        Field("Deployment", "spec.replicas", "null"),

        Field("ScaledObject", "spec.scaleTargetRef.name", "queue-workers-<region>"),
        Field("ScaledObject", "spec.minReplicaCount", "1"),
        Field("ScaledObject", "spec.maxReplicaCount", "10"),
        Field("ScaledObject", "spec.cooldownPeriod", "300"),
        Field("ScaledObject", "spec.pollingInterval", "15"),
        Field("ScaledObject", "spec.triggers.0.type", "redis"),
        Field("ScaledObject", "spec.triggers.0.metadata", metadata("jobs:global:wait", "5")),
        Field("ScaledObject", "spec.triggers.1.type", "redis"),
        Field("ScaledObject", "spec.triggers.1.metadata", metadata("jobs:<region>:wait", "3")),
        Field("ScaledObject", "spec.triggers.2.type", "redis"),
        Field("ScaledObject", "spec.triggers.2.metadata", metadata("checks:<region>:wait", "10")),
        Field("ScaledObject", "spec.triggers.3", "null"),
        Field("ScaledObject", "spec.triggers.0.authenticationRef.name", "queue-workers-triggers"),
        Field("ScaledObject", "spec.triggers.1.authenticationRef.name", "queue-workers-triggers"),
        Field("ScaledObject", "spec.triggers.2.authenticationRef.name", "queue-workers-triggers"),
        Field("ScaledObject", "\(behavior).scaleUp.stabilizationWindowSeconds", "0"),
        Field("ScaledObject", "\(behavior).scaleUp.policies", "[{type: Pods, value: 4, periodSeconds: 15}]"),
        Field("ScaledObject", "\(behavior).scaleDown.stabilizationWindowSeconds", "300"),
        Field("ScaledObject", "\(behavior).scaleDown.policies", "[{type: Percent, value: 25, periodSeconds: 60}]"),
    ]

    static let perPool = [
        Field(
            "TriggerAuthentication", "spec.secretTargetRef", "[{parameter: password, name: queue-redis, key: password}]"
        ),

        Field("PriorityClass", "metadata.name", "queue-worker"),
        Field("PriorityClass", "value", "100000"),
        Field("PriorityClass", "globalDefault", "false"),

        Field("NetworkPolicy", "spec.podSelector.matchLabels", "{quartermaster.dev/regionalworkerpool: queue-workers}"),
        Field("NetworkPolicy", "spec.policyTypes", "[Ingress, Egress]"),
        // From everywhere: health checks and Prometheus.
        Field("NetworkPolicy", "spec.ingress", "[{ports: [{protocol: TCP, port: 8000}]}]"),
        Field("NetworkPolicy", "spec.egress.0.to", "null"),
        Field("NetworkPolicy", "spec.egress.0.ports.0", "{protocol: UDP, port: 53}"),
        Field(
            "NetworkPolicy", "spec.egress.1.to",
            "[{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16]}}]"),
        Field("NetworkPolicy", "spec.egress.1.ports", "[\(tcp(443)), \(tcp(6379)), \(tcp(5432)), \(tcp(3306))]"),
        Field("NetworkPolicy", "spec.egress.2", "null"),

        Field("ServiceMonitor", "spec.namespaceSelector.matchNames", "[workers]"),
        Field("ServiceMonitor", "spec.endpoints", "[{port: http, path: /metrics, interval: 30s}]"),

        Field("PrometheusRule", "\(rules).0.alert", "HighQueueDepth"),
        Field("PrometheusRule", "\(rules).0.expr", "sum(queue_waiting) > 100"),
        Field("PrometheusRule", "\(rules).0.for", "5m"),
        Field("PrometheusRule", "\(rules).0.labels", "{severity: warning}"),
        Field("PrometheusRule", "\(rules).0.annotations.summary", "High queue depth detected"),
        Field("PrometheusRule", "\(rules).0.annotations.description", "'Queue has {{ $value }} waiting jobs'"),
        Field("PrometheusRule", "\(rules).1.alert", "SlowContainerSpawn"),
        Field("PrometheusRule", "\(rules).1.for", "5m"),
        Field("PrometheusRule", "\(rules).1.labels", "{severity: warning}"),
        Field("PrometheusRule", "\(rules).1.annotations", "{summary: Slow container spawn times}"),
        Field("PrometheusRule", "\(rules).2.alert", "WorkerDown"),
        Field("PrometheusRule", "\(rules).2.expr", "'up{namespace=\"workers\",job=\"queue-workers-metrics\"} == 0'"),
        Field("PrometheusRule", "\(rules).2.for", "2m"),
        Field("PrometheusRule", "\(rules).2.labels", "{severity: critical}"),
        Field("PrometheusRule", "\(rules).2.annotations.summary", "Worker pod is down"),
    ]

    private static let affinity =
        "spec.template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution"
        + ".nodeSelectorTerms.0.matchExpressions"
    private static let container = "spec.template.spec.containers.0"
    private static let behavior = "spec.advanced.horizontalPodAutoscalerConfig.behavior"
    private static let rules = "spec.groups.0.rules"

    private static func metadata(_ list: String, _ length: String) -> String {
        "{address: 'redis.example.com:6379', listName: '\(list)', listLength: '\(length)', enableTLS: 'true'}"
    }

    private static func tcp(_ port: Int) -> String { "{protocol: TCP, port: \(port)}" }

    private static let file = "config/samples/queue-workers.yaml"

    @Test("Each region has what was written for it", arguments: regions, perRegion)
    func eachRegion(region: String, field: Field) throws {
        let object = try #require(try rendered(field.object, named: "queue-workers-\(region)"))
        #expect(try value(of: object, at: field.path) == wanted(field.want.replacing("<region>", with: region)))
    }

    @Test("The pool has what was written once", arguments: perPool)
    func wholePool(field: Field) throws {
        let object = try #require(try rendered(field.object))
        #expect(try value(of: object, at: field.path) == wanted(field.want))
    }

    @Test("The nodes get the labels and the taint that were set by hand")
    func nodes() throws {
        let documents = try Repository.yaml(Self.file).map { try DynamicObject($0) }
        let pool = try RegionalWorkerPool(defaulting: #require(documents.first { $0.kind == "RegionalWorkerPool" }))
        #expect(ResolvedPool(pool).regions.map(\.name) == Self.regions)
        for region in ResolvedPool(pool).regions {
            #expect(
                region.nodeLabels == [
                    "workload": "worker", "region": region.name, LabelKey.claimedBy: "workers.queue-workers",
                ])
            #expect(region.taints == [Taint(key: "workload", value: "worker", effect: .noSchedule)])
        }
    }

    @Test("DNS goes out over TCP too, and the budget of a region lets a drain go on")
    func corrected() throws {
        let policy = try #require(try rendered("NetworkPolicy"))
        #expect(try value(of: policy, at: "spec.egress.0.ports.1") == wanted("{protocol: TCP, port: 53}"))
        let budget = try #require(try rendered("PodDisruptionBudget", named: "queue-workers-us-east"))
        #expect(budget[path: "spec", "maxUnavailable"] == 1)
    }

    private func rendered(_ kind: String, named name: String? = nil) throws -> DynamicObject? {
        try Rendering.children(of: Repository.yaml(Self.file)).first {
            $0.kind == kind && (name == nil || $0.name == name)
        }
    }

    private func wanted(_ yaml: String) throws -> JSONValue { try YAML.parseDocument(Array(yaml.utf8)) }

    /// Parts of a path that are numbers are places in a list. What is not there is null.
    private func value(of object: DynamicObject, at path: String) throws -> JSONValue {
        path.split(separator: ".").reduce(object.json) { value, part in
            (Int(part).map { place in
                let elements = value.elements
                return elements.indices.contains(place) ? elements[place] : nil
            } ?? value[String(part)]) ?? .null
        }
    }
}
