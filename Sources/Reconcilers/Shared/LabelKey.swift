/// The label keys that the operator sets on its children.
package enum LabelKey {
    package static let managedBy = "app.kubernetes.io/managed-by"
    package static let name = "app.kubernetes.io/name"
    package static let component = "app.kubernetes.io/component"

    /// The pool that a child belongs to; with `region` the selector of a region's pods.
    package static let regionalWorkerPool = "quartermaster.dev/regionalworkerpool"
    package static let region = "quartermaster.dev/region"

    /// The policy that a child, a job or a pod belongs to; with `backupSource` the source.
    package static let backupPolicy = "quartermaster.dev/backuppolicy"
    package static let backupSource = "quartermaster.dev/backup-source"
    /// What a job does that looks at stored backups: `check` or `drill`. With `drillSource` the source that it restores.
    package static let backupTask = "quartermaster.dev/backup-task"
    package static let drillSource = "quartermaster.dev/drill-source"

    /// The value of `managedBy`.
    package static let manager = "quartermaster"
}
