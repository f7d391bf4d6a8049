import Foundation
import KubeAPI
import Reconcilers
import Testing

extension [String: String] {
    /// A policy `shop/nightly` whose only destination `to` is that of this environment.
    func policy(at place: Place, source: String) throws -> BackupPolicy {
        let remote = self["QM_REMOTE"]?.split(separator: ":", maxSplits: 1).map(String.init) ?? []
        // The policy's own folder comes with its name.
        let path = remote.last.map { String($0.dropLast("/shop.nightly".count)) } ?? ""
        let repository = self["QM_REPOSITORY"] ?? ""
        let kind =
            switch place {
            case .rclone: "rclone: {remote: \(remote[0]), path: \(path)}"
            case .s3:
                "s3: {endpoint: \"\(self["QM_S3_ENDPOINT"] ?? "")\", bucket: backups, prefix: prod, region: us-east-1, forcePathStyle: true}"
            case .restic: "restic: {repository: \"\(repository)\"}"
            case .borg, .ssh: "borg: {repository: \"\(repository)\"}"
            }
        let text = """
            apiVersion: quartermaster.dev/v1alpha1
            kind: BackupPolicy
            metadata: {name: nightly, namespace: shop}
            spec:
              schedule: 0 2 * * *
              sources: [{name: db, \(source)}]
              destinations: [{name: to, credentialsSecretRef: {name: s}, \(kind)}]
            """
        return try BackupPolicy(defaulting: DynamicObject(YAML.parseDocument(Array(text.utf8))))
    }
}

extension Sandbox {
    /// Does the steps of a plan but the first, which reads the credentials from a cluster: they lie where it puts them, and its umask holds.
    func restore(
        _ policy: BackupPolicy, at artifact: String, from destination: [String: String],
        steps: (RestorePlan) -> [RestorePlan.Step], environment: [String: String] = [:]
    ) throws {
        let folder = path("a folder with blanks")
        try FileManager.default.createDirectory(atPath: folder + "/credentials", withIntermediateDirectories: true)
        let secret = try #require(destination["QM_CREDENTIALS"])
        try Sandbox.tool(
            "sh",
            [
                "-c",
                "umask 077; cp -r '\(secret)' '\(folder)/credentials/' && mv '\(folder)/credentials/'* '\(folder)/credentials/to' 2>/dev/null || true",
            ])
        let plan = try RestorePlan(of: policy, target: "db", at: artifact)
        let lines = RestorePlan.preamble + ["umask 077", "cd '\(folder)'"] + steps(plan).flatMap(\.lines)
        let script = lines.joined(separator: "\n") + "\n"
        try write(script, to: "restore.sh")
        try Sandbox.tool(
            "bash", [path("restore.sh")],
            environment: [
                "PATH": "\(path("shims")):/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
                "RESTIC_CACHE_DIR": path("c"), "BORG_BASE_DIR": path("b"),
                "BORG_RELOCATED_REPO_ACCESS_IS_OK": "yes",
            ].merging(environment) { $1 })
    }
}
