import EmbeddedAPIServer
import Glibc
import Support
import Synchronization
import Testing

@testable import KubeAPI

/// kubectl as a process of its own, which is what people will use.
@Suite("kubectl", .enabled(if: access(Kubectl.path, X_OK) == 0, "kubectl is not installed"))
struct KubectlTests {
    private static let deployment = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, labels: {app: web}}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers: [{name: c, image: "nginx:1", ports: [{containerPort: 80}]}]

        """

    private static let crd = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: widgets.example.com}
        spec:
          group: example.com
          scope: Namespaced
          names: {plural: widgets, singular: widget, kind: Widget, shortNames: [wd]}
          versions:
          - name: v1
            served: true
            storage: true
            subresources: {scale: {specReplicasPath: .spec.size, statusReplicasPath: .status.size}}
            additionalPrinterColumns: [{name: Size, type: integer, jsonPath: .spec.size}]
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec: {type: object, properties: {size: {type: integer, description: how big it is}}}
                  status: {type: object, properties: {size: {type: integer}}}

        """

    @Test("apply, diff, get, scale, label and describe a Deployment")
    func deployment() async throws {
        try await Kubectl.run { kubectl in
            let file = try kubectl.file(Self.deployment)
            #expect(try await kubectl("apply", "-f", file) == "deployment.apps/web created\n")
            #expect(try await kubectl("apply", "-f", file) == "deployment.apps/web unchanged\n")
            let newer = try kubectl.file(Self.deployment.replacing("nginx:1", with: "nginx:2"))
            let diff = try await kubectl("diff", "-f", newer, exitCode: 1)
            #expect(diff.contains("-      - image: nginx:1\n+      - image: nginx:2\n"))
            #expect(try await kubectl("apply", "-f", newer) == "deployment.apps/web configured\n")
            #expect(try await kubectl("scale", "deployment/web", "--replicas=5") == "deployment.apps/web scaled\n")
            #expect(try await kubectl("label", "deployment/web", "tier=front") == "deployment.apps/web labeled\n")
            let row = try await kubectl("get", "deployments", "--no-headers", "-l", "tier=front")
            #expect(row.hasPrefix("web   0/5"))
            let description = try await kubectl("describe", "deployment/web")
            let words = description.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(words.contains("Replicas: 5 desired"))
            #expect(words.contains("Image: nginx:2"))
        }
    }

    @Test("apply --server-side names the manager that a field belongs to")
    func serverSideApply() async throws {
        try await Kubectl.run { kubectl in
            let file = try kubectl.file(Self.deployment)
            let first = try await kubectl("apply", "--server-side", "-f", file)
            #expect(first == "deployment.apps/web serverside-applied\n")
            _ = try await kubectl("scale", "deployment/web", "--replicas=5")
            let conflict = try await kubectl("apply", "--server-side", "-f", file, exitCode: 1)
            #expect(
                conflict.contains("Apply failed with 1 conflict: conflict with \"kubectl\" with subresource \"scale\""))
            let forced = try await kubectl("apply", "--server-side", "--force-conflicts", "-f", file)
            #expect(forced == "deployment.apps/web serverside-applied\n")
        }
    }

    @Test("wait for a CRD, explain its kind, get its columns, scale it from the size that it has, delete it")
    func customResource() async throws {
        try await Kubectl.run { kubectl in
            _ = try await kubectl("apply", "-f", try kubectl.file(Self.crd))
            let waited = try await kubectl("wait", "--for=condition=Established", "crd/widgets.example.com")
            #expect(waited == "customresourcedefinition.apiextensions.k8s.io/widgets.example.com condition met\n")
            let explained = try await kubectl("explain", "widget.spec.size")
            #expect(explained.contains("how big it is"))
            let widget = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {size: 3}\n"
            _ = try await kubectl("apply", "-f", try kubectl.file(widget))
            let table = try await kubectl("get", "wd")
            #expect(table == "NAME   SIZE\nw      3\n")
            #expect(
                try await kubectl("scale", "wd/w", "--current-replicas=3", "--replicas=5")
                    == "widget.example.com/w scaled\n")
            let stale = try await kubectl("scale", "wd/w", "--current-replicas=3", "--replicas=7", exitCode: 1)
            #expect(stale.contains("Expected replicas to be 3, was 5"))
            #expect(try await kubectl("get", "wd", "--no-headers") == "w     5\n")
            let resources = try await kubectl("api-resources", "--api-group=example.com", "--no-headers")
            #expect(
                resources.split(separator: " ").map(String.init).prefix(4) == [
                    "widgets", "wd", "example.com/v1", "true",
                ])
            _ = try await kubectl("delete", "crd", "widgets.example.com")
            #expect(try await kubectl("get", "crd").isEmpty)
        }
    }

    @Test("taint, drain and uncordon a node")
    func drain() async throws {
        try await Kubectl.run { kubectl in
            let objects = """
                apiVersion: v1
                kind: Node
                metadata: {name: node-1}
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: p}
                spec: {nodeName: node-1, containers: [{name: c, image: i}]}

                """
            _ = try await kubectl("apply", "-f", try kubectl.file(objects))
            #expect(try await kubectl("taint", "node", "node-1", "a=b:NoSchedule") == "node/node-1 tainted\n")
            let drained = try await kubectl("drain", "node-1", "--force", "--grace-period=0")
            #expect(drained.contains("evicting pod default/p") && drained.hasSuffix("node/node-1 drained\n"))
            #expect(try await kubectl("uncordon", "node-1") == "node/node-1 uncordoned\n")
            let taints = try await kubectl("get", "node", "node-1", "-o", "jsonpath={.spec.taints}")
            #expect(taints == "[{\"effect\":\"NoSchedule\",\"key\":\"a\",\"value\":\"b\"}]")
        }
    }

    @Test("create what kubectl sends in protobuf form, and ask for rights")
    func protobuf() async throws {
        try await Kubectl.run { kubectl in
            #expect(try await kubectl("create", "namespace", "team") == "namespace/team created\n")
            let made = try await kubectl("create", "configmap", "cm", "-n", "team", "--from-literal=a=b")
            #expect(made == "configmap/cm created\n")
            #expect(try await kubectl("get", "configmap", "cm", "-n", "team", "-o", "jsonpath={.data.a}") == "b")
            #expect(try await kubectl("auth", "can-i", "list", "pods") == "yes\n")
            #expect(try await kubectl("create", "token", "default", "-n", "team").split(separator: ".").count == 3)
        }
    }
}

/// Runs kubectl against a server of its own.
struct Kubectl {
    static let path = "/usr/bin/kubectl"

    private let directory: String
    private let files = Counter()

    static func run(_ body: (Kubectl) async throws -> Void) async throws {
        try await ServerFixture.run { api in
            var template = Array("/tmp/quartermaster-kubectl-XXXXXX".utf8CString)
            let directory = try #require(mkdtemp(&template).map { String(cString: $0) })
            let kubectl = Kubectl(directory: directory)
            try kubectl.write(try api.server.kubeconfig(), to: "\(directory)/kubeconfig")
            try await body(kubectl)
            _ = try await ChildProcess(
                path: "/bin/rm", arguments: ["-r", directory], environment: [:], deadline: .seconds(30)
            )
            .run()
        }
    }

    /// What kubectl prints, errors included.
    func callAsFunction(_ arguments: String..., exitCode: Int32 = 0) async throws -> String {
        let environment = ["KUBECONFIG": "\(directory)/kubeconfig", "HOME": directory, "PATH": "/usr/bin:/bin"]
        let result = try await ChildProcess(
            path: Self.path, arguments: arguments, environment: environment, deadline: .seconds(120)
        ).run()
        // kubectl warns of its own age, which says nothing about the server.
        let messages = String(decoding: result.messages, as: UTF8.self)
        #expect(result.exitCode == exitCode, "kubectl \(arguments.joined(separator: " ")): \(messages)")
        return String(decoding: result.output, as: UTF8.self) + (result.exitCode == 0 ? "" : messages)
    }

    /// A file with a manifest.
    func file(_ content: String) throws -> String {
        let path = "\(directory)/\(files.next()).yaml"
        try write(content, to: path)
        return path
    }

    private func write(_ content: String, to path: String) throws {
        let file = try #require(fopen(path, "w"))
        fputs(content, file)
        fclose(file)
    }

    private final class Counter: Sendable {
        private let value = Mutex(0)

        func next() -> Int {
            value.withLock { value in
                value += 1
                return value
            }
        }
    }
}
