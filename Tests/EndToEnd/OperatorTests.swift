import Foundation
import Testing

extension EndToEnd {
    @Suite("The operator on real nodes")
    struct OperatorTests {
        private let cluster: Cluster
        private static let namespace = "quartermaster-system"

        init() throws { cluster = try Cluster.installed.get() }

        private func leader() throws -> String {
            try cluster.value("lease", "quartermaster-leader", Self.namespace, ".spec.holderIdentity")
        }

        /// Makes something new, and sees that somebody looks after it.
        private func expectWork(_ name: String) throws {
            defer { _ = try? cluster.kubectl("delete", "appenv", name, "--timeout=120s") }
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
                      command: [bash, -c, \(Workload.quoted(Workload.serveHTTP(8080)))]
                      ports: [{name: http, port: 8080}]
                """)
            try cluster.ready("appenv", name)
        }

        @Test("When the leader is gone the other one goes on")
        func failover() throws {
            let first = try leader()
            let pods = try cluster.pods(Self.namespace, "app.kubernetes.io/component=operator")
            let pod = try #require(pods.first { first.hasPrefix($0) }, "\(first) is none of \(pods)")
            try cluster.kubectl("delete", "pod", "-n", Self.namespace, pod, "--grace-period=0", "--force")
            try cluster.eventually("another one leads", within: 60, leader) { !$0.isEmpty && $0 != first }
            try expectWork("e2e-failover")
            try cluster.expectNothingRefused()
        }

        @Test(
            "A restart of the API server costs no replica its readiness for long, and none its life",
            .enabled(if: Cluster.restartServer != nil, "QM_E2E_RESTART_API is not set"))
        func serverRestart() throws {
            func restarts() throws -> String {
                try cluster.kubectl(
                    "get", "pods", "-n", Self.namespace, "-o",
                    "jsonpath={.items[*].status.containerStatuses[*].restartCount}")
            }
            let before = try restarts()
            try Cluster.hook(#require(Cluster.restartServer))
            try cluster.eventually("both replicas are ready", within: 60) {
                try cluster.value("deployment", "quartermaster", Self.namespace, ".status.readyReplicas")
            } is: {
                $0 == "2"
            }
            try expectWork("e2e-restart")
            #expect(try restarts() == before)
        }
    }
}
