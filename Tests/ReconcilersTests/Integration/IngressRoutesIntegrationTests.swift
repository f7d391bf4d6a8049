import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("Ingresses of one host, and one Ingress of several hosts")
    struct IngressRoutesIntegrationTests {
        private func spec(_ ingress: String) -> String {
            """
            tier: preview
            components: [{name: web, image: 'registry.example.com/web:1', ports: [{name: http, port: 80}]}]
            ingress: [\(ingress)]
            """
        }

        private let paths = "paths: [{component: web, port: http}]"

        @Test("Of the hosts of one Ingress only that is left out which others have", arguments: ClusterKind.available)
        func oneOfSeveral(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                let host = "\(cluster.namespace).example.com"
                try await cluster.makeIngress("theirs", "www.\(host)")
                try await TestOperator.runEnvironments(on: cluster) { process in
                    try await cluster.makeEnvironment(
                        "shop", spec("{host: \(host), additionalHosts: [www.\(host), m.\(host)], \(paths)}"))
                    let lost = try await cluster.waitForEnvironment("shop", .ingressReady, .hostConflict)
                    #expect(lost.message.contains("host www.\(host) belongs to Ingress \(cluster.namespace)/theirs"))
                    try await cluster.waitForIngressHosts(of: "shop", ["m.\(host)", host].sorted())
                    let urls = try await cluster.environment("shop")[path: "status", "urls"]
                    #expect(urls == [.string("http://\(host)"), .string("http://m.\(host)")])
                    try await cluster.client.delete(.ingress, cluster.key("theirs"))
                    try await cluster.waitForEnvironment("shop", .ingressReady, .applied)
                    try await cluster.waitForIngressHosts(of: "shop", ["m.\(host)", "www.\(host)", host].sorted())
                    // A younger one does not get it, whichever of the fields names it.
                    try await cluster.waitUntilOlder("shop")
                    try await cluster.makeEnvironment("late", spec("{host: www.\(host), \(paths)}"))
                    let late = try await cluster.waitForEnvironment("late", .ingressReady, .hostConflict)
                    #expect(late.message.contains(cluster.environmentName("shop")), "\(late.message)")
                }
            }
        }

        @Test(
            "A host that goes from one entry to another stays the environment's, though somebody else serves it too by then",
            arguments: ClusterKind.available)
        func hostMoves(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                let host = "\(cluster.namespace).example.com"
                try await TestOperator.runEnvironments(on: cluster) { process in
                    try await cluster.makeEnvironment(
                        "shop", spec("{host: \(host), \(paths)}, {host: www.\(host), \(paths)}"))
                    try await cluster.waitForEnvironment("shop", .ingressReady, .applied)
                    try await cluster.makeIngress("theirs", "www.\(host)")
                    try await eventually("it says so", within: .seconds(30)) {
                        try await cluster.environmentCondition(.ingressReady, of: "shop")?.message
                            .contains("came later") == true
                    }
                    try await cluster.quiet(process)
                    process.requests.forgetWrites()
                    let merged: JSONValue = [
                        "host": .string(host), "additionalHosts": [.string("www.\(host)")],
                        "paths": [["component": "web", "port": "http"]],
                    ]
                    try await cluster.changeEnvironment("shop", ["spec": ["ingress": [merged]]])
                    try await eventually("one Ingress has both", within: .seconds(30)) {
                        let found = try await cluster.client.list(
                            .ingress, namespace: cluster.environmentName("shop")
                        ).items
                        return found.count == 1 && found[0][path: "spec", "rules"]?.elements.count == 2
                    }
                    #expect(ingressWrites(process, on: cluster) == ["PATCH \(host)", "DELETE www.\(host)"])
                    try await cluster.waitForEnvironment("shop", .ingressReady, .applied)
                }
            }
        }

        @Test(
            "A path that gets annotations, and loses them, is in one Ingress before it is out of the other",
            arguments: ClusterKind.available)
        func pathMoves(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                let host = "\(cluster.namespace).example.com"
                try await TestOperator.runEnvironments(on: cluster) { process in
                    func change(_ annotations: JSONValue?) async throws -> [String] {
                        try await cluster.quiet(process)
                        process.requests.forgetWrites()
                        let api: JSONValue = .compact([
                            "path": "/api", "component": "web", "port": "http", "annotations": annotations,
                        ])
                        let entry: JSONValue = [
                            "host": .string(host), "paths": [["component": "web", "port": "http"], api],
                        ]
                        try await cluster.changeEnvironment("shop", ["spec": ["ingress": [entry]]])
                        try await cluster.waitForEnvironment("shop", .ingressReady, .applied)
                        try await cluster.quiet(process)
                        return ingressWrites(process, on: cluster)
                    }
                    try await cluster.makeEnvironment(
                        "shop",
                        spec(
                            "{host: \(host), paths: [{component: web, port: http}, "
                                + "{path: /api, component: web, port: http}]}"))
                    try await cluster.waitForEnvironment("shop", .ingressReady, .applied)
                    let apart = try await change(["example.com/rewrite": "/"])
                    try #require(apart.count == 2)
                    #expect(apart[0].hasPrefix("PATCH \(host)-") && apart[1] == "PATCH \(host)")
                    // The second Ingress of the host is no rival of the first.
                    process.requests.forgetWrites()
                    for _ in 0..<5 {
                        _ = try await process.reconciler.reconcile(ObjectKey(name: cluster.environmentName("shop")))
                    }
                    #expect(process.requests.writes == [])
                    let back = try await change(nil)
                    #expect(back == ["PATCH \(host)", apart[0].replacing("PATCH", with: "DELETE")])
                    try await cluster.waitForIngressHosts(of: "shop", [host])
                }
            }
        }

        @Test(
            "An Ingress that an editor has labelled as the environment's gets it no host that others serve",
            arguments: ClusterKind.available)
        func forged(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                let host = "\(cluster.namespace).example.com"
                try await TestOperator.runEnvironments(on: cluster) { process in
                    try await cluster.makeEnvironment("shop", "tier: preview\ncomponents: []")
                    try await cluster.waitForEnvironment("shop", .namespaceReady, .created)
                    try await cluster.makeIngress("theirs", host)
                    var forged = try DynamicObject.fixture(
                        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {}")
                    forged["metadata"] = [
                        "name": .string(host), "namespace": .string(cluster.environmentName("shop")),
                        "labels": .strings(AppEnvironment.ownerLabels(of: cluster.environmentName("shop"))),
                    ]
                    forged["spec"] = .object(cluster.ingressSpec(host))
                    _ = try await cluster.client.create(forged, as: .ingress)
                    let web = "{component: web, port: http}"
                    let given = spec(
                        "{host: \(host), paths: [\(web), {path: /api, component: web, port: http, annotations: {a: b}}]}"
                    )
                    let parsed = try YAML.parseDocument(Array(given.utf8))
                    try await cluster.changeEnvironment("shop", ["spec": parsed])
                    try await cluster.waitForEnvironment("shop", .ingressReady, .hostConflict)
                    try await cluster.quiet(process)
                    #expect(ingressWrites(process, on: cluster) == [])
                }
            }
        }

        /// Without the namespace of the environment.
        private func ingressWrites(_ process: TestOperator, on cluster: TestCluster) -> [String] {
            process.requests.writes.filter { $0.contains(" ingresses ") }.map {
                $0.replacing(" ingresses \(cluster.environmentName("shop"))/", with: " ")
            }
        }
    }
}
