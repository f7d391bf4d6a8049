import Foundation
import Testing

extension EndToEnd {
    /// What ran before the operator came, and is more than a Deployment with a Service.
    @Suite("What is taken over on real nodes")
    struct TakeoverTests {
        private let cluster: Cluster
        private let nodes: [String]

        init() throws {
            cluster = try Cluster.installed.get()
            nodes = try cluster.poolRegions().nodes
        }

        private func environment(_ name: String, adopting objects: [(kind: String, name: String)], _ spec: String)
            -> String
        {
            let list = objects.map { "{kind: \($0.kind), name: \($0.name)}" }.joined(separator: ", ")
            return """
                apiVersion: quartermaster.dev/v1alpha1
                kind: AppEnvironment
                metadata: {name: \(name)}
                spec:
                  tier: staging
                  deletionPolicy: Delete
                  namespace: {name: \(name), adopt: IfUnmanaged}
                  \(objects.isEmpty ? "" : "adopt: {objects: [\(list)]}")
                \(spec)
                """
        }

        private func uids(_ objects: [(kind: String, name: String)], in namespace: String) throws -> [String] {
            let uids = try objects.map { try cluster.value($0.kind, $0.name, namespace, ".metadata.uid") }
            try #require(!uids.contains(""), "\(objects): \(uids)")
            return uids
        }

        private func told(_ state: String, of objects: [(kind: String, name: String)], by environment: String) throws {
            let wanted = Array(repeating: state, count: objects.count).joined(separator: " ")
            try cluster.eventually("all objects are \(state)", within: 60) {
                try cluster.value("appenv", environment, nil, ".status.adoption[*].state")
            } is: {
                $0 == wanted
            }
        }

        // MARK: What keeps state

        private static let stateful = "e2e-stateful"
        private static let host = "stateful.example.com"
        private static let objects: [(kind: String, name: String)] = [
            ("StatefulSet", "store"), ("Service", "store"), ("PersistentVolumeClaim", "data-store-0"),
            ("PersistentVolumeClaim", "data-store-1"), ("CronJob", "report"), ("Ingress", host),
        ]
        private static let serve = "exec rclone serve http --addr :8080 /data"

        /// A volume of a node for one pod, which no provisioner has to make.
        private func volume(_ ordinal: Int) -> String {
            """
            ---
            apiVersion: v1
            kind: PersistentVolume
            metadata: {name: e2e-store-\(ordinal)}
            spec:
              capacity: {storage: 1Gi}
              accessModes: [ReadWriteOnce]
              storageClassName: e2e-by-hand
              hostPath: {path: /tmp/e2e-store-\(ordinal), type: DirectoryOrCreate}
              claimRef: {namespace: \(Self.stateful), name: data-store-\(ordinal)}
              nodeAffinity:
                required:
                  nodeSelectorTerms:
                    - matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [\(nodes[ordinal])]}]

            """
        }

        /// Two pods that write their name and `token` to their volumes, a CronJob whose run ends when told, and an Ingress.
        private func handMade(token: String) -> String {
            """
            \(Workload.namespace(Self.stateful))\(volume(0))\(volume(1))
            ---
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: store, namespace: \(Self.stateful)}
            spec:
              replicas: 2
              serviceName: named
              selector: {matchLabels: {app: store}}
              template:
                metadata: {labels: {app: store}}
                spec:
                  terminationGracePeriodSeconds: 20
                  securityContext: {runAsUser: 0}
                  containers:
                    - name: server
                      image: \(Cluster.backupImage)
                      command: [bash, -c, \(Workload.quoted("echo \(token) $HOSTNAME >/data/metrics; \(Self.serve)"))]
                      ports: [{containerPort: 8080}]
                      readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}
                      lifecycle: {preStop: {sleep: {seconds: 5}}}
                      volumeMounts: [{name: data, mountPath: /data}]
              volumeClaimTemplates:
                - metadata: {name: data}
                  spec:
                    accessModes: [ReadWriteOnce]
                    storageClassName: e2e-by-hand
                    resources: {requests: {storage: 1Gi}}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: store, namespace: \(Self.stateful)}
            spec: {selector: {app: store}, ports: [{port: 8080}]}
            ---
            apiVersion: batch/v1
            kind: CronJob
            metadata: {name: report, namespace: \(Self.stateful)}
            spec:
              schedule: "0 0 1 1 *"
              jobTemplate:
                spec:
                  template:
                    spec:
                      restartPolicy: Never
                      containers:
                        - name: main
                          image: \(Cluster.backupImage)
                          command: [bash, -c, "until [ -e /tmp/end ]; do sleep 1; done"]
            ---
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: {name: \(Self.host), namespace: \(Self.stateful)}
            spec:
              rules:
                - host: \(Self.host)
                  http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: store, port: {number: 8080}}}}]}
            """
        }

        /// The pods of before wrote what these only read.
        private func adopter(of objects: [(kind: String, name: String)]) -> String {
            environment(
                Self.stateful, adopting: objects,
                """
                  components:
                    - name: store
                      kind: StatefulSet
                      image: "\(Cluster.backupImage)"
                      command: [bash, -c, \(Workload.quoted(Self.serve))]
                      ports: [{name: http, port: 8080}]
                      volumes: [{name: data, path: /data, size: 1Gi, storageClass: e2e-by-hand}]
                      securityContext: {runAsUser: 65532}
                      template: {spec: {containers: [{name: store, lifecycle: {preStop: {sleep: {seconds: 5}}}}]}}
                    - name: report
                      kind: CronJob
                      image: "\(Cluster.backupImage)"
                      command: ["true"]
                      cronJob: {schedule: "0 0 1 1 *"}
                      securityContext: {runAsUser: 65532}
                  ingress: [{host: \(Self.host), paths: [{component: store, port: http}]}]
                  network: {ingressController: {namespace: \(SteadyClient.namespace), podSelector: {app: client}}}
                """)
        }

        private func expectJobEnds(_ name: String) throws {
            try cluster.kubectl(
                "wait", "-n", Self.stateful, "job/\(name)", "--for=condition=Complete", "--timeout=60s")
        }

        @Test(
            "A StatefulSet answers all the time and its data outlives the environment, a CronJob's run ends by itself, an Ingress stays"
        )
        func stateful() throws {
            let name = Self.stateful
            defer {
                _ = try? cluster.kubectl("delete", "appenv", name, "--ignore-not-found", "--timeout=120s")
                try? cluster.remove(namespaces: name, SteadyClient.namespace)
                _ = try? cluster.kubectl("delete", "pv", "e2e-store-0", "e2e-store-1", "--ignore-not-found")
            }
            let token = UUID().uuidString
            try cluster.apply(handMade(token: token))
            try cluster.kubectl("create", "job", "begun", "-n", name, "--from=cronjob/report")
            try cluster.kubectl("rollout", "status", "-n", name, "statefulset/store", "--timeout=120s")
            try cluster.kubectl(
                "wait", "-n", name, "pod", "-l", "job-name=begun", "--for=condition=Ready", "--timeout=60s")
            let run = try #require(cluster.pods(name, "job-name=begun").first)
            let before = try uids(Self.objects, in: name)
            let address = try cluster.value("service", "store", name, ".spec.clusterIP")
            let client = try SteadyClient(on: cluster, asking: "\(address):8080/metrics")

            try cluster.apply(adopter(of: []))
            try told("Found", of: Self.objects, by: name)
            try cluster.apply(adopter(of: Self.objects))
            try cluster.ready("appenv", name)
            try cluster.closed(name)
            try client.goOn()
            try client.expectNoneFailed()
            try told("Adopted", of: Self.objects, by: name)
            #expect(try uids(Self.objects, in: name) == before)
            for pod in ["store-0", "store-1"] {
                #expect(try cluster.value("pod", pod, name, ".spec.containers[*].name") == "store")
                #expect(try cluster.inside(pod, name, "cat /data/metrics").text == "\(token) \(pod)\n")
            }

            #expect(try cluster.value("job", "begun", name, ".status.active") == "1")
            #expect(try cluster.inside(run, name, "touch /tmp/end").status == 0)
            try expectJobEnds("begun")
            #expect(try cluster.pods(name, "job-name=begun") == [run])
            try cluster.kubectl("create", "job", "next", "-n", name, "--from=cronjob/report")
            try expectJobEnds("next")
            try cluster.ready("appenv", name)

            let claims = Self.objects.filter { $0.kind == "PersistentVolumeClaim" }
            let data = try uids(claims, in: name)
            try cluster.kubectl("delete", "appenv", name, "--timeout=120s")
            #expect(try cluster.value("statefulset", "store", name, ".metadata.name") == "")
            #expect(try cluster.value("namespace", name, nil, ".status.phase") == "Active")
            #expect(try uids(claims, in: name) == data)
            for claim in claims {
                #expect(try cluster.value("pvc", claim.name, name, ".metadata.deletionTimestamp") == "")
            }
            try cluster.expectNothingRefused()
        }

        // MARK: What scales

        @Test(
            "An autoscaler is taken over with its Deployment, and scales by the environment's bounds",
            .enabled("metrics-server is not installed") { try Cluster.serves("metrics.k8s.io/v1beta1") })
        func autoscaler() throws {
            let name = "e2e-scaled"
            defer {
                _ = try? cluster.kubectl("delete", "appenv", name, "--ignore-not-found", "--timeout=120s")
                try? cluster.remove(namespaces: name)
            }
            let objects = [(kind: "Deployment", name: "web"), (kind: "HorizontalPodAutoscaler", name: "web")]
            let command = #"[bash, -c, "while :; do :; done"]"#
            let resources = "{requests: {cpu: 20m, memory: 64Mi}, limits: {cpu: 60m, memory: 128Mi}}"
            try cluster.apply(
                """
                \(Workload.namespace(name))---
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web, namespace: \(name)}
                spec:
                  selector: {matchLabels: {app: web}}
                  template:
                    metadata: {labels: {app: web}}
                    spec:
                      terminationGracePeriodSeconds: 1
                      containers:
                        - {name: main, image: "\(Cluster.backupImage)", command: \(command), resources: \(resources)}
                ---
                apiVersion: autoscaling/v2
                kind: HorizontalPodAutoscaler
                metadata: {name: web, namespace: \(name)}
                spec:
                  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
                  maxReplicas: 2
                  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]
                """)
            func replicas(_ wanted: String) throws {
                try cluster.eventually("\(wanted) pods are ready", within: 240) {
                    try cluster.value("deployment", "web", name, ".status.readyReplicas")
                } is: {
                    $0 == wanted
                }
            }
            try replicas("2")
            let before = try uids(objects, in: name)

            try cluster.apply(
                environment(
                    name, adopting: objects,
                    """
                      components:
                        - name: web
                          image: "\(Cluster.backupImage)"
                          command: \(command)
                          resources: \(resources)
                          securityContext: {runAsUser: 65532}
                          autoscaling: {min: 1, max: 3, cpu: 50}
                    """))
            try replicas("3")
            try cluster.ready("appenv", name)
            #expect(try cluster.condition("AutoscalingReady", "appenv", name).hasPrefix("True HPAActive"))
            try told("Adopted", of: objects, by: name)
            #expect(try uids(objects, in: name) == before)
            #expect(try cluster.value("deployment", "web", name, ".spec.template.spec.containers[*].name") == "web")
            try cluster.expectNothingRefused()
        }
    }
}
