import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    /// An environment beside Ingresses that no environment has made.
    @Suite("Hosts that others serve")
    struct HostClaimsIntegrationTests {
        private func spec(_ host: String, _ annotations: String = "{}") -> String {
            """
            tier: preview
            components: [{name: web, image: 'registry.example.com/web:1', ports: [{name: http, port: 80}]}]
            ingress: [{host: '\(host)', annotations: \(annotations), paths: [{component: web, port: http}]}]
            """
        }

        @Test(
            "A host that an Ingress serves is not taken over, as a name, a wildcard or an alias; it is had once that lets go",
            arguments: ClusterKind.available)
        func notTakenOver(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                let domain = "\(cluster.namespace).example.com"
                try await TestOperator.runEnvironments(on: cluster) { process in
                    for (index, (theirs, aliases, ours, annotations)) in [
                        ("a.\(domain)", "", "a.\(domain)", "{}"),
                        ("*.\(domain)", "", "b.\(domain)", "{}"),
                        ("c.\(domain)", "", "*.\(domain)", "{}"),
                        ("x.other.\(domain)", "D.\(domain)", "d.\(domain)", "{}"),
                        (
                            "e.\(domain)", "", "y.other.\(domain)",
                            "{nginx.ingress.kubernetes.io/server-alias: 'e.\(domain)'}"
                        ),
                    ].enumerated() {
                        let name = "shop\(index)"
                        try await cluster.makeIngress(
                            "theirs", theirs, ["nginx.ingress.kubernetes.io/server-alias": aliases])
                        try await cluster.makeEnvironment(name, spec(ours, annotations))
                        let lost = try await cluster.waitForEnvironment(name, .ingressReady, .hostConflict)
                        #expect(lost.message.contains("Ingress \(cluster.namespace)/theirs"), "\(lost.message)")
                        try await cluster.quiet(process)
                        #expect(try await cluster.ingressHosts(of: name) == [])
                        try await cluster.client.delete(.ingress, cluster.key("theirs"))
                        try await cluster.waitForEnvironment(name, .ingressReady, .applied)
                        try await cluster.waitForIngressHosts(of: name, [ours])
                        try await cluster.deleteEnvironment(name)
                        try await cluster.waitUntilEnvironmentIsGone(name)
                    }
                }
            }
        }

        @Test(
            "An environment that serves a host keeps it, however old the Ingress is that names it later, and says so",
            arguments: ClusterKind.available)
        func keepsIt(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                let host = "\(cluster.namespace).example.com"
                // An Ingress that is older than the environment, and gets the host afterwards.
                try await cluster.makeIngress("theirs", "other.\(host)")
                try await TestOperator.runEnvironments(on: cluster) { process in
                    try await cluster.makeEnvironment("shop", spec(host))
                    try await cluster.waitForEnvironment("shop", .ingressReady, .applied)
                    try await cluster.waitForIngressHosts(of: "shop", [host])
                    try await cluster.change(
                        .ingress, cluster.key("theirs"), ["spec": .object(cluster.ingressSpec(host))])
                    try await eventually("it says so", within: .seconds(30)) {
                        try await cluster.environmentCondition(.ingressReady, of: "shop")?.message.contains(
                            "Ingress \(cluster.namespace)/theirs came later and serves \(host) too") == true
                    }
                    try await cluster.quiet(process)
                    process.requests.forgetWrites()
                    for _ in 0..<20 {
                        _ = try await process.reconciler.reconcile(ObjectKey(name: cluster.environmentName("shop")))
                    }
                    #expect(process.requests.writes == [])
                    #expect(try await cluster.ingressHosts(of: "shop") == [host])
                }
                // Another process knows it too: what it goes by stands in the cluster.
                try await TestOperator.runEnvironments(on: cluster) { process in
                    try await cluster.quiet(process)
                    #expect(process.requests.writes == [])
                    #expect(try await cluster.ingressHosts(of: "shop") == [host])
                }
            }
        }

        @Test(
            "Labels of ours on somebody else's Ingress hide nothing; its owner's word that both serve it counts",
            arguments: ClusterKind.available)
        func labels(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                let host = "\(cluster.namespace).example.com"
                try await cluster.makeIngress(
                    "theirs", host,
                    labels: [LabelKey.managedBy: LabelKey.manager, LabelKey.appEnvironment: "ghost"])
                try await cluster.makeIngress("solver", host, labels: [LabelKey.challengeSolver: "true"])
                try await TestOperator.runEnvironments(on: cluster) { process in
                    try await cluster.makeEnvironment("shop", spec(host))
                    let lost = try await cluster.waitForEnvironment("shop", .ingressReady, .hostConflict)
                    #expect(lost.message.contains("/theirs"), "\(lost.message)")
                    #expect(lost.message.contains("label it quartermaster.dev/share=true"))
                    try await cluster.change(
                        .ingress, cluster.key("theirs"), ["metadata": ["labels": [LabelKey.share: "true"]]])
                    try await cluster.waitForEnvironment("shop", .ingressReady, .applied)
                    try await cluster.waitForIngressHosts(of: "shop", [host])
                }
            }
        }

        @Test("Of two environments the older has what a wildcard and a name share", arguments: ClusterKind.available)
        func wildcards(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                let domain = "\(cluster.namespace).example.com"
                try await TestOperator.runEnvironments(on: cluster) { _ in
                    try await cluster.makeEnvironment("older", spec("*.\(domain)"))
                    try await cluster.waitForEnvironment("older", .ingressReady, .applied)
                    try await cluster.waitUntilOlder("older")
                    try await cluster.makeEnvironment("younger", spec("a.\(domain)"))
                    let lost = try await cluster.waitForEnvironment("younger", .ingressReady, .hostConflict)
                    #expect(lost.message.contains(cluster.environmentName("older")), "\(lost.message)")
                    try await cluster.changeEnvironment("older", ["spec": ["ingress": .null]])
                    try await cluster.waitForEnvironment("younger", .ingressReady, .applied)
                    try await cluster.waitForIngressHosts(of: "younger", ["a.\(domain)"])
                }
            }
        }
    }
}

extension TestCluster {
    func ingressSpec(_ host: String) -> JSONObject {
        [
            "rules": [
                [
                    "host": .string(host),
                    "http": [
                        "paths": [
                            [
                                "path": "/", "pathType": "Prefix",
                                "backend": ["service": ["name": "web", "port": ["number": 80]]],
                            ]
                        ]
                    ],
                ]
            ]
        ]
    }

    /// An Ingress in the test's namespace, as somebody makes it without an environment.
    func makeIngress(
        _ name: String, _ host: String, _ annotations: [String: String] = [:], labels: [String: String] = [:]
    ) async throws {
        var object = try DynamicObject.fixture("apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {}")
        object["metadata"] = [
            "name": .string(name), "namespace": .string(namespace), "labels": .strings(labels),
            "annotations": .strings(annotations),
        ]
        object["spec"] = .object(ingressSpec(host))
        _ = try await client.create(object, as: .ingress)
    }
}
