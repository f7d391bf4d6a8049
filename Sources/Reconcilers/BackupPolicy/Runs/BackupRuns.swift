internal import KubeAPI

/// The runs of a policy as the cluster shows them: jobs, those started by hand too, and their pods.
///
/// Labels only say where to look. A job counts where its controller is, by the UID, a CronJob that the policy controls,
/// and where it is what that CronJob makes; a pod likewise by its job.
struct BackupRuns: Sendable {
    let jobs: Informer
    let pods: Informer
    private let cronJobs: Informer
    private let templates: RunTemplates
    private let nodes: NodeReadiness

    init(_ environment: ReconcilerEnvironment) {
        let ours = LabelSelector(matchExpressions: [.init(key: LabelKey.backupPolicy, operator: .exists)])
        jobs = environment.informers.informer(Selection(.job, labelSelector: ours), indexers: [.ownerUID])
        pods = environment.informers.informer(Selection(.pod, labelSelector: ours), indexers: [.ownerUID])
        cronJobs = environment.children(.cronJob)
        templates = RunTemplates(environment.seal)
        nodes = NodeReadiness(environment)
        cronJobs.addHandler { [templates] event in
            if case .deleted(let cronJob) = event {
                templates.forget(cronJob)
            } else if event.object.isWhole, event.object.labels[LabelKey.backupPolicy] != nil {
                templates.learn(event.object)
            }
        }
    }

    /// What was found of one policy.
    struct Found: Sendable {
        var runs: [BackupRun] = []
        var verifications: [VerificationRun] = []
        /// Jobs and pods that name ours as their controller and are not what it makes, as far as is known.
        var strangers: [String] = []
        /// When some of them are named no more.
        var strangersEnd: [Timestamp] = []
        /// What is known of the CronJobs that jobs are made from.
        var templates: [BackupPolicy.TemplateRecord] = []
        /// When each source was scheduled last, as the CronJob controller says.
        var lastScheduled: [String: Timestamp] = [:]
        /// Since when the CronJobs are there that look at what is stored, by their names.
        var verifiedSince: [String: Timestamp] = [:]
        /// The oldest first.
        var preparations: [PreparationRun] = []
    }

    /// How long after its end a job is named that is not counted. Jobs stay, and those from before the operator knew what
    /// their CronJob was are no alarm for ever.
    private static let namedFor = Duration.seconds(86400)

    /// What of one policy runs or is still there.
    func find(of policy: BackupPolicy, at now: Timestamp) -> Found {
        var found = Found()
        for source in policy.ownSources {
            guard let cronJob = cronJob(policy.cronJobName(source.name), of: policy) else { continue }
            let time = cronJob.value(at: "status", "lastScheduleTime")?.string
            found.lastScheduled[source.name] = time.flatMap(Timestamp.init(rfc3339:))
            for (job, pods) in runs(of: cronJob, at: now, &found) {
                var run = BackupRun(of: source.name, job: job, pods: pods)
                run.nodeProblems = problems(ofNodesOf: pods)
                found.runs.append(run)
            }
        }
        let tasks: [(VerificationRun.Task, String)] =
            [(.check, policy.checkName)]
            + policy.drillSources.map { (.drill(source: $0.name), policy.drillName($0.name)) }
        for (task, name) in tasks {
            guard let cronJob = cronJob(name, of: policy) else { continue }
            found.verifiedSince[name] = cronJob.created
            for (job, pods) in runs(of: cronJob, at: now, &found) {
                var verification = VerificationRun(task, job: job, pods: pods)
                verification.run.nodeProblems = problems(ofNodesOf: pods)
                found.verifications.append(verification)
            }
        }
        found.preparations = preparations(of: policy)
        found.strangers.sort()
        return found
    }

    /// The jobs that make the policy's destinations ready, the oldest first.
    ///
    /// Whoever forges one can make the work be left out, and then every run says that the destination is missing.
    func preparations(of policy: BackupPolicy) -> [PreparationRun] {
        guard let uid = policy.metadata.uid else { return [] }
        let own = jobs.store.list(index: Indexer.ownerUID.name, value: uid).filter {
            $0.key.namespace == policy.metadata.namespace && $0.controllerUID == uid
                && $0.labels[LabelKey.backupTask] == BackupPolicy.prepareTask
        }
        return own.sorted { ($0.created ?? .beginning, $0.key.name) < ($1.created ?? .beginning, $1.key.name) }.map {
            cached in
            let job = cached.dynamic()
            let template = job[path: "spec", "template", "spec"] ?? [:]
            let made = children(of: cached, in: pods).filter { RunPods.areMade($0, from: template) }
            var preparation = PreparationRun(job: job, pods: made.compactMap { try? $0.decode(Pod.self) })
            preparation.run.nodeProblems = problems(ofNodesOf: preparation.run.pods)
            return preparation
        }
    }

    /// Those that have ended are told by what they left.
    private func problems(ofNodesOf pods: [Pod]) -> [String: String] {
        nodes.problems(ofNodesOf: pods.filter { !$0.hasEnded })
    }

    private func cronJob(_ name: String, of policy: BackupPolicy) -> CachedObject? {
        let key = ObjectKey(namespace: policy.metadata.namespace ?? "", name: name)
        guard let uid = policy.metadata.uid, let cronJob = cronJobs.store.whole(key), cronJob.controllerUID == uid
        else {
            return nil
        }
        templates.learn(cronJob)
        if let record = policy.status?.templates?.first(where: { $0.cronJob == name }) {
            templates.recall(record, of: cronJob)
        }
        return cronJob
    }

    private func runs(
        of cronJob: CachedObject, at now: Timestamp, _ found: inout Found
    ) -> [(job: DynamicObject, pods: [Pod])] {
        found.templates.append(templates.record(of: cronJob))
        return children(of: cronJob, in: jobs).compactMap { cached in
            let job = cached.dynamic()
            guard templates.haveMade(job, by: cronJob) else {
                let end = BackupRun(of: "", job: job, pods: []).endedAt.map { $0 + Self.namedFor }
                guard end.map({ $0 > now }) ?? true else { return nil }
                found.strangers.append("Job \(job.name)")
                if let end { found.strangersEnd.append(end) }
                return nil
            }
            let template = job[path: "spec", "template", "spec"] ?? [:]
            let own = children(of: cached, in: pods).filter { pod in
                let isOurs = RunPods.areMade(pod, from: template)
                if !isOurs { found.strangers.append("Pod \(pod.key.name)") }
                return isOurs
            }
            return (job, own.compactMap { try? $0.decode(Pod.self) })
        }
    }

    private func children(of owner: CachedObject, in informer: Informer) -> [CachedObject] {
        informer.store.list(index: Indexer.ownerUID.name, value: owner.uid).filter {
            $0.key.namespace == owner.key.namespace && $0.controllerUID == owner.uid
        }
    }
}

extension CachedObject {
    var controllerUID: String? { ownerReferences.first { $0.controller == true }?.uid }

    fileprivate var created: Timestamp? {
        value(at: "metadata", "creationTimestamp")?.string.flatMap(Timestamp.init(rfc3339:))
    }
}

extension Timestamp {
    fileprivate static let beginning = Timestamp(secondsSinceEpoch: 0)
}
