internal import KubeAPI

/// The runs of a policy as the cluster shows them: jobs, those started by hand too, and their pods.
struct BackupRuns: Sendable {
    let jobs: Informer
    let pods: Informer

    init(_ environment: ReconcilerEnvironment) {
        let ours = LabelSelector(matchExpressions: [.init(key: LabelKey.backupPolicy, operator: .exists)])
        jobs = environment.informers.informer(
            Selection(.job, labelSelector: ours), indexers: [.label(LabelKey.backupPolicy)])
        pods = environment.informers.informer(
            Selection(.pod, labelSelector: ours), indexers: [.ownerUID])
    }

    /// Those of one policy that run or that are still there.
    func list(of policy: BackupPolicy) -> [BackupRun] { list(of: policy, as: BackupRun.init) }

    /// The jobs that look at what it has stored.
    func verifications(of policy: BackupPolicy) -> [VerificationRun] { list(of: policy, as: VerificationRun.init) }

    private func list<Run>(of policy: BackupPolicy, as read: (DynamicObject, [Pod]) -> Run?) -> [Run] {
        let value = ChildName.labelValue(policy.metadata.name ?? "")
        return jobs.store.list(index: LabelKey.backupPolicy, value: value)
            .filter { $0.key.namespace == policy.metadata.namespace }
            .compactMap { job in
                let owned = pods.store.list(index: Indexer.ownerUID.name, value: job.uid)
                return read(job.dynamic(), owned.compactMap { try? $0.decode(Pod.self) })
            }
    }
}
