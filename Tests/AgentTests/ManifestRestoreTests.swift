import EmbeddedAPIServer
import Foundation
import Reconcilers
import Testing

@Suite("Manifests, from one API server to an empty one")
struct ManifestRestoreTests {
    private static let objects = """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings, namespace: NS, labels: {app: web}}
        data: {"color": "blue", "note": "it's: #1\\n"}
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: login, namespace: NS}
        stringData: {password: manifest-secret-771}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, namespace: NS}
        spec:
          replicas: 3
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: web, image: "registry.example.com/web:1", env: [{name: A, value: "1"}]}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: NS}
        spec: {selector: {app: web}, ports: [{port: 80}], clusterIP: None}

        """

    /// kubectl as it is on this machine, with a kubeconfig of a server.
    private func kubectl(_ sandbox: Sandbox, _ server: EmbeddedAPIServer, _ arguments: [String]) throws -> String {
        let name = "kubeconfig-\(ObjectIdentifier(server).hashValue)"
        try sandbox.write(server.kubeconfig(), to: name)
        return try Sandbox.tool(
            "kubectl", arguments,
            environment: ["KUBECONFIG": sandbox.path(name), "HOME": sandbox.path("tmp")])
    }

    /// What is the same on two servers: without what each gives by itself.
    private func content(_ sandbox: Sandbox, _ server: EmbeddedAPIServer, _ namespace: String) throws -> [String:
        String]
    {
        var all: [String: String] = [:]
        for kind in ["configmap/settings", "secret/login", "deployment/web", "service/web"] {
            let text = try kubectl(sandbox, server, ["get", kind, "-n", namespace, "-o", "json"])
            var object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
            let metadata = object["metadata"] as? [String: Any] ?? [:]
            object["metadata"] = ["name": metadata["name"], "labels": metadata["labels"]]
            object["status"] = nil
            all[kind] = String(
                decoding: try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys]), as: UTF8.self)
        }
        return all
    }

    @Test(
        "Two namespaces are exported, stored, and restored as it is printed: every object is there again as it was",
        .timeLimit(.minutes(4)), arguments: Place.allCases)
    func roundTrip(place: Place) async throws {
        let sandbox = try Sandbox()
        let old = try EmbeddedAPIServer()
        try old.start()
        let new = try EmbeddedAPIServer()
        try new.start()
        try sandbox.write(old.kubeconfig(), to: "old")
        for namespace in ["shop", "web"] {
            _ = try kubectl(sandbox, old, ["create", "namespace", namespace])
            try sandbox.write(Self.objects.replacing("NS", with: namespace), to: "objects.yaml")
            _ = try kubectl(sandbox, old, ["apply", "-f", sandbox.path("objects.yaml")])
        }
        let source = try sandbox.run(
            "source-manifests",
            [
                "QM_NAMESPACES": "shop\nweb", "QM_INCLUDE_SECRETS": "true",
                "KUBECONFIG": sandbox.path("old"), "HOME": sandbox.path("tmp"),
            ])
        try #require(source.result == "Succeeded", "\(source.all)")
        #expect(sandbox.files(in: "staging/artifact") == ["SHA256SUMS", "shop", "web"])
        try place.with(sandbox) { destination in
            let stored = try sandbox.deliver(destination)
            try #require(stored.result == "Succeeded", "\(stored.all)")
            #expect(!source.all.contains("manifest-secret-771") && !stored.all.contains("manifest-secret-771"))
            try sandbox.write(new.kubeconfig(), to: "new")
            // kubectl validates a List by the protobuf form of the OpenAPI document, which the embedded server does not have.
            try sandbox.shim(
                "kubectl",
                """
                verb=$1
                [ "$verb" != apply ] || set -- "$@" --validate=false
                exec /usr/bin/env PATH=/usr/local/bin:/usr/bin:/bin kubectl "$@"

                """)
            try sandbox.restore(
                destination.policy(at: place, source: "manifests: {namespaces: [shop, web], includeSecrets: true}"),
                at: #require(stored.string("artifact")), from: destination, steps: { Array($0.steps.dropFirst()) },
                environment: ["KUBECONFIG": sandbox.path("new"), "HOME": sandbox.path("tmp")])
        }
        for namespace in ["shop", "web"] {
            #expect(try content(sandbox, new, namespace) == content(sandbox, old, namespace))
        }
        await old.stop()
        await new.stop()
    }
}
