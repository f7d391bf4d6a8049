import EmbeddedAPIServer
import Foundation
import KubeAPI
import Reconcilers
import Support
import Testing

@testable import Operator

@Suite("quartermaster access", .timeLimit(.minutes(2)))
struct AccessCommandTests {
    private static func environment(_ spec: String = "") -> String {
        """
        apiVersion: quartermaster.dev/v1alpha1
        kind: AppEnvironment
        metadata: {name: shop}
        spec: {tier: staging, components: [{name: api, image: 'api:1'}]\(spec)}
        """
    }

    private func path() -> String { FileManager.default.temporaryDirectory.appending(path: "qm-\(UUID())").path }

    @Test("The kubeconfig is the deployer's and nobody else's, readable by its owner only, and no token is printed")
    func kubeconfig() async throws {
        try await CommandCluster.run(authorization: .rbac) { cluster in
            try await cluster.apply(Self.environment(), as: AppEnvironment.resourceType)
            try await cluster.makeAccount(ObjectKey(namespace: "shop", name: "deployer"))
            let file = path()
            defer { try? FileManager.default.removeItem(atPath: file) }
            let run = try cluster.quartermaster("access", "kubeconfig", "shop", "--to", file, "--duration", "1h")
            #expect(try await run.status() == 0, "\(run.errors)")
            #expect(run.output.hasPrefix("\(file): ServiceAccount shop/deployer at https://"), "\(run.output)")
            #expect(run.output.contains("--server URL"))
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            let text = try String(contentsOfFile: file, encoding: .utf8)
            let token = try #require(
                YAML.parseDocument(Array(text.utf8))["users"]?[0]?["user"]?["token"]?.string)
            #expect(!run.output.contains(token) && !run.errors.contains(token))

            let configuration = try ClientConfiguration.load(
                kubeconfig: file, context: nil, environment: [:], allowInsecure: false)
            #expect(configuration.namespace == "shop")
            let client = try KubeClient(configuration: configuration)
            let review = DynamicObject(
                [
                    "apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview", "spec": [:],
                ] as JSONObject)
            let type = ResourceType(
                group: "authentication.k8s.io", version: "v1", kind: "SelfSubjectReview", plural: "selfsubjectreviews",
                isNamespaced: false)
            do {
                let answer = try await client.create(review, as: type)
                #expect(
                    answer[path: "status", "userInfo", "username"]?.string == "system:serviceaccount:shop:deployer")
            } catch {
                await client.shutdown()
                throw error
            }
            await client.shutdown()
        }
    }

    @Test("The pipeline's address of the API server is written where one is given")
    func server() async throws {
        try await CommandCluster.run { cluster in
            try await cluster.apply(Self.environment(), as: AppEnvironment.resourceType)
            try await cluster.makeAccount(ObjectKey(namespace: "shop", name: "deployer"))
            let file = path()
            defer { try? FileManager.default.removeItem(atPath: file) }
            let run = try cluster.quartermaster(
                "access", "kubeconfig", "shop", "--to", file, "--server", "https://k8s.example.com:6443")
            #expect(try await run.status() == 0, "\(run.errors)")
            #expect(!run.output.contains("--server URL"))
            let text = try String(contentsOfFile: file, encoding: .utf8)
            #expect(text.contains("server: https://k8s.example.com:6443"))
        }
    }

    @Test("Where there is no deployer nothing is written, and the message says what to do")
    func refused() async throws {
        try await CommandCluster.run { cluster in
            let file = path()
            func refusal(of name: String) async throws -> String {
                let run = try cluster.quartermaster("access", "kubeconfig", name, "--to", file)
                #expect(try await run.status() == 2)
                #expect(!FileManager.default.fileExists(atPath: file))
                return run.errors
            }
            #expect(try await refusal(of: "none").contains("there is no AppEnvironment none"))
            try await cluster.apply(Self.environment(), as: AppEnvironment.resourceType)
            #expect(try await refusal(of: "shop").contains("ServiceAccount shop/deployer is not there yet"))
            try await cluster.apply(Self.environment(", access: {deployer: false}"), as: AppEnvironment.resourceType)
            #expect(try await refusal(of: "shop").contains("set spec.access.deployer to true"))
        }
    }

    @Test(
        "What is said wrong on the command line is told",
        arguments: [
            (["access"], "name an AppEnvironment"), (["access", "kubeconfig", "shop"], "--to FILE"),
            (["access", "kubeconfig", "shop", "--to", "f", "--duration", "1m"], "no token for less than 10m"),
            (["access", "kubeconfig", "shop", "--to", "f", "--server", "k8s"], "https://HOST:PORT"),
        ])
    func usage(arguments: [String], words: String) async throws {
        let run = try ProgramRun(arguments, environment: [:])
        #expect(try await run.status() == 2)
        #expect(run.errors.contains(words), "\(run.errors)")
    }
}
