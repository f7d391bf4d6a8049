import Foundation
import Testing

extension EndToEnd {
    /// The way from an older version to this one, with objects of all kinds there.
    @Suite(
        "An upgrade on real nodes",
        .enabled(
            if: Cluster.previous != nil && Cluster.previousImage != nil,
            "QM_E2E_PREVIOUS and _PREVIOUS_IMAGE name no older version"))
    struct UpgradeTests {
        private let cluster: Cluster
        private let regions: [String]
        private let nodes: [String]
        private static let name = "e2e-upgrade"
        private static let store = "e2e-store"

        init() throws {
            cluster = try Cluster.installed.get()
            (regions, nodes) = try cluster.poolRegions()
        }

        private var environment: String {
            """
            ---
            apiVersion: quartermaster.dev/v1alpha1
            kind: AppEnvironment
            metadata: {name: \(Self.name)}
            spec:
              tier: staging
              components:
                - name: web
                  image: \(Cluster.backupImage)
                  replicas: 2
                  command: [bash, -c, \(Workload.quoted(Workload.serveHTTP(8080)))]
                  ports: [{name: http, port: 8080}]
                  securityContext: {runAsUser: 65532}
              network: {ingress: Allow}

            """
        }

        /// - Parameter images: where this version's pods find what they run; an older one had other names.
        private func policy(schedule: String, images: String = "") -> String {
            """
            ---
            apiVersion: quartermaster.dev/v1alpha1
            kind: BackupPolicy
            metadata: {name: nightly, namespace: \(Self.name)}
            spec:
              schedule: "\(schedule)"
              sources: [{name: objects, manifests: {}}]
              destinations:
                - name: store
                  credentialsSecretRef: {name: restic}
                  restic: {repository: "rest:http://store.\(Self.store).svc:8080/upgrade"}
              retention: {last: 3}
              network: {egressPorts: [8080]}
            \(images)

            """
        }

        /// A pod outside that asks the Service of `web` several times a second.
        private func knock() throws {
            let address = try cluster.value("service", "web", Self.name, ".spec.clusterIP")
            try cluster.apply(
                Workload.namespace("e2e-client")
                    + Workload.pod(
                        "client", "e2e-client", labels: "{app: client}",
                        """
                        while :; do
                            timeout 2 bash -c '</dev/tcp/\(address)/8080' 2>/dev/null && echo answered || echo failed
                            sleep 0.2
                        done
                        """))
            try cluster.eventually("the client is answered", knocks) { $0.contains("answered") }
        }

        private func knocks() throws -> String { try cluster.kubectl("logs", "-n", "e2e-client", "client") }

        /// What is missing of what nodes had; a newer version may add labels of its own.
        private func lost(of marks: [String]) throws -> [String] {
            try zip(marks, cluster.marks(of: nodes)).flatMap { old, new in
                old.split(whereSeparator: { "{},".contains($0) }).map(String.init).filter { !new.contains($0) }
            }
        }

        @Test("What an older version made goes on under this one: pods answer, nodes keep their marks, backups run")
        func upgrade() throws {
            defer {
                for (kind, place) in [
                    ("bpol/nightly", Self.name), ("rwp/\(Self.name)", "workers"), ("appenv/\(Self.name)", ""),
                ] {
                    _ = try? cluster.kubectl("delete", kind, "-n", place, "--ignore-not-found", "--timeout=120s")
                }
                try? cluster.install()
                try? cluster.remove(namespaces: Self.name, Self.store, "e2e-client")
            }
            // The older one as it was: nothing of this version is left but what CRDs there are.
            try cluster.kubectl("delete", "namespace", "quartermaster-system", "--timeout=120s")
            try cluster.install(
                URL(filePath: #require(Cluster.previous)), image: #require(Cluster.previousImage))
            let before = try cluster.marks(of: nodes)
            try cluster.apply(
                Workload.namespace(Self.store)
                    + Workload.deployment(
                        "store", Self.store, port: 8080,
                        "mkdir -p /tmp/store; exec rclone serve restic --addr :8080 /tmp/store")
                    + environment + Workload.pool(Self.name, regions: regions))
            try cluster.ready("appenv", Self.name)
            try cluster.ready("rwp", Self.name, "workers")
            try cluster.kubectl(
                "create", "secret", "generic", "restic", "-n", Self.name, "--from-literal=RESTIC_PASSWORD=of-restic")
            try cluster.apply(policy(schedule: "0 3 1 1 *"))
            try cluster.eventually("the older one has made its CronJobs", within: 60) {
                try cluster.kubectl("get", "cronjobs", "-n", Self.name, "-o", "name")
            } is: {
                !$0.isEmpty
            }
            let marked = try cluster.marks(of: nodes)
            try knock()

            try cluster.install()
            try cluster.apply(
                policy(
                    schedule: "* * * * *", images: "  podTemplate: {images: {backup: \"\(Cluster.backupImage)\"}}"))
            try cluster.eventually("this version looks after all", within: 120) {
                try ["appenv", "rwp"].map {
                    try cluster.condition("Ready", $0, Self.name, $0 == "rwp" ? "workers" : nil)
                }.joined(separator: "\n")
            } is: {
                !$0.contains("SchemaMismatch") && $0.split(separator: "\n").allSatisfy { $0.hasPrefix("True ") }
            }
            #expect(try lost(of: marked) == [])
            try cluster.eventually("a backup has run", within: 300) {
                try cluster.condition("BackupSucceeded", "bpol", "nightly", Self.name)
            } is: {
                $0.hasPrefix("True ")
            }
            let answers = try knocks().split(separator: "\n").drop { $0 == "failed" }
            let failures = answers.count { $0 == "failed" }
            // Pods that were replaced are still asked for as long as a node has not heard of it: their own stop is not ours.
            #expect(failures < 10, "of \(answers.count)")
            try cluster.expectNothingRefused()

            try cluster.kubectl("delete", "rwp", "-n", "workers", Self.name, "--timeout=120s")
            #expect(try cluster.marks(of: nodes) == before)
        }
    }
}
