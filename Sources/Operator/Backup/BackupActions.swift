internal import BackupModel
internal import CommandLineInterface
internal import KubeAPI
internal import Reconcilers

/// What `quartermaster backup` does with one policy.
struct BackupActions: Sendable {
    struct Failure: Error, CustomStringConvertible { var description: String }

    let client: KubeClient
    let policy: ObjectKey
    /// Takes a line for the user.
    let write: @Sendable (String) -> Void
    /// How often a run that is followed is looked at.
    var pause: Duration = .seconds(1)

    func read() async throws -> BackupPolicy {
        let object = try await client.get(BackupPolicy.resourceType, policy)
        return try BackupPolicy(defaulting: object)
    }

    /// Starts a job for each source, and follows them.
    ///
    /// - Returns: a finding where something failed or is incomplete, or is not begun since a destination is not ready for it.
    /// - Throws: `Failure` where a run can't be started.
    func run(sources names: [String], follows: Bool) async throws -> CommandStatus {
        let policy = try await read()
        let known = policy.spec.sources.map(\.name)
        if let wrong = names.first(where: { !known.contains($0) }) {
            throw Failure(
                description: "\(self.policy) has no source \"\(wrong)\"; it has \(known.joined(separator: ", "))")
        }
        let sources = names.isEmpty ? known : known.filter(names.contains)
        for source in sources {
            if let job = try await jobs(of: policy, source).first(where: { $0.ending == nil }) {
                throw Failure(
                    description: "source \(source): job \(job.name) goes on; wait until it is done, or delete it")
            }
        }
        if let obstacle = policy.unpreparedDestination {
            write("no run is started, since it would fail: \(obstacle)")
            return .finding
        }
        let labels = await namespaceLabels()
        var started: [(source: String, job: ObjectKey)] = []
        for source in sources {
            let key = ObjectKey(namespace: self.policy.namespace, name: policy.cronJobName(source))
            let cronJob = try await client.get(.cronJob, key)
            let job = try ManualRun.job(from: cronJob, suffix: Self.suffix())
            let created = try await client.create(job, as: .job)
            write("\(source): started job \(created.name)")
            let refusal = BackupPolicy.podSecurityRefusal(of: job, under: labels, in: self.policy.namespace)
            if let refusal { write("\(source): \(refusal)") }
            started.append((source, created.key))
        }
        guard follows else { return .fine }
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            for (source, job) in started { group.addTask { try await succeeds(job, of: source, policy) } }
            return try await group.reduce(true) { $0 && $1 } ? .fine : .finding
        }
    }

    /// None where the user may not read them: then it shows whether pods are refused.
    private func namespaceLabels() async -> [String: String] {
        (try? await client.get(.namespace, ObjectKey(name: policy.namespace)))?.labels ?? [:]
    }

    private static func suffix() -> String {
        let letters = Array("bcdfghjklmnpqrstvwxz2456789")
        return "run-" + String((0..<5).map { _ in letters[Int.random(in: letters.indices)] })
    }

    private func jobs(of policy: BackupPolicy, _ source: String) async throws -> [BackupRun] {
        let selector = LabelSelector.matching(policy.runLabels(of: source)).queryString
        let list = try await client.listAll(
            .job, namespace: self.policy.namespace, options: ListOptions(labelSelector: selector))
        return list.items.map { BackupRun(of: source, job: $0, pods: []) }
    }

    /// Writes what becomes of a run until it has ended.
    ///
    /// - Returns: whether all destinations have a complete backup.
    private func succeeds(_ job: ObjectKey, of source: String, _ policy: BackupPolicy) async throws -> Bool {
        let destinations = policy.spec.destinations.map(\.name)
        var told: Set<String> = []
        while true {
            let object = try await client.get(.job, job)
            let pods = try await client.list(
                Pod.self, namespace: job.namespace,
                options: ListOptions(labelSelector: "batch.kubernetes.io/job-name=\(job.name)"))
            let run = BackupRun(
                of: source, job: object, pods: pods.items.filter { $0.metadata.controller?.uid == object.uid })
            var lines = run.progress(destinations: destinations, at: .now())
            if run.ending == nil, run.pods.isEmpty, let refusal = await refusal(of: object) { lines.append(refusal) }
            for line in lines where told.insert(line).inserted { write("\(source): \(line)") }
            if let results = run.results(destinations: destinations) {
                for (destination, result) in zip(destinations, results) {
                    write("\(source) to \(destination): \(result.rawValue)")
                }
                return results.allSatisfy { $0 == .succeeded }
            }
            try await Task.sleep(for: pause)
        }
    }

    /// Why a job can make no pods, in the API server's words: only its events have them. `nil` where there are none, or the user
    /// may not read them.
    private func refusal(of job: DynamicObject) async -> String? {
        let events = try? await client.listAll(.event, namespace: job.namespace).items
        let note = events?.last { event in
            event["reason"]?.string == "FailedCreate" && event[path: "regarding", "uid"]?.string == job.uid
        }?["note"]?.string
        // Each attempt has another pod's name in it.
        guard let note else { return nil }
        let words = note.firstRange(of: "is forbidden: ").map { String(note[$0.upperBound...]) } ?? note
        return "its job can make no pod: \(words)"
    }

    /// What is known of every source and destination.
    func list() async throws -> BackupReport {
        let policy = try await read()
        var running: [BackupReport.Run] = []
        for source in policy.spec.sources {
            for job in try await jobs(of: policy, source.name) where job.ending == nil {
                running.append(.init(source: source.name, job: job.name))
            }
        }
        return BackupReport(of: policy, running: running)
    }

    /// Prints how to get an artifact back.
    func restore(target: String, at artifact: String?) async throws -> CommandStatus {
        let plan = try RestorePlan(of: try await read(), target: target, at: artifact)
        write("# Restore of \(policy), source \(plan.source), from \(plan.destination): artifact \(plan.artifact).")
        write("# Nothing has been done. Read each step before you run it; docs/guides/restore.md tells more.")
        write("")
        write(plan.text)
        return .fine
    }
}

extension BackupPolicy {
    /// What the operator says of a destination that runs need and that it has not made ready; `nil` where it says that of none, or has
    /// not looked at the spec as it is now.
    fileprivate var unpreparedDestination: String? {
        let required = Set(requiredDestinations)
        guard let status, status.observedGeneration == metadata.generation,
            (status.destinations ?? []).contains(where: { required.contains($0.name) && $0.preparedTime == nil }),
            let scheduled = status.conditions?.first(where: { $0.type == ConditionType.scheduled.rawValue }),
            scheduled.status == .false,
            Self.ofDestinations.map(\.rawValue).contains(scheduled.reason)
        else { return nil }
        return "Scheduled is False, \(scheduled.reason): \(scheduled.message)"
    }

    private static let ofDestinations: [Reason] = [.destinationNotReady, .preparing, .secretMissing, .podWaiting]
}
