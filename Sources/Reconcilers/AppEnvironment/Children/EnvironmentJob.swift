internal import KubeAPI

extension ResolvedEnvironment {
    /// A Job that is there is never changed: it runs once. Another one waits for it, so that two never run at once; one that has not
    /// begun gives way.
    func jobs() throws -> [DesiredChild] {
        try components.filter { $0.kind == .job }.flatMap { component -> [DesiredChild] in
            let found = inputs.jobs[component.name] ?? []
            let outgoing = found.filter { $0.isOwn && $0.name != component.jobName && $0.isUnfinished }
            func held(_ job: ComponentJob) -> DesiredChild {
                .held(
                    .job, ObjectKey(namespace: namespace, name: job.name), uid: job.isOwn ? job.uid : nil,
                    part: component.name)
            }
            let current =
                try found.first { $0.name == component.jobName }.map(held)
                ?? child(.job, named: component.jobName, of: component, ["spec": jobSpec(of: component)])
                .held(!outgoing.isEmpty)
            return outgoing.filter(\.hasBegun).map(held) + [current]
        }
    }

    func cronJobs() throws -> [DesiredChild] {
        try components.compactMap { component in
            guard component.kind == .cronJob, let times = component.spec.cronJob else { return nil }
            var cronJob = try child(
                .cronJob, named: component.name, of: component,
                [
                    "spec": .compact([
                        "schedule": .string(times.schedule),
                        "timeZone": .string(times.timeZone),
                        "concurrencyPolicy": .string(times.concurrencyPolicy.rawValue),
                        "startingDeadlineSeconds": times.startingDeadlineSeconds.map { .integer(Int64($0)) },
                        "suspend": .bool(times.suspend),
                        "successfulJobsHistoryLimit": .integer(Int64(times.successfulJobsHistoryLimit)),
                        "failedJobsHistoryLimit": .integer(Int64(times.failedJobsHistoryLimit)),
                    ])
                ])
            // By these its Jobs are found.
            cronJob.object[path: "spec", "jobTemplate"] = [
                "metadata": ["labels": .strings(cronJob.object.labels)], "spec": jobSpec(of: component),
            ]
            return cronJob
        }
    }

    private func jobSpec(of component: Component) -> JSONValue {
        .compact([
            "backoffLimit": .integer(Int64(component.spec.job?.backoffLimit ?? 6)),
            "activeDeadlineSeconds": component.spec.job?.activeDeadlineSeconds.map { .integer(Int64($0)) },
            "template": .object(podTemplate(of: component)),
        ])
    }

    /// The component whose Job has to succeed before a component is rolled out to another image; `nil` where nothing has to.
    func gate(before component: Component) -> Component? {
        let template = JSONValue.object(podTemplate(of: component))
        guard template.image(ofContainer: component.name) != inputs.images[component.name] else { return nil }
        return components.first { job in
            job.kind == .job && job.spec.job?.runBefore?.contains(component.name) == true
                && !(inputs.jobs[job.name] ?? []).contains {
                    $0.isOwn && $0.name == job.jobName && $0.state == .succeeded
                }
        }
    }
}

extension Component {
    /// What of the spec a Job runs. The tier's defaults are not among it: a newer operator runs nothing again.
    private static let whatRuns = [
        "command", "args", "env", "envFrom", "config", "files", "secrets", "resources", "volumes", "placement",
        "securityContext", "template",
    ]

    /// The name of the component's Job: another one for another image or configuration.
    package var jobName: String {
        let spec = (try? JSONValueEncoder().encode(spec)) ?? .null
        // Without services it is what it was before there were any.
        let variables = services.flatMap(\.variables).map(\.json)
        let parts = [.string(image)] + Self.whatRuns.map { spec[$0] ?? .null } + variables
        return "\(name)-\(sha256Hex(JSONValue.array(parts).canonicalBytes()).prefix(10))"
    }
}

extension JSONValue {
    /// The image of a container of a pod template.
    func image(ofContainer name: String) -> String? {
        (self["spec"]?["containers"]?.elements ?? []).first { $0["name"]?.string == name }?["image"]?.string
    }
}
