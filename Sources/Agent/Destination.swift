internal import BackupModel

/// The destination that the pod's template names.
enum Destination {
    /// - Throws: where a key of the Secret is missing, or the environment is not that of a destination.
    static func store() throws -> any ArtifactStore {
        let series = Series(
            namespace: try Settings.required("QM_NAMESPACE"), policy: try Settings.required("QM_POLICY"),
            source: Settings.text("QM_SOURCE") ?? "", cluster: try Settings.required("QM_CLUSTER"),
            predecessor: Settings.text("QM_TAKE_OVER_FROM"))
        let kind = try Settings.required("QM_KIND")
        switch kind {
        case "restic": return try ResticStore(series)
        case "borg": return try BorgStore(series)
        case "s3", "rclone": return try ObjectStore(series, kind: kind)
        default: throw AgentFailure("QM_KIND is \"\(kind)\" and must be restic, borg, s3 or rclone")
        }
    }
}
