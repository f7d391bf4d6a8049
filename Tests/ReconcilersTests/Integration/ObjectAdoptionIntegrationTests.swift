import EmbeddedAPIServer
import KubeAPI
import Support
import Synchronization
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("Objects that were there before, taken over one by one")
    struct ObjectAdoptionIntegrationTests {
        /// Two pods of two containers behind a Service, and a claim, as somebody has made them by hand.
        static let existing: [(ResourceType, String)] = [
            (
                .deployment,
                """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: my-app, labels: {app: my-app}, annotations: {note: theirs}}
                spec:
                  replicas: 3
                  minReadySeconds: 1
                  selector: {matchLabels: {app: my-app}}
                  template:
                    metadata: {labels: {app: my-app, track: stable}}
                    spec:
                      containers:
                        - {name: my-app, image: "ghcr.io/x/my-app:staging", env: [{name: OLD, value: x}], ports: [{name: web, containerPort: 3000}]}
                        - {name: sidecar, image: "ghcr.io/x/sidecar:1"}
                """
            ),
            (
                .service,
                """
                apiVersion: v1
                kind: Service
                metadata: {name: my-app}
                spec: {selector: {app: my-app, track: stable}, ports: [{port: 80, targetPort: web}]}
                """
            ),
            (
                .persistentVolumeClaim,
                """
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: store-data}
                spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 10Gi}}}
                """
            ),
        ]

        static let objects =
            "[{kind: Deployment, name: my-app}, {kind: Service, name: my-app}, {kind: PersistentVolumeClaim, name: store-data}]"

        static func spec(adopting objects: String?, port: String = "port: 80, targetPort: 3000", _ more: String = "")
            -> String
        {
            """
            tier: staging
            namespace: {adopt: IfUnmanaged}
            \(objects.map { "adopt: {objects: \($0)}" } ?? "")
            components:
              - {name: my-app, image: 'ghcr.io/x/my-app:staging', ports: [{name: http, \(port)}]}
              - {name: store, image: 'ghcr.io/x/store:1', volumes: [{name: data, path: /data, size: 5Gi}]}
            \(more)
            """
        }

        static func makeExisting(
            on cluster: TestCluster, _ objects: [(ResourceType, String)] = existing,
            _ change: (inout DynamicObject) -> Void = { _ in }
        ) async throws {
            let space = cluster.environmentName("shop")
            try await cluster.makeNamespace(space)
            for (type, yaml) in objects {
                var object = try DynamicObject.fixture(yaml)
                object[path: "metadata", "namespace"] = .string(space)
                change(&object)
                _ = try await cluster.client.create(object, as: type)
            }
        }

        private func adoption(_ cluster: TestCluster, _ kind: String, _ name: String) async throws -> JSONValue? {
            try await cluster.environment("shop")[path: "status", "adoption"]?.elements.first {
                $0["kind"]?.string == kind && $0["name"]?.string == name
            }
        }

        @Test(
            "A Deployment and its Service are taken over while the Service always has a pod that answers",
            arguments: ClusterKind.available)
        func takeOver(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    try await Self.makeExisting(on: cluster)
                    let probe = ServiceProbe(cluster, cluster.inEnvironment("shop", "my-app"))
                    try await eventually("three pods answer", within: .seconds(30)) { try await probe.look() == 3 }
                    let before = try await cluster.client.get(.deployment, cluster.inEnvironment("shop", "my-app"))
                    try await TestOperator.runEnvironments(on: cluster) { process in
                        try await cluster.makeEnvironment("shop", Self.spec(adopting: nil))
                        try await cluster.waitForEnvironment("shop", .ready, .nameConflict)
                        // What it would come to is said before anybody agrees to it.
                        let found = try #require(try await adoption(cluster, "Deployment", "my-app"))
                        #expect(found["state"] == "Found" && found["restarts"] == true, "\(found)")
                        let changes = found["changes"]?.elements.compactMap(\.string) ?? []
                        #expect(changes.contains("spec.template.spec.containers[sidecar] is removed"), "\(changes)")
                        #expect(changes.contains("spec.template.spec.containers[my-app].env is removed"), "\(changes)")
                        // Its targetPort is a name that only the pods know.
                        let service = try #require(try await adoption(cluster, "Service", "my-app"))
                        #expect(service["state"] == "Found" && service["message"] == nil, "\(service)")
                        let wrong = changes.filter {
                            $0.contains("OLD") || $0.hasPrefix("spec.replicas") || $0.hasPrefix("spec.selector")
                        }
                        #expect(wrong.isEmpty, "\(changes)")

                        try await process.settled()
                        let untouched = try await cluster.client.get(
                            .deployment, cluster.inEnvironment("shop", "my-app"))
                        #expect(untouched["spec"] == before["spec"] && untouched.labels == before.labels)
                        #expect(untouched.annotations[AnnotationKey.madeFor] == nil)

                        let preview = ChangePreview(client: cluster.client)
                        var listing = try await cluster.environment("shop")
                        listing[path: "spec", "adopt", "objects"] = try YAML.parseDocument(Array(Self.objects.utf8))
                        let shown = try await preview.changes(of: listing).first {
                            $0.kind == "Deployment" && $0.key.name == "my-app"
                        }
                        guard case .change(let fields) = shown?.action else {
                            Issue.record("diff shows no change of the Deployment: \(String(describing: shown))")
                            return
                        }
                        #expect(
                            fields.contains { $0.path == "spec.template.spec.containers[sidecar]" && $0.after == nil })
                        #expect(
                            !fields.contains {
                                $0.path.hasPrefix("spec.selector") || $0.path.hasPrefix("spec.replicas")
                            })

                        try await probe.whileProbing {
                            try await cluster.changeEnvironment(
                                "shop", ["spec": ["adopt": ["objects": YAML.parseDocument(Array(Self.objects.utf8))]]])
                            try await cluster.waitForEnvironment("shop", .ready, .ready)
                            // Not before the pods of before have ended, and nothing leads to them.
                            let deny = cluster.inEnvironment("shop", "default-deny")
                            #expect(try await cluster.exists(.networkPolicy, deny))
                        }
                        #expect(probe.looks > 0 && probe.failures == 0, "\(probe.failures) of \(probe.looks)")
                        try await expectAdopted(cluster, before)
                        try await process.settled()
                        for name in ["my-app", "store-data"] {
                            for object in try await cluster.environment("shop")[path: "status", "adoption"]?.elements
                                ?? []
                            where object["name"]?.string == name {
                                #expect(object["state"] == "Adopted", "\(object)")
                            }
                        }
                        process.requests.forgetWrites()
                        let key = ObjectKey(name: cluster.environmentName("shop"))
                        for _ in 0..<10 { _ = try await process.reconciler.reconcile(key) }
                        #expect(process.requests.writes == [])
                        let differences = try await preview.changes(of: cluster.environment("shop"))
                        #expect(differences.isEmpty, "\(differences)")
                        // The list has done its work, and nothing depends on it.
                        try await cluster.changeEnvironment("shop", ["spec": ["adopt": .null]])
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                        try await process.settled()
                        try await expectAdopted(cluster, before)
                        #expect(try await cluster.environment("shop")[path: "status", "adoption"] == nil)
                        #expect(
                            !process.requests.writes.contains { !$0.contains("appenvironments") },
                            "\(process.requests.writes)")
                    }
                }
            }
        }

        @Test(
            "Nothing is closed while pods of before still end: they answer until then", arguments: ClusterKind.available
        )
        func departing(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    let space = cluster.environmentName("shop")
                    try await cluster.makeNamespace(space)
                    let key = ObjectKey(namespace: space, name: "before")
                    let node = "\(space)-node"
                    _ = try await cluster.client.create(
                        DynamicObject.fixture("{apiVersion: v1, kind: Node, metadata: {name: \(node)}}"), as: .node)
                    let pod = try DynamicObject.fixture(
                        """
                        apiVersion: v1
                        kind: Pod
                        metadata: {name: before, namespace: \(space), finalizers: [example.com/ends]}
                        spec: {terminationGracePeriodSeconds: 600, nodeName: \(node), containers: [{name: main, image: "before:1"}]}
                        """)
                    let made = try await cluster.client.create(pod, as: .pod)
                    try await cluster.client.delete(.pod, key, options: DeleteOptions(uid: made.uid))
                    // One that may take a day holds up nothing.
                    var endless = pod
                    endless[path: "metadata", "name"] = "endless"
                    endless[path: "spec", "terminationGracePeriodSeconds"] = 86_400
                    _ = try await cluster.client.create(endless, as: .pod)
                    try await cluster.client.delete(.pod, ObjectKey(namespace: space, name: "endless"))
                    try await TestOperator.runEnvironments(on: cluster) { process in
                        try await cluster.makeEnvironment(
                            "shop",
                            """
                            tier: staging
                            namespace: {adopt: IfUnmanaged}
                            components: [{name: web, image: "web:1"}]
                            """)
                        try await cluster.waitForEnvironment("shop", .componentsAvailable, .available)
                        try await process.settled()
                        let deny = cluster.inEnvironment("shop", "default-deny")
                        #expect(try await !cluster.exists(.networkPolicy, deny))
                        let open = try await cluster.environmentCondition(.ready, of: "shop")
                        #expect(
                            open?.status == .false && open?.reason == "NamespaceOpen", "\(String(describing: open))")
                        _ = try await cluster.client.patch(
                            .pod, key, .merge(["metadata": ["finalizers": .null]]))
                        try await cluster.client.delete(.pod, key, options: DeleteOptions(gracePeriodSeconds: 0))
                        try await eventually("the namespace is closed", within: .seconds(30)) {
                            try await cluster.exists(.networkPolicy, deny)
                        }
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                    }
                }
            }
        }

        @Test(
            "Killed after every third write it takes over all the same, rolls out once, and no request fails",
            arguments: ClusterKind.available)
        func deathOnTheWay(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    try await Self.makeExisting(on: cluster)
                    let probe = ServiceProbe(cluster, cluster.inEnvironment("shop", "my-app"))
                    try await eventually("three pods answer", within: .seconds(30)) { try await probe.look() == 3 }
                    let before = try await cluster.client.get(.deployment, cluster.inEnvironment("shop", "my-app"))
                    try await cluster.makeEnvironment("shop", Self.spec(adopting: Self.objects))
                    try await probe.whileProbing {
                        var deaths = 0
                        while deaths < 30 {
                            var isDone = false
                            try await TestOperator.runEnvironments(on: cluster, dyingAfter: 3) { process in
                                try await eventually("it is dead, or done", within: .seconds(60)) {
                                    isDone =
                                        try await cluster.environmentCondition(.ready, of: "shop")?.reason == "Ready"
                                    return isDone || process.requests.isDead
                                }
                            }
                            if isDone { break }
                            deaths += 1
                        }
                        #expect(deaths > 3 && deaths < 30)
                    }
                    #expect(probe.looks > 0 && probe.failures == 0, "\(probe.failures) of \(probe.looks)")
                    try await expectAdopted(cluster, before)
                }
            }
        }

        @Test(
            "Listed or not, what a tool delivers, what somebody controls and what would be cut off is left as it is",
            arguments: ClusterKind.available,
            [
                ("Deployment", "annotations: {meta.helm.sh/release-name: x}", "Helm keeps it"),
                ("Deployment", "labels: {app.kubernetes.io/instance: x}", "Argo CD or a release keeps it"),
                ("Deployment", "labels: {app.kubernetes.io/managed-by: Helm}", "managed-by is Helm"),
                (
                    "Deployment",
                    "a controller",
                    "controlled by ConfigMap x"
                ),
                ("Deployment", "expressions", "can't be changed"),
                ("Deployment", "keys of ours", "can't be changed"),
                ("Service", "another port", "port 81/TCP is not among"),
                ("Service", "another target", "leads to port 3001 of the pods"),
            ])
        func refused(kind: ClusterKind, this: (kind: String, mark: String, words: String)) async throws {
            try await TestCluster.run(kind) { cluster in
                try await Self.makeExisting(on: cluster) { object in
                    guard object.kind == this.kind else { return }
                    switch this.mark {
                    case "expressions":
                        object[path: "spec", "selector", "matchExpressions"] = [["key": "app", "operator": "Exists"]]
                    case "keys of ours":
                        for place in [["selector", "matchLabels"], ["template", "metadata", "labels"]] {
                            var spec = object["spec"] ?? .null
                            spec[path: place + [LabelKey.environmentComponent]] = "store"
                            object["spec"] = spec
                        }
                    case "a controller": break
                    case "another port":
                        object[path: "spec", "ports"] = [
                            ["port": 80, "targetPort": 3000, "name": "http"], ["port": 81, "name": "b"],
                        ]
                    case "another target": object[path: "spec", "ports"] = [["port": 80, "targetPort": 3001]]
                    default:
                        let more = try? YAML.parseDocument(Array(this.mark.utf8)).object
                        for (field, value) in more ?? [:] { object[path: "metadata", field] = value }
                    }
                }
                let type: ResourceType = this.kind == "Service" ? .service : .deployment
                let key = cluster.inEnvironment("shop", "my-app")
                if this.mark == "a controller" {
                    let owner = try await cluster.client.create(
                        DynamicObject.fixture(
                            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: \(key.namespace)}"),
                        as: .configMap)
                    let reference: JSONValue = [
                        "apiVersion": "v1", "kind": "ConfigMap", "name": "x", "uid": .string(owner.uid),
                        "controller": true,
                    ]
                    try await cluster.change(type, key, ["metadata": ["ownerReferences": [reference]]])
                }
                let before = try await cluster.client.get(type, key)
                try await TestOperator.runEnvironments(on: cluster) { process in
                    try await cluster.makeEnvironment("shop", Self.spec(adopting: Self.objects))
                    let told = try await cluster.waitForEnvironment("shop", .ready, .nameConflict)
                    #expect(told.message.contains(this.words), "\(told.message)")
                    try await process.settled()
                    let status = try #require(try await adoption(cluster, this.kind, "my-app"))
                    #expect(status["state"] == "Refused", "\(status)")
                    let after = try await cluster.client.get(type, key)
                    #expect(after["spec"] == before["spec"] && after.labels == before.labels)
                    #expect(after.annotations[AnnotationKey.madeFor] == nil)
                    // Whatever becomes of the Deployment, the Service leads to the pods that are there.
                    let service = try await cluster.client.get(.service, key)
                    #expect(service[path: "spec", "selector"] == ["app": "my-app", "track": "stable"])
                }
            }
        }

        @Test(
            "A claim that was there before is never deleted, nor its namespace, whatever the policy says",
            arguments: ClusterKind.available)
        func claimStays(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    try await Self.makeExisting(on: cluster)
                    let key = cluster.inEnvironment("shop", "store-data")
                    let uid = try await cluster.client.get(.persistentVolumeClaim, key).uid
                    try await TestOperator.runEnvironments(on: cluster) { process in
                        try await cluster.makeEnvironment(
                            "shop", Self.spec(adopting: Self.objects, "deletionPolicy: Delete"))
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                        // Neither as unwanted, with the list gone.
                        try await cluster.changeEnvironment("shop", ["spec": ["adopt": .null]])
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                        try await process.settled()
                        try await cluster.deleteEnvironment("shop")
                        try await cluster.waitUntilEnvironmentIsGone("shop")
                        let claim = try await cluster.client.get(.persistentVolumeClaim, key)
                        #expect(claim.uid == uid && !claim.isBeingDeleted)
                        #expect(try await !cluster.exists(.deployment, cluster.inEnvironment("shop", "my-app")))
                    }
                }
            }
        }

        @Test(
            "With its marks copied onto a Deployment of another selector nobody gets pods under labels of ours",
            arguments: ClusterKind.available)
        func forged(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    try await Self.makeExisting(on: cluster)
                    let key = cluster.inEnvironment("shop", "my-app")
                    try await TestOperator.runEnvironments(on: cluster) { _ in
                        try await cluster.makeEnvironment("shop", Self.spec(adopting: Self.objects))
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                    }
                    var forged = try await cluster.client.get(.deployment, key)
                    for field in ["uid", "resourceVersion", "managedFields", "creationTimestamp", "generation"] {
                        forged[path: "metadata", field] = nil
                    }
                    forged["status"] = nil
                    let labels: JSONValue = ["app": "my-app", .init(LabelKey.environmentComponent): "store"]
                    forged[path: "spec", "selector", "matchLabels"] = labels
                    forged[path: "spec", "template", "metadata", "labels"] = labels
                    forged[path: "spec", "replicas"] = 0
                    try await cluster.client.delete(.deployment, key)
                    try await cluster.waitUntilGone(.deployment, key)
                    _ = try await cluster.client.create(forged, as: .deployment)
                    try await TestOperator.runEnvironments(on: cluster) { process in
                        try await cluster.changeEnvironment(
                            "shop", ["metadata": ["annotations": [.init(AnnotationKey.requestedAt): "now"]]])
                        try await eventually("it is refused", within: .seconds(30)) {
                            try await cluster.environmentCondition(.ready, of: "shop")?.reason
                                == Reason.childRefused.rawValue
                        }
                        try await process.settled()
                        let after = try await cluster.client.get(.deployment, key)
                        #expect(after[path: "spec", "template", "metadata", "labels"] == labels)
                        let service = try await cluster.client.get(.service, key)
                        #expect(service[path: "spec", "selector"]?.strings[LabelKey.environmentComponent] == "my-app")
                    }
                }
            }
        }

        @Test(
            "An Ingress keeps its address and annotations, a number that the spec gives counts, and an entry that nothing wants is told",
            arguments: ClusterKind.available)
        func ingress(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                let host = "\(cluster.environmentName("shop")).example.com"
                let ingress = """
                    apiVersion: networking.k8s.io/v1
                    kind: Ingress
                    metadata: {name: \(host), annotations: {example.com/middleware: theirs}}
                    spec:
                      rules:
                        - host: \(host)
                          http: {paths: [{path: /old, pathType: Prefix, backend: {service: {name: my-app, port: {number: 80}}}}]}
                    """
                try await Self.makeExisting(on: cluster, Self.existing + [(.ingress, ingress)])
                let key = cluster.inEnvironment("shop", host)
                let before = try await cluster.client.get(.ingress, key)
                try await TestOperator.runEnvironments(on: cluster) { process in
                    let objects = Self.objects.replacing(
                        "]", with: ", {kind: Ingress, name: \(host)}, {kind: CronJob, name: gone}]")
                    let addresses = "ingress: [{host: \(host), paths: [{component: my-app, port: http}]}]"
                    try await cluster.makeEnvironment(
                        "shop",
                        Self.spec(adopting: objects, addresses).replacing(
                            "ports: [{name: http", with: "replicas: 1, ports: [{name: http"))
                    try await eventually("the Ingress is the environment's", within: .seconds(30)) {
                        try await adoption(cluster, "Ingress", host)?["state"] == "Adopted"
                    }
                    try await process.settled()
                    let after = try await cluster.client.get(.ingress, key)
                    #expect(after.uid == before.uid && after.annotations["example.com/middleware"] == "theirs")
                    let paths = after[path: "spec", "rules"]?[0]?["http"]?["paths"]?.elements ?? []
                    #expect(paths.compactMap { $0["path"]?.string } == ["/"])
                    let ready = try await cluster.environmentCondition(.ingressReady, of: "shop")
                    #expect(ready?.reason != Reason.hostConflict.rawValue, "\(String(describing: ready))")
                    let deployment = try await cluster.client.get(.deployment, cluster.inEnvironment("shop", "my-app"))
                    #expect(deployment[path: "spec", "replicas"] == 1)
                    let gone = try #require(try await adoption(cluster, "CronJob", "gone"))
                    #expect(gone["state"] == "Refused" && gone["message"]?.string?.contains("wants no CronJob") == true)
                }
            }
        }

        @Test(
            "A listed Ingress of another name is left alone and serves beside the environment's, and the status says how it goes",
            arguments: ClusterKind.available)
        func otherIngress(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                let host = "\(cluster.environmentName("shop")).example.com"
                let ingress = """
                    apiVersion: networking.k8s.io/v1
                    kind: Ingress
                    metadata: {name: web}
                    spec:
                      rules:
                        - host: \(host)
                          http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: my-app, port: {number: 80}}}}]}
                    """
                try await Self.makeExisting(on: cluster, [(.ingress, ingress)])
                let key = cluster.inEnvironment("shop", "web")
                let before = try await cluster.client.get(.ingress, key)
                let addresses = "ingress: [{host: \(host), paths: [{component: my-app, port: http}]}]"
                try await TestOperator.runEnvironments(on: cluster) { process in
                    try await cluster.makeEnvironment("shop", Self.spec(adopting: nil, addresses))
                    let lost = try await cluster.waitForEnvironment("shop", .ingressReady, .hostConflict)
                    #expect(lost.message.contains("list it in spec.adopt.objects"), "\(lost.message)")
                    #expect(try await !cluster.exists(.ingress, cluster.inEnvironment("shop", host)))
                    let objects = try YAML.parseDocument(Array("[{kind: Ingress, name: web}]".utf8))
                    try await cluster.changeEnvironment("shop", ["spec": ["adopt": ["objects": objects]]])
                    try await cluster.waitForEnvironment("shop", .ingressReady, .applied)
                    try await process.settled()
                    #expect(try await cluster.exists(.ingress, cluster.inEnvironment("shop", host)))
                    let message = try await cluster.environmentCondition(.ingressReady, of: "shop")?.message ?? ""
                    #expect(message.contains("Ingress \(key) serves \(host), too: once"), "\(message)")
                    let told = try #require(try await adoption(cluster, "Ingress", "web"))
                    #expect(told["state"] == "Refused", "\(told)")
                    let words = told["message"]?.string ?? ""
                    #expect(words.contains("once Ingress \(host) answers, delete this one"), "\(words)")
                    let after = try await cluster.client.get(.ingress, key)
                    #expect(after.resourceVersion == before.resourceVersion)
                    // Off the list, with its owner's consent it serves, too, and that is said.
                    try await cluster.change(
                        .ingress, key, ["metadata": ["labels": [.init(LabelKey.share): "true"]]])
                    try await cluster.changeEnvironment("shop", ["spec": ["adopt": .null]])
                    try await eventually("the Ingress that shares the host is named", within: .seconds(30)) {
                        let ready = try await cluster.environmentCondition(.ingressReady, of: "shop")
                        return ready?.status == .true
                            && ready?.message.hasSuffix("Ingress \(key) serves \(host), too") == true
                    }
                }
            }
        }

        private func expectAdopted(_ cluster: TestCluster, _ before: DynamicObject) async throws {
            let live = try await cluster.client.get(.deployment, cluster.inEnvironment("shop", "my-app"))
            #expect(live.uid == before.uid)
            // Once: a second change of the template would be a second roll-out.
            #expect(live.generation == before.generation + 1)
            #expect(live[path: "spec", "selector", "matchLabels"] == ["app": "my-app"])
            #expect(live[path: "spec", "replicas"] == 3)
            #expect(live[path: "spec", "minReadySeconds"]?.integer ?? 0 == 0)
            let pod = live[path: "spec", "template", "spec"]
            #expect(pod?["containers"]?.elements.compactMap { $0["name"]?.string } == ["my-app"])
            #expect(pod?["containers"]?[0]?["env"] == nil)
            let labels = live[path: "spec", "template", "metadata", "labels"]?.strings ?? [:]
            #expect(labels["app"] == "my-app" && labels["track"] == "stable")
            #expect(labels[LabelKey.environmentComponent] == "my-app")
            #expect(live.annotations["note"] == "theirs" && live.labels["app"] == "my-app")
            let service = try await cluster.client.get(.service, cluster.inEnvironment("shop", "my-app"))
            #expect(
                service[path: "spec", "selector"] == [
                    .init(LabelKey.appEnvironment): .string(cluster.environmentName("shop")),
                    .init(LabelKey.environmentComponent): "my-app",
                ])
            // By another name a port is another one for kube-proxy, and refuses until the endpoints follow.
            #expect(service[path: "spec", "ports"]?[0]?["name"] == nil)
            let claim = try await cluster.client.get(
                .persistentVolumeClaim, cluster.inEnvironment("shop", "store-data"))
            #expect(claim[path: "spec", "resources", "requests", "storage"] == "10Gi")
        }
    }
}

/// Looks at a Service as kube-proxy would: which ready pods does it lead to, and do they listen there?
final class ServiceProbe: Sendable {
    private let cluster: TestCluster
    private let key: ObjectKey
    private let counts = Mutex((looks: 0, failures: 0))

    init(_ cluster: TestCluster, _ key: ObjectKey) {
        self.cluster = cluster
        self.key = key
    }

    var looks: Int { counts.withLock { $0.looks } }
    var failures: Int { counts.withLock { $0.failures } }

    /// - Returns: how many pods answer, whom the policies of the namespace let anybody reach.
    func look() async throws -> Int {
        // The Service first: what it selects may change between the two, what a pod is labelled does not.
        let service = try await cluster.client.get(.service, key)
        let selector = service[path: "spec", "selector"]?.strings ?? [:]
        let target = service[path: "spec", "ports"]?[0]?["targetPort"]
        let policies = try await cluster.client.list(.networkPolicy, namespace: key.namespace).items
        let pods = try await cluster.client.list(.pod, namespace: key.namespace).items
        // Once everything that runs has our labels the policies may say who reaches whom.
        let isOurs = pods.allSatisfy { $0.labels[LabelKey.appEnvironment] != nil }
        return pods.filter { pod in
            let conditions = pod[path: "status", "conditions"]?.elements ?? []
            let isReady = conditions.contains { $0["type"] == "Ready" && $0["status"] == "True" }
            let ports = (pod[path: "spec", "containers"]?.elements ?? []).flatMap { $0["ports"]?.elements ?? [] }
            return isReady && !pod.isBeingDeleted && selector.allSatisfy { pod.labels[$0.key] == $0.value }
                && ports.contains { $0["containerPort"] == target || $0["name"] == target }
                && (isOurs || Self.isOpen(pod, policies))
        }.count
    }

    /// Whether pods without labels of ours reach it, as those of before do.
    private static func isOpen(_ pod: DynamicObject, _ policies: [DynamicObject]) -> Bool {
        let own = policies.filter { policy in
            let selector = policy[path: "spec", "podSelector", "matchLabels"]?.strings ?? [:]
            return selector.allSatisfy { pod.labels[$0.key] == $0.value }
        }
        return own.isEmpty
            || own.contains { policy in
                (policy[path: "spec", "ingress"]?.elements ?? []).contains { $0["from"] == nil && $0["ports"] == nil }
            }
    }

    /// Looks again and again while `body` runs.
    func whileProbing(_ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    guard let answering = try? await self.look() else { continue }
                    self.counts.withLock { counts in
                        counts.looks += 1
                        if answering == 0 { counts.failures += 1 }
                    }
                }
            }
            defer { group.cancelAll() }
            try await body()
        }
    }
}
