internal import KubeAPI
internal import Reconcilers

extension AppEnvironment.ComponentSpec.Kind {
    var runsToItsEnd: Bool { self == .job || self == .cronJob }
}

extension WorkloadComponent {
    mutating func takeKind() {
        if kind != .deployment { component.fields["kind"] = .string(kind.rawValue) }
        switch kind {
        case .deployment: break
        case .statefulSet: takeStatefulSet()
        case .job: takeJob(object["spec"] ?? [:])
        case .cronJob:
            takeTimes()
            takeJob(object[path: "spec", "jobTemplate", "spec"] ?? [:])
        }
    }

    mutating func sayName() {
        guard object.name != component.name, kind != .job else { return }
        let isTaken = ImportedName.label(object.name, limit: 40) == object.name
        let reason = isTaken ? "which another component or the operator has" : "which is no name for a component"
        component.note("In the namespace it is called \(object.name), \(reason).")
    }

    // MARK: StatefulSets

    private mutating func takeStatefulSet() {
        let spec = object["spec"]
        if spec?["podManagementPolicy"] == "Parallel" {
            component.fields["statefulSet"] = ["podManagementPolicy": "Parallel"]
        }
        let strategy = spec?["updateStrategy"]
        let partition = strategy?["rollingUpdate"]?["partition"]?.integer ?? 0
        if strategy?["type"] == "OnDelete" || partition > 0 {
            component.leaveOut(
                "Left out, its updateStrategy: all pods are replaced, one after the other, the last one first.")
        }
        if let start = spec?["ordinals"]?["start"]?.integer, start > 0 {
            component.leaveOut("Left out, ordinals: its pods are counted from 0, and claims are made for these.")
        }
    }

    /// Each becomes a volume, whose claims have the names that they have now.
    mutating func takeClaimTemplates() {
        guard kind == .statefulSet else { return }
        for claim in object[path: "spec", "volumeClaimTemplates"]?.array ?? [] {
            take(claimTemplate: claim, called: claim["metadata"]?["name"]?.string ?? "")
        }
    }

    private mutating func take(claimTemplate claim: JSONValue, called template: String) {
        let claims = self.claims(ofTemplate: template)
        claimNames += claims
        let own = mounts(of: template, in: container)
        let others = (pod["containers"]?.array ?? []).compactMap(\.object).flatMap { mounts(of: template, in: $0) }
        let isWhole: (JSONValue) -> Bool = {
            $0["subPath"] == nil && $0["subPathExpr"] == nil && $0["readOnly"]?.bool != true
        }
        guard let main = own.first(where: isWhole) ?? own.first ?? others.first, let path = main["mountPath"] else {
            return component.leaveOut("Left out, its volume \(template): no container mounts it. Its claims stay.")
        }
        let name = volumeName(template)
        volumeNames[template] = name
        var entry: JSONObject = ["name": .string(name), "path": path]
        entry["size"] = claim["spec"]?["resources"]?["requests"]?["storage"] ?? "1Gi"
        entry["storageClass"] = claim["spec"]?["storageClassName"]
        if claim["spec"]?["accessModes"]?.array?.contains("ReadWriteMany") == true {
            entry["accessMode"] = "ReadWriteMany"
        }
        component.append(.object(entry), to: "volumes")
        // One at the path of the volume says of its mount what a volume can't.
        for mount in own where mount != main || !isWhole(main) { component.mount(renamed(mount)) }
        let place = String(component.list("volumes").count - 1)
        if own.isEmpty {
            component.note(
                "So far other containers mount it: a volume has a path in the first one, too.", at: "volumes", place)
        }
        if name != template || component.name != object.name {
            component.leaveOut(
                """
                Its claims will be \(name)-\(component.name)-0 and so on, and are empty: copy the data of \
                \(claims.isEmpty ? "\(template)-\(object.name)-0" : claims.joined(separator: ", ")).
                """, at: "volumes", place)
        }
    }

    private func mounts(of volume: String, in container: JSONObject) -> [JSONValue] {
        (container["volumeMounts"]?.array ?? []).filter { $0["name"]?.string == volume }
    }

    /// The claims of a StatefulSet's pods, those of pods that are gone, too.
    private func claims(ofTemplate template: String) -> [String] {
        let prefix = "\(template)-\(object.name)-"
        return contents.all("PersistentVolumeClaim").map(\.name).filter {
            $0.hasPrefix(prefix) && Int($0.dropFirst(prefix.count)) != nil
        }
    }

    // MARK: What runs to its end

    private mutating func takeTimes() {
        let spec = object["spec"]
        var times: JSONObject = ["schedule": spec?["schedule"] ?? ""]
        times["timeZone"] = spec?["timeZone"] == "Etc/UTC" ? nil : spec?["timeZone"]
        let policy = spec?["concurrencyPolicy"] ?? "Allow"
        if policy != "Forbid" { times["concurrencyPolicy"] = policy }
        times["startingDeadlineSeconds"] = spec?["startingDeadlineSeconds"]
        if spec?["suspend"] == true { times["suspend"] = true }
        // Source: Kubernetes API, CronJobSpec: 3 and 1 where nobody has said anything.
        for (field, standard) in [("successfulJobsHistoryLimit", 3), ("failedJobsHistoryLimit", 1)]
            as [(String, JSONValue)]
        {
            let number = spec?[field] ?? standard
            if number != 3 { times[field] = number }
        }
        component.fields["cronJob"] = .object(times)
        if spec?["timeZone"] == nil {
            component.note(
                "Its times are in UTC: give timeZone if the cluster's controllers have another one.", at: "cronJob",
                "schedule")
        }
    }

    private static let jobDefaults: JSONObject = [
        "parallelism": 1, "completions": 1, "completionMode": "NonIndexed", "suspend": false, "manualSelector": false,
        "podReplacementPolicy": "TerminatingOrFailed",
    ]

    private mutating func takeJob(_ spec: JSONValue) {
        var job: JSONObject = [:]
        job["activeDeadlineSeconds"] = spec["activeDeadlineSeconds"]
        if let limit = spec["backoffLimit"], limit != 6 { job["backoffLimit"] = limit }
        if !job.isEmpty { component.fields["job"] = .object(job) }
        let own: Set = ["activeDeadlineSeconds", "backoffLimit", "template", "selector"]
        let others = (spec.object ?? [:]).filter { !own.contains($0.key) && Self.jobDefaults[$0.key] != $0.value }
        if !others.isEmpty {
            component.leaveOut(
                "Left out, \(others.map(\.key).joined(separator: ", ")): a run of a component is one pod, which is tried again.",
                at: "job")
        }
        guard kind == .job, !object.isOfTheOperator else { return }
        component.leaveOut(
            """
            Job \(object.name) can't be taken over, and runs on to its end. The environment runs one of its own at once, and again for each \
            new image or configuration: take the component out if one run is enough. job.runBefore names components that wait for it.
            """)
    }

    /// Pods of runs keep the labels by which policies of others know them; those of a Deployment or StatefulSet are kept in any case.
    mutating func takeLabels() {
        guard kind.runsToItsEnd, !object.isOfTheOperator else { return }
        let marks = ["controller-uid", "job-name", "app.kubernetes.io/managed-by", "helm.sh/chart"]
        let prefixes = ["batch.kubernetes.io/", "quartermaster.dev/"]
        for (key, value) in podLabels.sorted(by: { $0.key < $1.key })
        where !marks.contains(key) && !prefixes.contains(where: key.hasPrefix) {
            component.podLabels[key] = .string(value)
        }
    }
}
