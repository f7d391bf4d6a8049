import EmbeddedAPIServer
import Foundation
import KubeAPI
import Reconcilers
import Support
import Testing

/// What scripts go by, tried on the program itself.
@Suite("Exit statuses")
struct ExitStatusTests {
    private static let policy = """
        apiVersion: quartermaster.dev/v1alpha1
        kind: BackupPolicy
        metadata: {name: nightly, namespace: workers}
        spec:
          schedule: 0 2 * * *
          sources: [{name: db, pvc: {claimName: data}}]
          destinations: [{name: bucket, credentialsSecretRef: {name: s}, rclone: {remote: a, path: b}}]
        """
    /// A pool that has no children.
    private static let idle = CommandCluster.pool.replacing("zone: eu}}}", with: "zone: eu}}, enabled: false}")
        .replacing("replicas: 2", with: "network: {enabled: false}")

    private func expect(
        _ want: Int32, _ cluster: CommandCluster, _ arguments: String..., says part: String = "",
        at location: SourceLocation = #_sourceLocation
    ) async throws {
        let run = try ProgramRun(arguments, environment: ["KUBECONFIG": cluster.kubeconfig, "HOME": "/nowhere"])
        let status = try await run.status()
        let said = run.output + run.errors
        #expect(status == want, "\(arguments): \(said)", sourceLocation: location)
        #expect(part.isEmpty || said.contains(part), "\(arguments): \(said)", sourceLocation: location)
    }

    private func withFiles(_ texts: [String: String], _ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "qm-exit-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in texts {
            try text.write(to: folder.appending(path: name), atomically: true, encoding: .utf8)
        }
        try await body(folder)
    }

    @Test("Of manifests: 0 fine, 1 wrong or different, 2 where that can't be told")
    func manifests() async throws {
        let texts = [
            "good": CommandCluster.pool, "idle": Self.idle,
            "bad": CommandCluster.pool.replacing("replicas: 2", with: "replicas: -1"),
            "foreign": "{apiVersion: v1, kind: Namespace, metadata: {name: a}}", "broken": "a: [",
        ]
        try await withFiles(texts) { folder in
            try await CommandCluster.run { cluster in
                func path(_ name: String) -> String { folder.appending(path: name).path }
                for (command, bad) in [("render", Int32(1)), ("validate", 1), ("diff", 2)] {
                    try await expect(bad, cluster, command, "-f", path("bad"), says: "spec.replicas")
                    try await expect(2, cluster, command, "-f", path("foreign"), says: "no object of quartermaster.dev")
                    try await expect(2, cluster, command, "-f", path("broken"), says: path("broken"))
                    try await expect(2, cluster, command, "-f", "/nowhere", says: "/nowhere")
                    try await expect(2, cluster, command, says: "-f FILE")
                }
                try await expect(0, cluster, "render", "-f", path("good"), says: "kind: Deployment")
                try await expect(0, cluster, "validate", "-f", path("good"), says: "valid")
                try await expect(0, cluster, "diff", "-f", path("idle"))
                try await expect(1, cluster, "diff", "-f", path("good"), says: "+ Deployment workers/pool-eu")
                try await expect(2, cluster, "diff", "-f", path("good"), "--kubeconfig", "/nowhere")
                try await expect(2, cluster, "validate", "-f", path("good"), "-o", "xml", says: "wide, json, yaml")
            }
        }
    }

    @Test("Of a cluster: 0 fine, 1 where something is not as it should be, 2 where that can't be told")
    func clusters() async throws {
        try await CommandCluster.run(withCRDs: false) { cluster in
            try await expect(1, cluster, "doctor", says: "FAIL  CRD")
        }
        try await CommandCluster.run { cluster in
            try await expect(0, cluster, "doctor", says: "ok    server")
            try await expect(0, cluster, "status", says: "There is no object")
            try await expect(0, cluster, "uninstall", says: "Nothing to do")
            try await expect(2, cluster, "backup", "list", "nightly", "-n", "workers", says: "NotFound")
            try await cluster.apply(Self.policy, as: BackupPolicy.resourceType)
            try await expect(1, cluster, "status", says: "is it running?")
            try await expect(0, cluster, "backup", "list", "nightly", "-n", "workers", says: "nothing is known")
            try await cluster.setStatus(
                "{targets: [{source: db, destination: bucket, lastResult: Failed}]}", of: BackupPolicy.resourceType,
                ObjectKey(namespace: "workers", name: "nightly"))
            try await expect(1, cluster, "backup", "list", "nightly", "-n", "workers", says: "Failed")
            try await expect(
                2, cluster, "backup", "run", "nightly", "-n", "workers", "--source", "x", says: "no source")
            try await expect(
                2, cluster, "backup", "restore", "nightly", "-n", "workers", "--target", "x", "--dry-run",
                says: "is no target")
            try await expect(1, cluster, "uninstall", says: "would delete BackupPolicy workers/nightly")
            try await expect(2, cluster, "uninstall", "--yes", says: "there is no Lease")
            try await expect(2, cluster, "status", "rwp/pool", says: "there is no rwp pool")
            for command in [["status"], ["doctor"], ["uninstall"], ["backup", "list", "a"], ["run"]] {
                let run = try ProgramRun(command + ["--kubeconfig", "/nowhere"])
                #expect(try await run.status() == 2, "\(command)")
                #expect(run.errors.contains("/nowhere"))
            }
        }
    }

    @Test("A server that does not answer, and a right that is missing, are no finding", arguments: [false, true])
    func unanswered(isForbidden: Bool) async throws {
        try await CommandCluster.run(authorization: .rbac) { cluster in
            let folder = URL(filePath: cluster.kubeconfig).deletingLastPathComponent()
            let file = folder.appending(path: "other").path
            let text = try cluster.server.kubeconfig(for: UserInfo(name: "nobody", groups: []))
            // Nothing listens on port 1.
            try (isForbidden ? text : text.replacing(cluster.server.url, with: "https://127.0.0.1:1"))
                .write(toFile: file, atomically: true, encoding: .utf8)
            for command in [["status"], ["uninstall"], ["backup", "list", "a"], ["backup", "run", "a"]] {
                let run = try ProgramRun(command + ["--kubeconfig", file])
                #expect(try await run.status() == 2, "\(command): \(run.output)")
                #expect(run.errors.contains(isForbidden ? "grant it by RBAC" : "that it is running"), "\(run.errors)")
            }
        }
    }
}
