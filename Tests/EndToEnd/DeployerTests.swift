import Foundation
import Reconcilers
import Testing

extension EndToEnd {
    /// A pipeline with nothing but the kubeconfig that it was given, and kubectl.
    @Suite("A pipeline on real nodes")
    struct DeployerTests {
        private let cluster: Cluster

        init() throws { cluster = try Cluster.installed.get() }

        private static let name = "e2e-deploy"
        private static let repository = Cluster.backupImage.prefix(
            upTo: Cluster.backupImage.lastIndex(of: ":") ?? Cluster.backupImage.endIndex)

        /// The image of the environment was never built; what runs is for the pipeline to say.
        private static let environment = """
            apiVersion: quartermaster.dev/v1alpha1
            kind: AppEnvironment
            metadata: {name: \(name), annotations: {quartermaster.dev/confirm-delete: \(name)}}
            spec:
              tier: production
              deletionPolicy: Delete
              components:
                - name: web
                  image: "\(repository):of-the-environment"
                  replicas: 1
                  command: [bash, -c, \(Workload.quoted(Workload.serveHTTP(8080)))]
                  ports: [{name: http, port: 8080}]
                  securityContext: {runAsUser: 65532}
            """

        /// What a step of the pipeline prints, and whether it went well.
        private func step(_ kubeconfig: String, _ arguments: String...) throws -> Answer {
            try cluster.kubectl(by: kubeconfig, arguments)
        }

        private func deploy(_ image: String, _ kubeconfig: String, timeout: String) throws -> Answer {
            let patch = #"{"spec": {"images": {"web": "\#(image)"}}}"#
            let answer = try step(
                kubeconfig, "patch", "componentimages", Self.name, "--type", "merge", "-p", patch)
            try #require(answer.status == 0, "\(answer.text)")
            return try step(
                kubeconfig, "wait", "componentimages", Self.name, "--for", "condition=Ready", "--timeout", timeout)
        }

        @Test("It deploys, is told the truth when an image is missing or not allowed, and can do nothing else")
        func pipeline() throws {
            let folder = FileManager.default.temporaryDirectory.appending(path: "qm-e2e-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
            defer {
                _ = try? cluster.kubectl("delete", "appenv", Self.name, "--ignore-not-found", "--timeout=120s")
                try? FileManager.default.removeItem(at: folder)
            }
            try cluster.apply(Self.environment)
            try cluster.eventually("the image of the environment is missing") {
                try cluster.condition("Ready", "appenv", Self.name)
            } is: {
                $0.hasPrefix("False ImagePullFailed")
            }
            let file = folder.appending(path: "kubeconfig").path
            let access = try cluster.quartermaster("access", "kubeconfig", Self.name, "--to", file, "--duration", "1h")
            try #require(access.status == 0, "\(access.text)")

            let good = try deploy(Cluster.backupImage, file, timeout: "180s")
            #expect(good.status == 0, "\(good.text)")
            #expect(try cluster.condition("Ready", "appenv", Self.name).hasPrefix("True "))
            // Those of images that are missing are on their way out, or wait.
            let pods = {
                try cluster.kubectl(
                    "get", "pods", "-n", Self.name, "--field-selector=status.phase=Running", "-o",
                    "jsonpath={.items[*].metadata.name}"
                ).split(separator: " ").map(String.init)
            }
            let running = try pods()

            let missing = try deploy("\(Self.repository):was-never-built", file, timeout: "20s")
            #expect(missing.status != 0)
            let told = try step(file, "get", "componentimages", Self.name, "-o", "wide").text
            #expect(told.contains("ImagePullFailed") && told.contains("was-never-built"), "\(told)")
            // What served goes on.
            #expect(try pods() == running)

            let back = try deploy(Cluster.backupImage, file, timeout: "60s")
            #expect(back.status == 0, "\(back.text)")
            let foreign = try deploy("registry.example.com/else:1", file, timeout: "10s")
            #expect(foreign.status != 0)
            #expect(try step(file, "get", "componentimages", Self.name).text.contains("NotPermitted"))
            #expect(try pods() == running)
            #expect(
                try cluster.value("deployment", "web", Self.name, ".spec.template.spec.containers[0].image")
                    == Cluster.backupImage)

            for refused in [
                ["get", "secrets"], ["get", "appenvironments"], ["delete", "componentimages", Self.name],
                ["create", "rolebinding", "me", "--clusterrole=admin", "--serviceaccount=\(Self.name):deployer"],
                ["exec", running.first ?? "", "--", "id"],
            ] {
                let answer = try cluster.kubectl(by: file, refused)
                #expect(answer.status != 0 && answer.text.contains("orbidden"), "\(refused): \(answer.text)")
            }
            try cluster.expectNothingRefused()
        }
    }
}
