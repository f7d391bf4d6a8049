import Foundation
import KubeAPI
import Reconcilers
import Testing

extension EndToEnd {
    /// An environment, the backup of its database and what stands around it, in one namespace.
    @Suite("An application on real nodes")
    struct ApplicationTests {
        private let cluster: Cluster

        init() throws { cluster = try Cluster.installed.get() }

        private static let names = (shop: "e2e-shop", store: "e2e-store", ingress: "e2e-ingress")

        private var shop: String {
            """
            apiVersion: quartermaster.dev/v1alpha1
            kind: AppEnvironment
            metadata: {name: e2e-shop, annotations: {quartermaster.dev/confirm-delete: e2e-shop}}
            spec:
              tier: production
              deletionPolicy: Delete
              components:
                - name: web
                  image: \(Cluster.backupImage)
                  replicas: 1
                  command: [bash, -c, \(Workload.quoted(Workload.serveHTTP(8080)))]
                  ports: [{name: http, port: 8080}]
                  securityContext: {runAsUser: 65532}
                  connectsTo: [{component: api}]
                - name: api
                  image: \(Cluster.backupImage)
                  replicas: 1
                  command: [bash, -c, \(Workload.quoted(Workload.serveHTTP(8081)))]
                  ports: [{name: http, port: 8081}]
                  securityContext: {runAsUser: 65532}
                  connectsTo:
                    - {component: db}
                    - {namespace: e2e-store, podLabels: {app: store}, ports: [{port: 8080}]}
                - name: db
                  image: \(Cluster.backupImage)
                  replicas: 1
                  command: [bash, -c, \(Workload.quoted(Workload.servePostgres))]
                  ports: [{name: postgres, port: 5432}]
                  securityContext: {runAsUser: 65532}
              ingress:
                - host: shop.example.com
                  clusterIssuer: letsencrypt
                  paths: [{component: web, port: http}]
              network:
                ingressController: {namespace: e2e-ingress, podSelector: {app: controller}}
            """
        }

        private static let policy = """
            apiVersion: quartermaster.dev/v1alpha1
            kind: BackupPolicy
            metadata: {name: nightly, namespace: e2e-shop}
            spec:
              schedule: "* * * * *"
              sources:
                - name: db
                  postgres: {host: db.e2e-shop.svc, databases: [shop], sslMode: disable, credentialsSecretRef: {name: db-backup}}
              destinations:
                - name: store
                  credentialsSecretRef: {name: restic}
                  restic: {repository: "rest:http://store.e2e-store.svc:8080/shop"}
              retention: {last: 3}
              network: {egressPorts: [8080]}
              verification: {drill: {schedule: "* * * * *", queries: [{database: shop, sql: SELECT id FROM orders, expect: "4711"}]}}
              podTemplate: {images: {backup: "\(Cluster.backupImage)"}}
            """

        /// What stands around the application.
        private func surround() throws {
            let names = Self.names
            try cluster.apply(
                Workload.namespace(names.store) + Workload.namespace(names.ingress)
                    + Workload.deployment(
                        "store", names.store, port: 8080,
                        "mkdir -p /tmp/store; exec rclone serve restic --addr :8080 /tmp/store")
                    + Workload.pod("controller", names.ingress, labels: "{app: controller}", "sleep infinity"))
            try cluster.kubectl("rollout", "status", "-n", names.store, "deployment/store", "--timeout=120s")
        }

        private func address(_ namespace: String, _ selector: String) throws -> String {
            try cluster.kubectl(
                "get", "pods", "-n", namespace, "-l", selector, "-o", "jsonpath={.items[0].status.podIP}")
        }

        @Test(
            "Its database is backed up on schedule, drilled and restored, its certificate's challenge answers, and nothing else is open"
        )
        func together() throws {
            let names = Self.names
            defer {
                _ = try? cluster.kubectl("delete", "appenv", "e2e-shop", "--ignore-not-found", "--timeout=120s")
                try? cluster.remove(namespaces: names.shop, names.store, names.ingress)
            }
            try surround()
            try cluster.apply(shop)
            let component = "quartermaster.dev/environment-component"
            for name in ["web", "api", "db"] {
                try cluster.eventually("the Deployment of \(name) is available", within: 180) {
                    try cluster.value("deployment", name, names.shop, ".status.availableReplicas")
                } is: {
                    $0 == "1"
                }
            }
            let db = try #require(cluster.pods(names.shop, "\(component)=db").first)
            let api = try #require(cluster.pods(names.shop, "\(component)=api").first)
            let web = try #require(cluster.pods(names.shop, "\(component)=web").first)
            let psql = "export PGPASSWORD=of-the-admin PGUSER=admin; psql -X -q -A -t -v ON_ERROR_STOP=1 -h db -d"
            try #require(
                cluster.inside(
                    api, names.shop,
                    "\(psql) postgres -c 'CREATE DATABASE shop' && \(psql) shop -c 'CREATE TABLE orders AS SELECT 4711 AS id'"
                ).status == 0)
            try edges(db: db, api: api, web: web)

            // A backup, by its schedule.
            try cluster.kubectl(
                "create", "secret", "generic", "db-backup", "-n", names.shop, "--from-literal=username=admin",
                "--from-literal=password=of-the-admin")
            try cluster.kubectl(
                "create", "secret", "generic", "restic", "-n", names.shop, "--from-literal=RESTIC_PASSWORD=of-restic")
            try cluster.apply(Self.policy)
            try cluster.eventually("a run by the schedule has succeeded", within: 300) {
                try cluster.condition("BackupSucceeded", "bpol", "nightly", names.shop)
            } is: {
                $0.hasPrefix("True ")
            }
            try cluster.eventually("a drill has restored it", within: 240) {
                try cluster.condition("Verified", "bpol", "nightly", names.shop)
            } is: {
                $0.hasPrefix("True ")
            }
            try cluster.kubectl(
                "patch", "bpol", "nightly", "-n", names.shop, "--type=merge", "-p", #"{"spec":{"suspend":true}}"#)
            try restore(api: api, psql: psql)
            try cluster.expectNothingRefused()
        }

        /// Asks from inside of pods which ways are open.
        private func edges(db: String, api: String, web: String) throws {
            let names = Self.names
            try cluster.apply(
                Workload.pod(
                    "solver", names.shop, labels: "{acme.cert-manager.io/http01-solver: \"true\"}",
                    Workload.serveHTTP(8089)))
            try cluster.kubectl("wait", "-n", names.shop, "pod/solver", "--for=condition=Ready", "--timeout=120s")
            try cluster.kubectl("wait", "-n", names.ingress, "pod/controller", "--for=condition=Ready", "--timeout=60s")
            func ask(_ pod: String, _ namespace: String, _ address: String, _ port: Int) throws -> String {
                try cluster.inside(
                    pod, namespace,
                    "timeout 4 bash -c '</dev/tcp/\(address)/\(port)' 2>/dev/null && echo open || echo closed"
                ).text.trimmingCharacters(in: .whitespacesAndNewlines)
            }
            let component = "quartermaster.dev/environment-component"
            let addresses = [
                "db": try address(names.shop, "\(component)=db"), "api": try address(names.shop, "\(component)=api"),
                "web": try address(names.shop, "\(component)=web"),
                "solver": try address(names.shop, "acme.cert-manager.io/http01-solver=true"),
                "store": try address(names.store, "app=store"),
            ]
            let table = [
                (web, names.shop, "api", 8081, "open"), (api, names.shop, "db", 5432, "open"),
                (web, names.shop, "db", 5432, "closed"), (db, names.shop, "web", 8080, "closed"),
                (api, names.shop, "store", 8080, "open"), (web, names.shop, "store", 8080, "closed"),
                ("controller", names.ingress, "web", 8080, "open"),
                ("controller", names.ingress, "db", 5432, "closed"),
                ("controller", names.ingress, "solver", 8089, "open"),
                (web, names.shop, "solver", 8089, "closed"),
            ]
            for (pod, namespace, target, port, wanted) in table {
                let address = try #require(addresses[target])
                // A new pod's address has to come to each node first.
                try cluster.eventually("\(pod) to \(target) is \(wanted)", within: 45) {
                    try ask(pod, namespace, address, port)
                } is: {
                    $0 == wanted
                }
            }
        }

        /// Loses the database and brings it back by the printed steps, in the pod of a component that may reach both ends.
        private func restore(api: String, psql: String) throws {
            let names = Self.names
            try #require(cluster.inside(api, names.shop, "\(psql) postgres -c 'DROP DATABASE shop'").status == 0)
            let text = try cluster.kubectl("get", "bpol", "nightly", "-n", names.shop, "-o", "yaml")
            let policy = try BackupPolicy(defaulting: DynamicObject(YAML.parseDocument(Array(text.utf8))))
            // The first step reads the Secrets by kubectl, which the pod has no rights for.
            let lines = try RestorePlan(of: policy, target: "db", at: nil).steps.dropFirst().flatMap(\.lines)
                .map { $0.replacing("PGUSER=postgres", with: "PGUSER=admin") }
            let script = """
                set -e; umask 077; mkdir -p /tmp/restore/credentials/store; cd /tmp/restore
                printf %s of-restic >credentials/store/RESTIC_PASSWORD
                export PGPASSWORD=of-the-admin PGSSLMODE=disable RESTIC_CACHE_DIR=/tmp/cache
                \(lines.joined(separator: "\n"))
                """
            let answer = try cluster.inside(api, names.shop, script)
            #expect(answer.status == 0, "\(answer.text)")
            let orders = try cluster.inside(api, names.shop, "\(psql) shop -c 'SELECT id FROM orders'")
            #expect(orders.text == "4711\n", "\(answer.text)\n\(orders.text)")
        }

        /// Two pods that go on to answer for a while after they were told to end, as what serves should.
        private func handMade(in namespace: String) -> String {
            """
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: \(namespace), labels: {app: web}}
            spec:
              replicas: 2
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web, track: stable}}
                spec:
                  terminationGracePeriodSeconds: 20
                  containers:
                    - name: server
                      image: \(Cluster.backupImage)
                      command: [bash, -c, \(Workload.quoted(Workload.serveHTTP(8080)))]
                      ports: [{name: web, containerPort: 8080}]
                      lifecycle: {preStop: {sleep: {seconds: 5}}}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web, namespace: \(namespace)}
            spec: {selector: {app: web, track: stable}, ports: [{port: 8080, targetPort: web}]}
            """
        }

        private func adopter(_ name: String, _ adopt: String) -> String {
            """
            apiVersion: quartermaster.dev/v1alpha1
            kind: AppEnvironment
            metadata: {name: \(name)}
            spec:
              tier: staging
              deletionPolicy: Retain
              namespace: {name: \(name), adopt: IfUnmanaged}
              \(adopt)
              components:
                - name: web
                  image: "\(Cluster.backupImage)"
                  command: [bash, -c, \(Workload.quoted(Workload.serveHTTP(8080)))]
                  ports: [{name: http, port: 8080}]
                  securityContext: {runAsUser: 65532}
                  allowFrom: [{namespace: \(SteadyClient.namespace)}]
                  template: {spec: {containers: [{name: web, lifecycle: {preStop: {sleep: {seconds: 5}}}}]}}
            """
        }

        @Test("An application is taken over, its namespace and then its objects, and answers every request meanwhile")
        func adoption() throws {
            let name = "e2e-adopt"
            defer {
                _ = try? cluster.kubectl("delete", "appenv", name, "--ignore-not-found", "--timeout=120s")
                try? cluster.remove(namespaces: name, SteadyClient.namespace)
            }
            try cluster.apply(Workload.namespace(name) + handMade(in: name))
            try cluster.kubectl("rollout", "status", "-n", name, "deployment/web", "--timeout=120s")
            let address = try cluster.value("service", "web", name, ".spec.clusterIP")
            let client = try SteadyClient(on: cluster, asking: "\(address):8080/metrics")

            try cluster.apply(adopter(name, ""))
            try cluster.eventually("what it would come to is told", within: 60) {
                try cluster.condition("Ready", "appenv", name)
                    + cluster.value("appenv", name, nil, ".status.adoption")
            } is: {
                $0.hasPrefix("False ") && $0.contains("spec.adopt.objects") && $0.contains("Found")
                    && $0.contains("spec.template.spec.containers[server] is removed")
            }
            try client.goOn()
            #expect(try cluster.kubectl("get", "resourcequotas,limitranges", "-n", name, "-o", "name") == "")
            #expect(try cluster.value("networkpolicy", "default-deny", name, ".metadata.name") == "")

            let uid = try cluster.value("deployment", "web", name, ".metadata.uid")
            try cluster.apply(
                adopter(name, "adopt: {objects: [{kind: Deployment, name: web}, {kind: Service, name: web}]}"))
            try cluster.ready("appenv", name)
            try cluster.closed(name)
            try client.goOn()
            try client.expectNoneFailed()
            #expect(try cluster.value("deployment", "web", name, ".metadata.uid") == uid)
            let containers = ".spec.template.spec.containers[*].name"
            #expect(try cluster.value("deployment", "web", name, containers) == "web")
            #expect(try cluster.value("deployment", "web", name, ".spec.replicas") == "2")
            let selector = try cluster.value("service", "web", name, ".spec.selector")
            #expect(selector.contains("quartermaster.dev/environment-component") && !selector.contains("track"))
            try cluster.expectNothingRefused()
        }
    }
}
