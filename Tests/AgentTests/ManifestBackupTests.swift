import EmbeddedAPIServer
import Foundation
import KubeAPI
import Testing

@Suite("Backups of manifests by the agent")
struct ManifestBackupTests {
    private static let reader = UserInfo(name: "reader", groups: [])

    /// A server with a kind of somebody else's, whose objects have a field that sorts before `apiVersion`.
    private func server(_ sandbox: Sandbox) async throws -> (EmbeddedAPIServer, KubeClient) {
        let server = try EmbeddedAPIServer(
            options: EmbeddedAPIServerOptions(authorization: .rbac, runsControllers: false))
        try server.start()
        try sandbox.write(server.kubeconfig(), to: "admin")
        try sandbox.write(
            server.kubeconfig(token: server.token(for: Self.reader), userName: Self.reader.name), to: "reader")
        var options = ClientOptions()
        options.qps = 0
        let client = try KubeClient(configuration: server.clientConfiguration(), options: options)
        try await apply(
            client,
            """
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop}
            ---
            apiVersion: v1
            kind: Namespace
            metadata: {name: empty}
            ---
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: widgets.example.com}
            spec:
              group: example.com
              scope: Namespaced
              names: {plural: widgets, singular: widget, kind: Widget, shortNames: [wd]}
              versions:
              - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
            ---
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: queues.external.metrics.k8s.io, annotations: {api-approved.kubernetes.io: unapproved}}
            spec:
              group: external.metrics.k8s.io
              scope: Namespaced
              names: {plural: queues, singular: queue, kind: Queue}
              versions:
              - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
            """)
        return (server, client)
    }

    private func apply(_ client: KubeClient, _ text: String) async throws {
        for document in try YAML.parse(text) {
            let object = try DynamicObject(document)
            client.invalidateDiscovery()
            let type = try #require(try await client.resourceType(apiVersion: object.apiVersion, kind: object.kind))
            _ = try await client.create(object, as: type)
        }
    }

    private func export(_ sandbox: Sandbox, as user: String = "admin", _ more: [String: String] = [:]) throws -> Report
    {
        try sandbox.run(
            "source-manifests",
            ["KUBECONFIG": sandbox.path(user), "QM_INCLUDE_KINDS": "", "QM_EXCLUDE_KINDS": ""].merging(more) { $1 })
    }

    private func objects(_ sandbox: Sandbox, _ file: String) throws -> [JSONValue] {
        let text = try String(contentsOfFile: sandbox.path("staging/artifact/\(file)"), encoding: .utf8)
        let list = try YAML.parseDocument(Array(text.utf8))
        #expect(list["kind"]?.string == "List")
        return list["items"]?.array ?? []
    }

    @Test("Every kind has a file, but for what others make again, for Secrets, and for what is not there")
    func files() async throws {
        let sandbox = try Sandbox()
        let (server, client) = try await server(sandbox)
        try await apply(
            client,
            """
            {apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: shop}, data: {a: "1"}}
            ---
            {apiVersion: v1, kind: ConfigMap, metadata: {name: kube-root-ca.crt, namespace: shop}, data: {a: "1"}}
            ---
            {apiVersion: v1, kind: Secret, metadata: {name: login, namespace: shop}, stringData: {a: manifest-secret-771}}
            ---
            {apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {name: lead, namespace: shop}, spec: {holderIdentity: a}}
            ---
            {alpha: first, apiVersion: example.com/v1, kind: Widget, metadata: {name: one, namespace: shop}, spec: {size: 3}}
            ---
            {apiVersion: external.metrics.k8s.io/v1, kind: Queue, metadata: {name: one, namespace: shop}}
            """)
        let report = try export(sandbox)
        #expect(report.result == "Succeeded", "\(report.all)")
        #expect(sandbox.files(in: "staging/artifact") == ["SHA256SUMS", "configmaps.yaml", "widgets.example.com.yaml"])
        let settings = try objects(sandbox, "configmaps.yaml")
        #expect(settings.compactMap { $0[path: ["metadata", "name"]]?.string } == ["settings"])
        for field in ["uid", "resourceVersion", "creationTimestamp", "managedFields"] {
            #expect(settings[0][path: ["metadata", field]] == nil, "\(field)")
        }
        // By the first line of an item nobody could tell that there is one.
        let widgets = try objects(sandbox, "widgets.example.com.yaml")
        #expect(widgets.map { $0["alpha"]?.string } == ["first"])

        let secrets = try export(sandbox, ["QM_INCLUDE_SECRETS": "true", "QM_EXCLUDE_KINDS": "widgets.example.com"])
        #expect(secrets.result == "Succeeded" && !secrets.all.contains("manifest-secret-771"), "\(secrets.all)")
        #expect(sandbox.files(in: "staging/artifact") == ["SHA256SUMS", "configmaps.yaml", "secrets.yaml"])
        let named = try export(sandbox, ["QM_INCLUDE_KINDS": "wd\nconfigmaps"])
        #expect(named.result == "Succeeded", "\(named.all)")
        #expect(sandbox.files(in: "staging/artifact") == ["SHA256SUMS", "configmaps.yaml", "widgets.example.com.yaml"])
        let unknown = try export(sandbox, ["QM_INCLUDE_KINDS": "configmaps\ngadgets.example.com"])
        #expect(
            unknown.result == "Failed" && unknown.message.contains("no kinds gadgets.example.com"), "\(unknown.all)")
        let nothing = try export(sandbox, ["QM_NAMESPACES": "shop\nempty"])
        #expect(nothing.result == "Failed" && nothing.message.contains("empty holds nothing to save"), "\(nothing.all)")
        await server.stop()
    }

    @Test("What may not be read is named at once, whatever namespace it is in, and nothing is left")
    func forbidden() async throws {
        let sandbox = try Sandbox()
        let (server, client) = try await server(sandbox)
        try await apply(
            client,
            """
            {apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: shop}, data: {a: "1"}}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            metadata: {name: reader}
            rules:
            - {apiGroups: ["*"], resources: [configmaps, services], verbs: [list]}
            - {nonResourceURLs: ["*"], verbs: [get]}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRoleBinding
            metadata: {name: reader}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}
            subjects: [{kind: User, apiGroup: rbac.authorization.k8s.io, name: reader}]
            """)
        let kinds = [
            "QM_INCLUDE_KINDS": "configmaps\nservices\ndeployments.apps\nwidgets.example.com",
            "QM_NAMESPACES": "shop\nempty",
        ]
        let report = try export(sandbox, as: "reader", kinds)
        #expect(report.result == "Failed" && sandbox.files(in: "staging/artifact").isEmpty, "\(report.all)")
        for kind in ["deployments.apps in shop", "widgets.example.com in shop", "deployments.apps in empty"] {
            #expect(report.message.contains("\(kind): Forbidden"), "\(report.all)")
        }
        let allowed = try export(sandbox, as: "reader", ["QM_INCLUDE_KINDS": "configmaps\nservices"])
        #expect(allowed.result == "Succeeded", "\(allowed.all)")
        await server.stop()
    }

    @Test("All pages of a kind are exported, also where one of them fails at first")
    func pages() async throws {
        let sandbox = try Sandbox()
        let (server, client) = try await server(sandbox)
        let type = try #require(try await client.resourceType(apiVersion: "v1", kind: "ConfigMap"))
        for number in 0..<1203 {
            let fields: JSONObject = [
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": ["name": .string("c-\(number)"), "namespace": "shop"],
            ]
            _ = try await client.create(DynamicObject(fields), as: type)
        }
        server.faults.inject(FaultRule(.cut(afterBytes: 200), verb: "list", resource: "configmaps", count: 1))
        let report = try export(sandbox, ["QM_INCLUDE_KINDS": "configmaps"])
        #expect(report.result == "Succeeded", "\(report.all)")
        #expect(try objects(sandbox, "configmaps.yaml").count == 1203)
        await server.stop()
    }

    @Test("No owner of another cluster is left at an object; what its controller makes again is left out, data is not")
    func owners() async throws {
        let sandbox = try Sandbox()
        let (server, client) = try await server(sandbox)
        try await apply(
            client,
            """
            apiVersion: batch/v1
            kind: CronJob
            metadata: {name: nightly, namespace: shop}
            spec:
              schedule: "0 0 * * *"
              jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}}}
            """)
        let cronJobs = try #require(try await client.resourceType(apiVersion: "batch/v1", kind: "CronJob"))
        let uid = try await client.get(cronJobs, ObjectKey(namespace: "shop", name: "nightly")).uid
        func owned(_ head: String, by owner: String) -> String {
            "{\(head), metadata: {name: NAME, namespace: shop, ownerReferences: "
                + "[{apiVersion: batch/v1, kind: CronJob, name: nightly, uid: \(owner), controller: true}]}"
        }
        let job = "spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}}}"
        let gone = "00000000-0000-4000-8000-000000000000"
        let manifests = [
            owned("apiVersion: batch/v1, kind: Job", by: uid).replacing("NAME", with: "remade") + ", \(job)",
            owned("apiVersion: batch/v1, kind: Job", by: gone).replacing("NAME", with: "orphan") + ", \(job)",
            owned("apiVersion: v1, kind: Secret", by: uid).replacing("NAME", with: "generated")
                + ", stringData: {a: b}}",
        ]
        try await apply(client, manifests.joined(separator: "\n---\n"))
        let report = try export(sandbox, ["QM_INCLUDE_SECRETS": "true"])
        #expect(report.result == "Succeeded", "\(report.all)")
        #expect(
            sandbox.files(in: "staging/artifact") == [
                "SHA256SUMS", "cronjobs.batch.yaml", "jobs.batch.yaml", "secrets.yaml",
            ])
        let kept = try objects(sandbox, "jobs.batch.yaml") + objects(sandbox, "secrets.yaml")
        #expect(kept.compactMap { $0[path: ["metadata", "name"]]?.string } == ["orphan", "generated"])
        #expect(kept.allSatisfy { $0[path: ["metadata", "ownerReferences"]] == nil })
        await server.stop()

        // As in a restore: with its owners the objects would be collected by the other cluster within seconds.
        let other = try EmbeddedAPIServer()
        try other.start()
        try sandbox.write(other.kubeconfig(), to: "other")
        let environment = ["KUBECONFIG": sandbox.path("other"), "HOME": sandbox.path("tmp")]
        try Sandbox.tool("kubectl", ["create", "namespace", "shop"], environment: environment)
        for file in ["secrets", "cronjobs.batch", "jobs.batch"] {
            try Sandbox.tool(
                "kubectl",
                ["apply", "--validate=false", "-n", "shop", "-f", sandbox.path("staging/artifact/\(file).yaml")],
                environment: environment)
        }
        // The collector has been there when what has a stranger's owner is gone.
        try await apply(
            try KubeClient(configuration: other.clientConfiguration()),
            manifests[2].replacing("name: generated", with: "name: stranger").replacing(uid, with: gone))
        func secrets() throws -> String {
            try Sandbox.tool("kubectl", ["get", "secrets,jobs", "-n", "shop", "-o", "name"], environment: environment)
        }
        try eventually("the collector has been there") { try !secrets().contains("secret/stranger") }
        #expect(try secrets().split(separator: "\n").sorted() == ["job.batch/orphan", "secret/generated"])
        await other.stop()
    }

    @Test("A signal ends an export that waits for the server at once, with a report")
    func stopped() async throws {
        let sandbox = try Sandbox()
        let (server, _) = try await server(sandbox)
        let rule = server.faults.inject(FaultRule(.hang, verb: "list", resource: "configmaps"))
        let running = try sandbox.start("source-manifests", ["KUBECONFIG": sandbox.path("admin")])
        try eventually("the server is asked") { server.faults.hits(rule) > 0 }
        running.terminate()
        let report = try sandbox.report(of: running, within: 5)
        #expect(report.status == 1 && report.string("reason") == "Stopped", "\(report.all)")
        #expect(sandbox.files(in: "staging/artifact").isEmpty)
        await server.stop()
    }
}
