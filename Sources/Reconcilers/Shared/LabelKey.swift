/// The label keys that the operator sets on its children.
package enum LabelKey {
    /// What our own keys begin with.
    static let prefix = "quartermaster.dev/"
    package static let managedBy = "app.kubernetes.io/managed-by"
    package static let name = "app.kubernetes.io/name"
    package static let component = "app.kubernetes.io/component"

    /// The pool that a child belongs to; with `region` the selector of a region's pods.
    package static let regionalWorkerPool = "quartermaster.dev/regionalworkerpool"
    package static let region = "quartermaster.dev/region"

    /// On a node: the pool that holds it, as `namespace.name`. The pool's pods ask for it.
    package static let claimedBy = "quartermaster.dev/claimed-by"

    /// The policy that a child, a job or a pod belongs to; with `backupSource` the source.
    package static let backupPolicy = "quartermaster.dev/backuppolicy"
    package static let backupSource = "quartermaster.dev/backup-source"
    /// What a job does that looks at stored backups: `check` or `drill`. With `drillSource` the source that it restores.
    package static let backupTask = "quartermaster.dev/backup-task"
    package static let drillSource = "quartermaster.dev/drill-source"

    /// The environment that a child belongs to.
    package static let appEnvironment = "quartermaster.dev/appenvironment"
    /// With `appEnvironment` the selector of a component's pods.
    package static let environmentComponent = "quartermaster.dev/environment-component"
    /// On the namespace of an environment.
    package static let tier = "quartermaster.dev/tier"
    /// What the labels begin with that Pod Security goes by, on the namespace of an environment.
    package static let podSecurity = "pod-security.kubernetes.io/"
    /// `true` on Secrets that environments may copy, and on Ingresses whose hosts environments may serve too. Set by whoever
    /// owns them.
    package static let share = "quartermaster.dev/share"
    /// `true` on the Ingresses by which cert-manager answers challenges. Source: cert-manager, "HTTP01".
    package static let challengeSolver = "acme.cert-manager.io/http01-solver"

    /// On children that can't name their owner as their controller, since they are in no or another namespace: the
    /// namespace of the owner.
    package static let ownerNamespace = "quartermaster.dev/owner-namespace"

    /// The labels that lead from a child to its owner, one for each kind.
    package static let owners = Kinds.all.map { $0.ownerLabelKey }

    /// The value of `managedBy`.
    package static let manager = "quartermaster"
    /// The operator's own pods: see config/manager/deployment.yaml.
    package static let operatorPods = [name: "quartermaster", component: "operator"]
}
