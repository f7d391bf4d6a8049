internal import KubeAPI
internal import Synchronization

/// What CronJobs of ours make jobs from, and made them from before: how a job of theirs is told from one that only says
/// so.
final class RunTemplates: Sendable {
    private struct Known {
        var generation: Int64
        /// The newest one last.
        var digests: [String]
    }

    /// Changes of a template during a run are few.
    private static let limit = 8
    /// Of a run by hand the delay is 0, and each check reads the next part.
    private static let changing = ["QM_DELAY_SECONDS", "QM_CHECK_PART"]

    private let seal: Seal
    /// By the UID of the CronJob.
    private let known = Mutex<[String: Known]>([:])

    init(_ seal: Seal) { self.seal = seal }

    /// Learns what a CronJob makes jobs from now.
    func learn(_ cronJob: CachedObject) {
        let generation = cronJob.generation
        guard known.withLock({ $0[cronJob.uid]?.generation }) != generation else { return }
        let digest = Self.digest(cronJob.value(at: "spec", "jobTemplate", "spec") ?? [:])
        known.withLock { all in
            let before = all[cronJob.uid]?.digests.filter { $0 != digest } ?? []
            all[cronJob.uid] = Known(generation: generation, digests: before.suffix(Self.limit - 1) + [digest])
        }
    }

    func forget(_ cronJob: CachedObject) { known.withLock { $0[cronJob.uid] = nil } }

    /// What a later process is to know of a CronJob that it has learned of.
    func record(of cronJob: CachedObject) -> BackupPolicy.TemplateRecord {
        let digests = known.withLock { $0[cronJob.uid]?.digests } ?? []
        return BackupPolicy.TemplateRecord(
            cronJob: cronJob.key.name, digests: digests, seal: seal.code(Self.purpose, [cronJob.uid] + digests))
    }

    /// Takes what a former process has recorded. The policy's status is written by others, too.
    func recall(_ record: BackupPolicy.TemplateRecord, of cronJob: CachedObject) {
        guard seal.isValid(record.seal, Self.purpose, [cronJob.uid] + record.digests) else { return }
        known.withLock { all in
            let since = all[cronJob.uid]?.digests ?? []
            let before = record.digests.filter { !since.contains($0) }
            all[cronJob.uid]?.digests = Array((before + since).suffix(Self.limit))
        }
    }

    private static let purpose = "run-template"

    /// Whether the job is one that the CronJob would have made.
    func haveMade(_ job: DynamicObject, by cronJob: CachedObject) -> Bool {
        let digest = Self.digest(job["spec"] ?? [:])
        return known.withLock { $0[cronJob.uid]?.digests.contains(digest) ?? false }
    }

    private static func digest(_ spec: JSONValue) -> String { JobWork.digest(spec, changing: changing) }
}

/// Whether a pod is what a job's template asks for.
enum RunPods {
    /// What of a pod decides whom its containers talk to, as whom, and who can reach into them; with what the API server takes
    /// where nothing is said.
    private static let settings: [(name: String, standard: JSONValue)] = [
        ("hostAliases", []), ("dnsConfig", [:]), ("dnsPolicy", "ClusterFirst"), ("serviceAccountName", "default"),
        ("hostNetwork", false), ("hostPID", false), ("hostIPC", false), ("shareProcessNamespace", false),
    ]

    /// - Parameter template: the spec of the pods that the job makes.
    static func areMade(_ pod: CachedObject, from template: JSONValue) -> Bool {
        areMade(pod.value(at: "spec") ?? [:], from: template)
            && ranItsImages(generation: pod.generation, pod.value(at: "status") ?? [:], from: template)
    }

    /// Images are what of a running pod can be changed, and changed back after its end. The API server counts changes of a
    /// pod's spec since Kubernetes 1.34, and the kubelet says what it ran. What it says of a pod that nobody has changed
    /// may be another name of the same image, and is not looked at.
    static func ranItsImages(generation: Int64, _ status: JSONValue, from template: JSONValue) -> Bool {
        guard generation > 1 else { return true }
        let ran = ["initContainerStatuses", "containerStatuses"].flatMap { status[$0]?.elements ?? [] }
        return ["initContainers", "containers"].flatMap { template[$0]?.elements ?? [] }.allSatisfy { container in
            ran.filter { $0["name"] == container["name"] }.allSatisfy { status in
                isSameImage(status["image"]?.string ?? "", as: container["image"]?.string ?? "")
            }
        }
    }

    /// Admission adds to pods: sidecars, variables, mounts, defaults; and it may take images from another registry. What
    /// the containers of the template do and mount stays as it is, and nobody else is at their volumes.
    static func areMade(_ pod: JSONValue, from template: JSONValue) -> Bool {
        let lists = ["initContainers", "containers"]
        let wanted = lists.flatMap { template[$0]?.elements ?? [] }
        let names = Set(wanted.map { $0["name"] })
        let added = lists.flatMap { pod[$0]?.elements ?? [] }.filter { !names.contains($0["name"]) }
        let volumes = Set((template["volumes"]?.elements ?? []).map { $0["name"] })
        return holds(pod["volumes"], all: template["volumes"])
            && settings.allSatisfy { (pod[$0.name] ?? $0.standard) == (template[$0.name] ?? $0.standard) }
            && has(pod["securityContext"], fieldsOf: template["securityContext"])
            && lists.allSatisfy { list in
                (template[list]?.elements ?? []).allSatisfy { container in
                    (pod[list]?.elements ?? []).contains { does($0, what: container) }
                }
            }
            && added.allSatisfy { container in
                !(container["volumeMounts"]?.elements ?? []).contains { volumes.contains($0["name"]) }
            }
    }

    static func does(_ container: JSONValue, what wanted: JSONValue) -> Bool {
        ["name", "command", "args", "lifecycle", "envFrom", "workingDir", "volumeDevices"]
            .allSatisfy { container[$0] == wanted[$0] }
            && reportPath(container) == reportPath(wanted)
            && ["env", "volumeMounts"].allSatisfy { holds(container[$0], all: wanted[$0]) }
            && has(container["securityContext"], fieldsOf: wanted["securityContext"])
            && isSameImage(container["image"]?.string ?? "", as: wanted["image"]?.string ?? "")
    }

    private static func has(_ object: JSONValue?, fieldsOf wanted: JSONValue?) -> Bool {
        (wanted?.object ?? [:]).allSatisfy { object?[$0.key] == $0.value }
    }

    private static func reportPath(_ container: JSONValue) -> JSONValue {
        container["terminationMessagePath"] ?? "/dev/termination-log"
    }

    private static func holds(_ list: JSONValue?, all wanted: JSONValue?) -> Bool {
        (wanted?.elements ?? []).allSatisfy { (list?.elements ?? []).contains($0) }
    }

    /// The same repository and tag, at whatever registry, with or without a digest.
    private static func isSameImage(_ image: String, as wanted: String) -> Bool {
        let path = wanted.split(separator: "/")
        let isHost = path.count > 1 && (path[0].contains(".") || path[0].contains(":") || path[0] == "localhost")
        let repository = path.dropFirst(isHost ? 1 : 0).joined(separator: "/")
        let plain = image.split(separator: "@").first.map(String.init) ?? ""
        return image == wanted || plain == repository || plain.hasSuffix("/\(repository)")
    }
}
