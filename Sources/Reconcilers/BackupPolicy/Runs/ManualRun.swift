package import BackupModel
package import KubeAPI

/// A run that somebody asks for: a Job made from a source's CronJob, as `kubectl create job --from` makes it.
package enum ManualRun {
    /// The job. It carries the labels of the policy, so its result counts as that of any other run, and it belongs to the
    /// CronJob, so it is cleaned up as the others are. It does not wait for the policy's jitter.
    ///
    /// - Parameter suffix: at most 10 characters, of its own for each run.
    package static func job(from cronJob: DynamicObject, suffix: String) throws -> DynamicObject {
        let template = cronJob[path: "spec", "jobTemplate"]?.object ?? [:]
        var spec = template["spec"]?.object ?? [:]
        spec.edit(object: "template") { template in
            template.edit(object: "spec") { pod in
                pod.edit(eachOf: "initContainers") { _, container in
                    container.edit(eachOf: "env") { _, variable in
                        if variable["name"]?.string == "QM_DELAY_SECONDS" { variable["value"] = "0" }
                    }
                }
            }
        }
        // Without `blockOwnerDeletion`, which asks for a right on the CronJob's finalizers.
        let owner = OwnerReference(
            apiVersion: ResourceType.cronJob.apiVersion, kind: ResourceType.cronJob.kind, name: cronJob.name,
            uid: cronJob.uid, controller: true)
        let metadata = ObjectMeta(
            name: ChildName.joined(cronJob.name, suffix, limit: 63), namespace: cronJob.namespace,
            labels: DynamicObject(template).labels,
            annotations: ["cronjob.kubernetes.io/instantiate": "manual"], ownerReferences: [owner])
        return DynamicObject(
            JSONObject([
                ("apiVersion", .string(ResourceType.job.apiVersion)), ("kind", .string(ResourceType.job.kind)),
                ("metadata", try JSONValueEncoder().encode(metadata)), ("spec", .object(spec)),
            ]))
    }
}

extension BackupRun {
    /// What there is to say of the run at this moment, for somebody who follows it: no line twice.
    ///
    /// - Parameter destinations: of the policy, in its order.
    package func progress(destinations: [String], at now: Timestamp) -> [String] {
        var lines: [String] = []
        for (index, pod) in pods.enumerated() {
            let attempt = index == 0 ? "" : " (attempt \(index + 1))"
            let containers =
                [BackupPolicy.sourceContainer] + destinations.map(BackupPolicy.destinationContainer)
            for container in containers {
                guard let state = pod.state(of: container) else { continue }
                if state.running != nil || state.terminated != nil { lines.append("\(container) began\(attempt)") }
                if let said = pod.ending(of: container) { lines.append("\(container) \(said)\(attempt)") }
            }
        }
        if let waiting = waiting(at: now) { lines.append(waiting) }
        return lines + ended(destinations)
    }

    private func ended(_ destinations: [String]) -> [String] {
        switch ending {
        case nil: []
        case .succeeded: ["the job is complete"]
        case .failed(let reason, let message): ["the job has failed: \(message.isEmpty ? reason : message)"]
        }
    }

    /// The result at each destination; `nil` while the run goes on.
    package func results(destinations: [String]) -> [RunResult]? {
        // Of what is gone nobody can say that it went well.
        ending == nil ? nil : destinations.map { outcome(at: $0)?.result ?? .failed }
    }
}
