import EmbeddedAPIServer
import Reconcilers
import Support
import Testing

@testable import KubeAPI
@testable import Operator

/// A cluster in which nothing is wrong, and one fault after the other in it: `doctor` finds that one, says what to do, and finds
/// nothing else.
@Suite("quartermaster doctor, planted faults")
struct DoctorFaultTests {
    private static let account = ObjectKey(namespace: "quartermaster-system", name: "quartermaster")
    private static let lease = ObjectKey(namespace: "quartermaster-system", name: "quartermaster-leader")
    private static let poolKey = ObjectKey(namespace: "workers", name: "pool")
    private static let clusterRole = ResourceType(
        group: "rbac.authorization.k8s.io", version: "v1", kind: "ClusterRole", plural: "clusterroles",
        isNamespaced: false)
    private static let clusterRoleBinding = ResourceType(
        group: "rbac.authorization.k8s.io", version: "v1", kind: "ClusterRoleBinding", plural: "clusterrolebindings",
        isNamespaced: false)
    private static let webhooks = ResourceType(
        group: "admissionregistration.k8s.io", version: "v1", kind: "ValidatingWebhookConfiguration",
        plural: "validatingwebhookconfigurations", isNamespaced: false)
    private static let apiService = ResourceType(
        group: "apiregistration.k8s.io", version: "v1", kind: "APIService", plural: "apiservices", isNamespaced: false)

    /// What the API server in memory does not have: only what is stored counts here.
    private static func definition(of type: ResourceType) -> String {
        """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata:
          name: \(type.plural).\(type.group)
          annotations: {api-approved.kubernetes.io: "https://example.com"}
        spec:
          group: \(type.group)
          scope: \(type.isNamespaced ? "Namespaced" : "Cluster")
          names: {kind: \(type.kind), plural: \(type.plural)}
          versions:
          - name: \(type.version)
            served: true
            storage: true
            schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
        """
    }

    private static let pool = CommandCluster.pool
    private static let environment = """
        apiVersion: quartermaster.dev/v1alpha1
        kind: AppEnvironment
        metadata: {name: shop}
        spec:
          tier: development
          components: [{name: db, image: "db:1", volumes: [{name: data, path: /data, size: 1Gi}]}]
        """
    private static let policy = """
        apiVersion: quartermaster.dev/v1alpha1
        kind: BackupPolicy
        metadata: {name: nightly, namespace: workers}
        spec:
          schedule: 0 2 * * *
          alerting: {prometheusRule: "Off"}
          sources: [{name: db, pvc: {claimName: data}}]
          destinations: [{name: bucket, credentialsSecretRef: {name: rclone}, rclone: {remote: a, path: b}}]
        """

    private static func ready(_ status: String = "True", _ more: String = "") -> String {
        """
        observedGeneration: 1
        conditions:
        - {type: Ready, status: "\(status)", reason: Ready, message: all is well, lastTransitionTime: "2026-01-02T03:02:05Z"}
        \(more)
        """
    }

    private static func webhook(ready isReady: Bool) -> String {
        """
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: guard, namespace: guard, labels: {kubernetes.io/service-name: guard}}
        addressType: IPv4
        endpoints: [{addresses: [10.0.0.1], conditions: {ready: \(isReady)}}]
        """
    }

    private static func apiService(available: Bool) -> String {
        """
        apiVersion: apiregistration.k8s.io/v1
        kind: APIService
        metadata: {name: v1beta1.metrics.k8s.io}
        spec: {group: metrics.k8s.io, version: v1beta1, service: {namespace: kube-system, name: metrics-server}}
        status: {conditions: [{type: Available, status: "\(available ? "True" : "False")", reason: MissingEndpoints, message: no endpoints}]}
        """
    }

    private static let endpointSlice = ResourceType(
        group: "discovery.k8s.io", version: "v1", kind: "EndpointSlice", plural: "endpointslices")

    private static func operatorPod(in namespace: String) -> String {
        """
        apiVersion: v1
        kind: Pod
        metadata:
          name: quartermaster-0
          namespace: \(namespace)
          labels: {app.kubernetes.io/name: quartermaster, app.kubernetes.io/component: operator}
        spec: {containers: [{name: operator, image: quartermaster}]}
        """
    }

    private static func leaseText(_ holder: String, renewed: Timestamp) -> String {
        """
        apiVersion: coordination.k8s.io/v1
        kind: Lease
        metadata: {name: \(lease.name), namespace: \(lease.namespace)}
        spec: {holderIdentity: "\(holder)", leaseDurationSeconds: 60, renewTime: "\(renewed.rfc3339Micro)"}
        """
    }

    /// The rights of the operator, from the list that config/rbac is made from.
    private static func role(without missing: (resource: String, verb: String)? = nil) -> JSONValue {
        let rules = Right.all.map { right -> JSONValue in
            var verbs = right.verbs.sorted()
            if right.resource == missing?.resource { verbs.removeAll { $0 == missing?.verb } }
            var rule: JSONValue = [
                "apiGroups": [.string(right.group)], "resources": [.string(right.resource)],
                "verbs": .array(verbs.map(JSONValue.string)),
            ]
            if !right.names.isEmpty { rule["resourceNames"] = .array(right.names.sorted().map(JSONValue.string)) }
            return rule
        }
        return [
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": ["name": "operator"],
            "rules": .array(rules),
        ]
    }

    private func withHealthyCluster(_ body: (CommandCluster) async throws -> Void) async throws {
        try await CommandCluster.run(authorization: .rbac) { cluster in
            for type in [Self.webhooks, Self.apiService, Self.endpointSlice] {
                try await cluster.apply(Self.definition(of: type), as: .customResourceDefinition)
                try await eventually("\(type.kind) is served") { (try? await cluster.client.list(type)) != nil }
            }
            try await cluster.makeAccount(Self.account)
            _ = try await cluster.client.create(DynamicObject(Self.role()), as: Self.clusterRole)
            try await cluster.apply("{apiVersion: v1, kind: Namespace, metadata: {name: guard}}", as: .namespace)
            let objects: [(ResourceType, String)] = [
                (
                    Self.clusterRoleBinding,
                    """
                    apiVersion: rbac.authorization.k8s.io/v1
                    kind: ClusterRoleBinding
                    metadata: {name: operator}
                    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: operator}
                    subjects: [{kind: ServiceAccount, name: quartermaster, namespace: quartermaster-system}]
                    """
                ),
                (.lease, Self.leaseText("quartermaster-0_1", renewed: .now())),
                (.pod, Self.operatorPod(in: "quartermaster-system")),
                (.node, "{apiVersion: v1, kind: Node, metadata: {name: a, labels: {zone: eu}}}"),
                (
                    Checkup.storageClass,
                    "{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: fast, annotations: "
                        + "{storageclass.kubernetes.io/is-default-class: 'true'}}, provisioner: x}"
                ),
                (.secret, "{apiVersion: v1, kind: Secret, metadata: {name: rclone, namespace: workers}}"),
                (Self.apiService, Self.apiService(available: true)),
                (Self.endpointSlice, Self.webhook(ready: true)),
                (
                    Self.webhooks,
                    """
                    apiVersion: admissionregistration.k8s.io/v1
                    kind: ValidatingWebhookConfiguration
                    metadata: {name: guard}
                    webhooks:
                    - name: pods.guard.example.com
                      clientConfig: {service: {namespace: guard, name: guard}}
                      rules: [{apiGroups: [apps], apiVersions: ["*"], operations: [CREATE], resources: [deployments]}]
                    """
                ),
                (RegionalWorkerPool.resourceType, Self.pool), (AppEnvironment.resourceType, Self.environment),
                (BackupPolicy.resourceType, Self.policy),
            ]
            for (type, text) in objects { try await cluster.apply(text, as: type) }
            for (type, key) in [
                (RegionalWorkerPool.resourceType, Self.poolKey), (AppEnvironment.resourceType, ObjectKey(name: "shop")),
                (BackupPolicy.resourceType, ObjectKey(namespace: "workers", name: "nightly")),
            ] { try await cluster.setStatus(Self.ready(), of: type, key) }
            try await body(cluster)
        }
    }

    private func findings(_ cluster: CommandCluster, clockAhead: Duration = .zero) async throws -> [Diagnosis] {
        try await Checkup(
            client: cluster.client, lease: Self.lease, subject: Self.account, now: { .now() + clockAhead }
        ).run()
    }

    @Test("A cluster in which nothing is wrong has no finding, and all is said to be fine")
    func healthy() async throws {
        try await withHealthyCluster { cluster in
            let findings = try await findings(cluster)
            #expect(findings.filter { $0.verdict != .fine && !$0.subject.hasPrefix("optional API") } == [])
            for subject in ["server", "clock", "rights", "leader", "operator", "objects"] {
                #expect(findings.contains { $0.subject == subject && $0.verdict == .fine }, "\(subject)")
            }
        }
    }

    private struct Fault: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var verdict = Diagnosis.Verdict.trouble
        var subject: String
        /// What is said, with what to do.
        var parts: [String]
        var plant: @Sendable (CommandCluster) async throws -> Void

        init(
            _ name: String, _ verdict: Diagnosis.Verdict = .trouble, in subject: String, says parts: String...,
            plant: @escaping @Sendable (CommandCluster) async throws -> Void
        ) {
            (testDescription, self.verdict, self.subject, self.parts, self.plant) = (
                name, verdict, subject, parts, plant
            )
        }
    }

    private static let faults = [
        Fault(
            "a CRD that is not installed", in: "CRD backuppolicies.quartermaster.dev",
            says: "is not installed", "kubectl apply --server-side -f install.yaml of this version, or -f crds/"
        ) { cluster in
            try await cluster.client.delete(
                .customResourceDefinition, ObjectKey(name: "backuppolicies.quartermaster.dev"))
            try await eventually("it is gone") {
                try await cluster.client.find(
                    .customResourceDefinition, ObjectKey(name: "backuppolicies.quartermaster.dev")) == nil
            }
        },
        Fault(
            "a CRD of an older version", in: "CRD regionalworkerpools.quartermaster.dev",
            says: "it lacks spec.network", "until this is mended: install this version's CRDs"
        ) { cluster in
            let key = ObjectKey(name: "regionalworkerpools.quartermaster.dev")
            var live = try await cluster.client.get(.customResourceDefinition, key)
            var version = live[path: "spec", "versions"]?[0] ?? .null
            version[path: ["schema", "openAPIV3Schema", "properties", "spec", "properties", "network"]] = nil
            live[path: "spec", "versions"] = [version]
            _ = try await cluster.client.update(live, as: .customResourceDefinition)
        },
        Fault(
            "a right that is missing", in: "rights", says: "may not patch nodes (used by NodeClaims)",
            "apply config/rbac"
        ) { cluster in
            let role = try DynamicObject(role(without: ("nodes", "patch")))
            _ = try await cluster.client.update(role, as: clusterRole)
        },
        Fault(
            "a ServiceAccount that is not there", in: "rights", says: "is not there",
            "kubectl apply --server-side -f install.yaml of this version, or -k config/default"
        ) { cluster in
            try await cluster.client.delete(.serviceAccount, account)
        },
        Fault(
            "a leader that does not renew its lease", in: "leader", says: "has not renewed it",
            "look at the operator's pods"
        ) { cluster in
            let old = Timestamp.now() + .seconds(-120)
            try await cluster.apply(leaseText("quartermaster-0_1", renewed: old), as: .lease)
        },
        Fault("no leader", in: "leader", says: "nobody holds Lease", "scale its Deployment up") { cluster in
            try await cluster.apply(leaseText("", renewed: .now()), as: .lease)
        },
        Fault(
            "a pod of the operator that crashes", in: "operator", says: "CrashLoopBackOff: back-off",
            "logs quartermaster-0"
        ) { cluster in
            try await cluster.setStatus(
                "containerStatuses: [{name: operator, image: x, imageID: '', ready: false, restartCount: 3, state: "
                    + "{waiting: {reason: CrashLoopBackOff, message: back-off 40s}}}]",
                of: .pod, ObjectKey(namespace: "quartermaster-system", name: "quartermaster-0"))
        },
        Fault(
            "two installations", in: "operator", says: "installed in quartermaster-system and workers",
            "remove all but one"
        ) { cluster in
            try await cluster.apply(operatorPod(in: "workers"), as: .pod)
        },
        Fault(
            "a region without nodes", in: "RegionalWorkerPool workers/pool", says: "labels of region eu (zone=eu)",
            "label nodes so"
        ) { cluster in
            try await cluster.client.delete(.node, ObjectKey(name: "a"))
        },
        Fault(
            "KEDA that is asked for and not installed", in: "RegionalWorkerPool workers/pool",
            says: "does not serve keda.sh/v1alpha1", "install KEDA"
        ) { cluster in
            let scaling =
                "scaling: {engine: KEDA, maxReplicas: 3, keda: {triggers: [{type: cron, metadata: {start: a, end: b, "
                + "timezone: UTC, desiredReplicas: '1'}}]}}"
            try await cluster.apply(pool.replacing("replicas: 2", with: scaling), as: RegionalWorkerPool.resourceType)
            try await cluster.setStatus(
                ready().replacing("Generation: 1", with: "Generation: 2"), of: RegionalWorkerPool.resourceType, poolKey)
        },
        Fault(
            "no default StorageClass", in: "AppEnvironment shop", says: "the default StorageClass, and there is none",
            "mark one as the default"
        ) { cluster in
            try await cluster.client.delete(Checkup.storageClass, ObjectKey(name: "fast"))
        },
        Fault(
            "a StorageClass that is not there", in: "AppEnvironment shop",
            says: "StorageClass slow, which is not there",
            "create it"
        ) { cluster in
            let (type, key) = (AppEnvironment.resourceType, ObjectKey(name: "shop"))
            try await cluster.client.delete(type, key)
            try await cluster.apply(environment.replacing("size: 1Gi", with: "size: 1Gi, storageClass: slow"), as: type)
            try await cluster.setStatus(ready(), of: type, key)
        },
        Fault(
            "a Secret that is not there", in: "BackupPolicy workers/nightly",
            says: "Secret workers/rclone, which spec.destinations[0].credentialsSecretRef names", "create it"
        ) { cluster in
            try await cluster.client.delete(.secret, ObjectKey(namespace: "workers", name: "rclone"))
        },
        Fault(
            "a namespace whose pools may not claim nodes", in: "RegionalWorkerPool workers/pool",
            says: "needs an edit: NotPermitted: namespace workers is none of --node-pool-namespaces"
        ) { cluster in
            let words = "namespace workers is none of --node-pool-namespaces"
            try await cluster.setStatus(
                """
                observedGeneration: 1
                conditions:
                - {type: Ready, status: "False", reason: NotPermitted, message: \(words), lastTransitionTime: "2026-01-02T03:02:05Z"}
                - {type: Stalled, status: "True", reason: NotPermitted, message: \(words), lastTransitionTime: "2026-01-02T03:02:05Z"}
                """, of: RegionalWorkerPool.resourceType, poolKey)
        },
        Fault(
            "a suspended object", .notice, in: "RegionalWorkerPool workers/pool", says: "is suspended",
            "until spec.suspend is false"
        ) { cluster in
            _ = try await cluster.client.patch(
                RegionalWorkerPool.resourceType, poolKey, .merge(["spec": ["suspend": true]]))
        },
        Fault(
            "an object that nobody looks at", .notice, in: "RegionalWorkerPool workers/pool",
            says: "has not looked at the last change yet", "look at its log"
        ) { cluster in
            _ = try await cluster.client.patch(
                RegionalWorkerPool.resourceType, poolKey, .merge(["spec": ["replicas": 3]]))
        },
        Fault(
            "an aggregated API that does not answer", in: "aggregated API v1beta1.metrics.k8s.io",
            says: "is not available (no endpoints)", "HorizontalPodAutoscalers do nothing",
            "repair Service kube-system/metrics-server"
        ) { cluster in
            try await cluster.apply(apiService(available: false), as: apiService)
        },
        Fault(
            "no metrics for an autoscaler", in: "aggregated API metrics.k8s.io", says: "workers/scaler goes by it",
            "install metrics-server"
        ) { cluster in
            try await cluster.client.delete(apiService, ObjectKey(name: "v1beta1.metrics.k8s.io"))
            try await cluster.apply(
                """
                apiVersion: autoscaling/v2
                kind: HorizontalPodAutoscaler
                metadata: {name: scaler, namespace: workers, labels: {app.kubernetes.io/managed-by: quartermaster}}
                spec: {maxReplicas: 2, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: x}}
                """, as: .horizontalPodAutoscaler)
        },
        Fault(
            "a webhook that nobody answers", in: "admission",
            says: "ValidatingWebhookConfiguration guard asks Service guard/guard", "repair guard/guard",
            "failurePolicy of webhook pods.guard.example.com to Ignore"
        ) { cluster in
            try await cluster.apply(webhook(ready: false), as: endpointSlice)
        },
    ]

    @Test("Each fault is found with what to do about it, and nothing else is found", arguments: faults)
    private func planted(fault: Fault) async throws {
        try await withHealthyCluster { cluster in
            try await fault.plant(cluster)
            let findings = try await findings(cluster).filter {
                $0.verdict != .fine && !$0.subject.hasPrefix("optional API")
            }
            #expect(
                findings.map(\.verdict) == [fault.verdict] && findings.map(\.subject) == [fault.subject], "\(findings)")
            for part in fault.parts { #expect(findings.first?.text.contains(part) == true, "\(findings)") }
        }
    }

    @Test("What is being deleted while no operator is there to release it is found")
    func stuck() async throws {
        try await withHealthyCluster { cluster in
            try await cluster.apply(Self.leaseText("", renewed: .now()), as: .lease)
            let type = RegionalWorkerPool.resourceType
            _ = try await cluster.client.patch(
                type, Self.poolKey, .merge(["metadata": ["finalizers": [.string(Finalizer.cleanup)]]]))
            try await cluster.client.delete(type, Self.poolKey)
            let troubles = try await findings(cluster).filter { $0.verdict == .trouble && $0.subject != "leader" }
            #expect(troubles.map(\.subject) == ["RegionalWorkerPool workers/pool"])
            #expect(
                troubles.first?.text.contains("start the operator: kubectl apply --server-side -f install.yaml ")
                    == true)
        }
    }

    @Test("A clock that is wrong, and an API server that is too old, are found")
    func clockAndServer() async throws {
        try await withHealthyCluster { cluster in
            let findings = try await findings(cluster, clockAhead: .seconds(30))
            let clock = findings.first { $0.subject == "clock" }
            #expect(clock?.verdict == .trouble && clock?.text.contains("set up time synchronisation") == true)
        }
        let old = try Checkup.server(.init(["gitVersion": "v1.30.4", "major": "1", "minor": "30+"]), at: "https://x")
        #expect(old.verdict == .trouble && old.text == "v1.30.4 at https://x; upgrade it to Kubernetes 1.31 or newer")
        let new = try Checkup.server(.init(["gitVersion": "v1.31.0", "major": "1", "minor": "31"]), at: "https://x")
        #expect(new.verdict == .fine)
    }

    @Test("What there is no right to look at is a note, and the rest is looked at")
    func forbidden() async throws {
        try await withHealthyCluster { cluster in
            for resource in ["validatingwebhookconfigurations", "apiservices", "storageclasses", "secrets"] {
                cluster.server.faults.inject(FaultRule(.refuse(status: 403), resource: resource))
            }
            let findings = try await findings(cluster).filter {
                $0.verdict != .fine && !$0.subject.hasPrefix("optional API")
            }
            #expect(findings.allSatisfy { $0.verdict == .notice && $0.text.hasPrefix("not looked at") }, "\(findings)")
            #expect(
                Set(findings.map(\.subject)) == [
                    "admission", "aggregated APIs", "AppEnvironment shop", "BackupPolicy workers/nightly",
                ])
        }
    }
}
