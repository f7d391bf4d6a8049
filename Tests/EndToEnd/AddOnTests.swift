import Foundation
import Testing

extension EndToEnd {
    /// What scales and watches for real: each add-on's tests are skipped where it is not installed.
    @Suite("Beside add-ons on real nodes")
    struct AddOnTests {
        private let cluster: Cluster
        private let regions: [String]
        private let nodes: [String]

        init() throws {
            cluster = try Cluster.installed.get()
            (regions, nodes) = try cluster.poolRegions()
        }

        private func deployment(_ name: String, _ namespace: String, _ path: String = ".status.readyReplicas") throws
            -> String
        { try cluster.value("deployment", name, namespace, path) }

        // MARK: KEDA

        private static let queue = "e2e-queue"

        /// A queue in a table: one row is one job for a region.
        private func makeQueue() throws {
            try cluster.apply(
                Workload.namespace(Self.queue)
                    + Workload.deployment("db", Self.queue, port: 5432, Workload.servePostgres)
                        + """
                        ---
                        apiVersion: v1
                        kind: Secret
                        metadata: {name: queue, namespace: workers}
                        stringData: {connection: "postgres://admin:of-the-admin@db.\(Self.queue).svc.cluster.local:5432/postgres?sslmode=disable"}

                        """)
            try cluster.kubectl("rollout", "status", "-n", Self.queue, "deployment/db", "--timeout=120s")
            try cluster.eventually("the database answers", within: 60) {
                try sql("CREATE TABLE IF NOT EXISTS jobs (region text)").text
            } is: {
                $0.isEmpty
            }
        }

        @discardableResult
        private func sql(_ statement: String) throws -> Answer {
            try cluster.inside(
                #require(cluster.pods(Self.queue, "app=db").first), Self.queue,
                "PGPASSWORD=of-the-admin psql -X -q -v ON_ERROR_STOP=1 -U admin -h 127.0.0.1 postgres -c \"\(statement)\" 2>&1"
            )
        }

        private func scaledPool(_ name: String, query: String) -> String {
            Workload.pool(
                name, regions: regions,
                spec: """
                      scaling:
                        engine: KEDA
                        minReplicas: 0
                        maxReplicas: 2
                        keda:
                          pollingInterval: 5
                          cooldownPeriod: 5
                          authentication: {secretTargetRef: [{parameter: connection, name: queue, key: connection}]}
                          triggers:
                            - {type: postgresql, metadata: {query: "\(query)", targetQueryValue: "1"}}
                    """)
        }

        @Test(
            "KEDA scales each region by its own queue, from no pod and back, and a trigger that fails is told",
            .enabled("KEDA is not installed") { try Cluster.serves("keda.sh/v1alpha1") })
        func keda() throws {
            defer {
                _ = try? cluster.kubectl(
                    "delete", "rwp", "-n", "workers", "e2e-keda", "e2e-keda-bad", "--ignore-not-found",
                    "--timeout=120s")
                _ = try? cluster.kubectl("delete", "secret", "-n", "workers", "queue", "--ignore-not-found")
                try? cluster.remove(namespaces: Self.queue)
            }
            try makeQueue()
            try cluster.apply(
                scaledPool("e2e-keda", query: "SELECT count(*) FROM jobs WHERE region = '$(REGION)'"))
            try cluster.ready("rwp", "e2e-keda", "workers")
            #expect(try cluster.value("rwp", "e2e-keda", "workers", ".status.scaler") == "KEDA")
            let names = regions.map { "e2e-keda-\($0)" }
            // KEDA takes a new Deployment's one pod away once its queue is known to be empty.
            for name in names {
                try cluster.eventually("\(name) is at 0", within: 120) {
                    try deployment(name, "workers", ".spec.replicas")
                } is: {
                    $0 == "0"
                }
            }

            #expect(try sql("INSERT INTO jobs VALUES ('\(regions[0])'), ('\(regions[0])')").status == 0)
            try cluster.eventually("two jobs have two pods", within: 120) {
                try deployment(names[0], "workers")
            } is: {
                $0 == "2"
            }
            try cluster.ready("rwp", "e2e-keda", "workers")
            #expect(try deployment(names[1], "workers", ".spec.replicas") == "0")

            #expect(try sql("DELETE FROM jobs").status == 0)
            try cluster.eventually("the pods go with the jobs", within: 240) {
                try deployment(names[0], "workers", ".spec.replicas")
            } is: {
                $0 == "0"
            }
            try cluster.ready("rwp", "e2e-keda", "workers")

            try cluster.apply(scaledPool("e2e-keda-bad", query: "SELECT count(*) FROM nothing_of_that_name"))
            try cluster.eventually("the trigger's failure is told", within: 120) {
                try cluster.condition("AutoscalingReady", "rwp", "e2e-keda-bad", "workers")
            } is: {
                $0.hasPrefix("False TriggerFailing")
            }
            try cluster.expectNothingRefused()
        }

        // MARK: metrics-server

        @Test(
            "A component and a pool under load are scaled by what metrics-server says, and nobody undoes it",
            .enabled("metrics-server is not installed") { try Cluster.serves("metrics.k8s.io/v1beta1") })
        func resourceMetrics() throws {
            let name = "e2e-load"
            defer {
                _ = try? cluster.kubectl("delete", "appenv", name, "--ignore-not-found", "--timeout=120s")
                _ = try? cluster.kubectl(
                    "delete", "rwp", "-n", "workers", name, "--ignore-not-found", "--timeout=120s")
            }
            let busy = "while :; do :; done"
            let resources = "{requests: {cpu: 20m, memory: 64Mi}, limits: {cpu: 60m, memory: 128Mi}}"
            try cluster.apply(
                """
                apiVersion: quartermaster.dev/v1alpha1
                kind: AppEnvironment
                metadata: {name: \(name)}
                spec:
                  tier: preview
                  ttl: 1h
                  components:
                    - name: web
                      image: \(Cluster.backupImage)
                      command: [bash, -c, "\(busy)"]
                      resources: \(resources)
                      autoscaling: {min: 1, max: 2, cpu: 50}
                      securityContext: {runAsUser: 65532}

                """
                    + Workload.pool(
                        name, regions: regions, script: busy, container: "          resources: \(resources)",
                        spec: "  scaling: {engine: HPA, minReplicas: 1, maxReplicas: 2, hpa: {cpuUtilization: 50}}"))
            let deployments = [("web", name)] + regions.map { ("\(name)-\($0)", "workers") }
            for (deployment, namespace) in deployments {
                try cluster.eventually("\(deployment) has two pods", within: 240) {
                    try self.deployment(deployment, namespace)
                } is: {
                    $0 == "2"
                }
            }
            try cluster.ready("appenv", name)
            try cluster.ready("rwp", name, "workers")
            let conditions = [
                try cluster.condition("AutoscalingReady", "appenv", name),
                try cluster.condition("AutoscalingReady", "rwp", name, "workers"),
            ]
            for condition in conditions { #expect(condition.hasPrefix("True ")) }
            for (deployment, namespace) in deployments {
                #expect(try self.deployment(deployment, namespace, ".spec.replicas") == "2")
            }
            try cluster.expectNothingRefused()
        }

        // MARK: Prometheus

        /// The number of series that a query of Prometheus finds.
        private func series(_ query: String) throws -> Int {
            let allowed = CharacterSet.alphanumerics
            let escaped = try #require(query.addingPercentEncoding(withAllowedCharacters: allowed))
            let place = "/api/v1/namespaces/monitoring/services/prometheus-operated:9090/proxy/api/v1/query?query="
            let text = try cluster.kubectl("get", "--raw", place + escaped)
            return text.components(separatedBy: "\"metric\":").count - 1
        }

        @Test(
            "Prometheus scrapes a component, a pool and the operator over their policies, and has loaded their alerts",
            .enabled("no Prometheus of the Prometheus operator is in the namespace monitoring") {
                try Cluster.serves("monitoring.coreos.com/v1")
            })
        func monitoring() throws {
            let name = "e2e-watched"
            defer {
                _ = try? cluster.kubectl("delete", "appenv", name, "--ignore-not-found", "--timeout=120s")
                _ = try? cluster.kubectl(
                    "delete", "rwp", "-n", "workers", name, "--ignore-not-found", "--timeout=120s")
            }
            try cluster.kubectl("apply", "-k", Cluster.root.appending(path: "config/prometheus").path)
            try cluster.apply(
                """
                apiVersion: quartermaster.dev/v1alpha1
                kind: AppEnvironment
                metadata: {name: \(name)}
                spec:
                  tier: staging
                  deletionPolicy: Delete
                  components:
                    - name: web
                      image: \(Cluster.backupImage)
                      command: [bash, -c, \(Workload.quoted(Workload.serveHTTP(8080)))]
                      ports: [{name: http, port: 8080}]
                      metrics: {port: 8080, interval: 5s}
                      securityContext: {runAsUser: 65532}

                """
                    + Workload.pool(
                        name, regions: regions, script: Workload.serveHTTP(8000),
                        spec: """
                              monitoring:
                                serviceMonitor: {port: 8000, interval: 5s}
                                alerts: [{name: QueueStands, expr: "e2e_answer == 0"}]
                            """))
            try cluster.ready("appenv", name)
            try cluster.ready("rwp", name, "workers")
            let queries = [
                "e2e_answer{job=\"web\",namespace=\"\(name)\"}": 1,
                "e2e_answer{job=\"\(name)-metrics\"}": regions.count,
                "quartermaster_resource_condition{kind=\"RegionalWorkerPool\",name=\"\(name)\",type=\"Ready\",status=\"True\"} == 1":
                    1,
            ]
            for (query, wanted) in queries {
                try cluster.eventually(query, within: 180) {
                    try String(series(query))
                } is: {
                    $0 == String(wanted)
                }
            }
            try cluster.eventually("the alerts are loaded", within: 120) {
                try cluster.kubectl(
                    "get", "--raw",
                    "/api/v1/namespaces/monitoring/services/prometheus-operated:9090/proxy/api/v1/rules")
            } is: {
                $0.contains("QueueStands") && $0.contains("PoolNotReady")
            }
            let broken = try cluster.kubectl(
                "get", "--raw", "/api/v1/namespaces/monitoring/services/prometheus-operated:9090/proxy/api/v1/rules")
            #expect(!broken.contains("\"health\":\"err\""), "\(broken)")
            for (kind, place) in [("appenv", nil), ("rwp", "workers")] as [(String, String?)] {
                let type = kind == "rwp" ? "MonitoringReady" : "ObservabilityReady"
                #expect(try cluster.condition(type, kind, name, place).hasPrefix("True "))
            }
            try cluster.expectNothingRefused()
        }
    }
}
