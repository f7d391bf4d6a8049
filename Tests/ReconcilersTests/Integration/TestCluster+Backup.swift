import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@testable import Reconcilers

/// Policies, and runs of theirs as a kubelet and the job controller would have them: on the embedded server both are
/// played here, on a real one only the kubelet.
extension TestCluster {
    @discardableResult
    func makePolicy(_ name: String = "nightly", _ spec: String) async throws -> DynamicObject {
        var object = try DynamicObject.fixture(
            "apiVersion: quartermaster.dev/v1alpha1\nkind: BackupPolicy\nmetadata: {name: \(name)}")
        object[path: "metadata", "namespace"] = .string(namespace)
        object["spec"] = try YAML.parseDocument(Array(spec.utf8))
        return try await client.create(object, as: BackupPolicy.resourceType)
    }

    func policy(_ name: String = "nightly") async throws -> BackupPolicy {
        try BackupPolicy(defaulting: await client.get(BackupPolicy.resourceType, key(name)))
    }

    /// A condition of the policy that is of its present generation, as `False Failed`.
    func verdict(_ type: ConditionType, of name: String = "nightly") async throws -> String {
        let policy = try await policy(name)
        guard policy.status?.observedGeneration == policy.metadata.generation else { return "not observed" }
        let found = policy.status?.conditions?.first { $0.type == type.rawValue }
        return found.map { "\($0.status.rawValue) \($0.reason)" } ?? "none"
    }

    /// Waits until the conditions are these, all at once.
    func waitForVerdicts(
        _ want: [ConditionType: String], of name: String = "nightly", sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        var last: [ConditionType: String] = [:]
        do {
            try await eventually("\(name) is \(want)") {
                for type in want.keys { last[type] = try await verdict(type, of: name) }
                return last == want
            }
        } catch {
            let conditions = try await policy(name).status?.conditions
            Issue.record("\(error); it is \(String(describing: conditions))", sourceLocation: sourceLocation)
            throw error
        }
    }

    /// Starts a run of a source as `quartermaster backup run` does.
    ///
    /// - Returns: the job, with its pod.
    func startRun(_ source: String, of name: String = "nightly") async throws -> (job: DynamicObject, pod: ObjectKey) {
        let cronJob = try await client.get(.cronJob, key(policy(name).cronJobName(source)))
        return try await start(
            ManualRun.job(from: cronJob, suffix: "\(UInt16.random(in: .min ... .max))"))
    }

    /// - Parameter user: who makes the job; `nil`: somebody who may do everything.
    func start(_ wanted: DynamicObject, by user: TestUser? = nil) async throws -> (job: DynamicObject, pod: ObjectKey) {
        let job = try await (user?.client ?? client).create(wanted, as: .job)
        if kind == .real { return (job, try await pod(of: job)) }
        // The job controller's part.
        let made = try await client.create(Self.pod(of: job, named: "\(job.name)-0"), as: .pod)
        return (job, made.key)
    }

    /// A pod as the job controller makes it.
    static func pod(of job: DynamicObject, named name: String) throws -> DynamicObject {
        let template = try #require(job[path: "spec", "template"]?.object)
        var pod = DynamicObject(template)
        pod["apiVersion"] = "v1"
        pod["kind"] = "Pod"
        pod[path: "metadata", "name"] = .string(name)
        pod[path: "metadata", "namespace"] = .string(job.namespace)
        pod[path: "metadata", "labels", "batch.kubernetes.io/job-name"] = .string(job.name)
        pod[path: "metadata", "ownerReferences"] = [
            [
                "apiVersion": "batch/v1", "kind": "Job", "name": .string(job.name), "uid": .string(job.uid),
                "controller": true,
            ]
        ]
        return pod
    }

    /// The pod that the job controller has made for a job.
    func pod(of job: DynamicObject) async throws -> ObjectKey {
        var found: ObjectKey?
        try await eventually("job \(job.name) has a pod") {
            let pods = try await client.list(
                .pod, namespace: namespace,
                options: ListOptions(labelSelector: "batch.kubernetes.io/job-name=\(job.name)"))
            found = pods.items.first?.key
            return found != nil
        }
        return try #require(found)
    }

    /// The kubelet's part: the containers of the pod have ended with these reports, `source` first.
    ///
    /// A container that is not named has not begun, as after a source that failed.
    ///
    /// - Parameter isLast: the job ends with the pod.
    func endPod(_ pod: ObjectKey, _ reports: [String: String], isLast: Bool = true) async throws {
        let object = try await client.get(.pod, pod)
        let hasFailed = reports.values.contains { $0.contains(#""result":"Failed""#) }
        func statuses(_ field: String) -> JSONValue {
            let all = object[path: "spec", field]?.elements ?? []
            return .array(
                all.map { container in
                    let name = container["name"]?.string ?? ""
                    let report = reports[name]
                    let code: JSONValue = report?.contains(#""result":"Failed""#) == true ? 1 : 0
                    let state: JSONValue =
                        report.map {
                            [
                                "terminated": [
                                    "exitCode": code, "reason": code == 0 ? "Completed" : "Error",
                                    "message": .string($0),
                                    "startedAt": .string(Timestamp.now().rfc3339),
                                    "finishedAt": .string(Timestamp.now().rfc3339),
                                ]
                            ]
                        } ?? ["waiting": ["reason": "PodInitializing"]]
                    return [
                        "name": .string(name), "image": container["image"] ?? "", "imageID": "", "ready": false,
                        "restartCount": 0, "state": state,
                    ]
                })
        }
        let status: JSONValue = [
            "phase": hasFailed ? "Failed" : "Succeeded", "startTime": .string(Timestamp.now().rfc3339),
            "initContainerStatuses": statuses("initContainers"), "containerStatuses": statuses("containers"),
        ]
        _ = try await client.patch(.pod, pod, .merge(["status": status]), subresource: "status")
        guard kind == .embedded, isLast else { return }
        let owner = try #require(object.ownerReferences.first)
        try await endJob(key(owner.name), hasFailed ? "Failed" : "Complete")
    }

    func endJob(_ job: ObjectKey, _ type: String, at end: Timestamp = .now()) async throws {
        let time = JSONValue.string(end.rfc3339)
        let condition: JSONValue = [
            "type": .string(type), "status": "True", "lastTransitionTime": time,
            "reason": type == "Failed" ? "BackoffLimitExceeded" : "CompletionsReached",
            "message": type == "Failed" ? "Job has reached the specified backoff limit" : "",
        ]
        _ = try await client.patch(
            .job, job, .merge(["status": ["startTime": time, "conditions": [condition]]]), subresource: "status")
    }

    /// A run from its start to the moment at which its job has ended.
    ///
    /// - Parameter reports: of the containers that do not end well; the others do.
    @discardableResult
    func run(_ source: String, of name: String = "nightly", _ reports: [String: String] = [:]) async throws
        -> DynamicObject
    {
        let policy = try await policy(name)
        let (job, pod) = try await startRun(source, of: name)
        var all = reports
        if reports[BackupPolicy.sourceContainer]?.contains("Failed") != true {
            for container in [BackupPolicy.sourceContainer]
                + policy.spec.destinations.map({ BackupPolicy.destinationContainer($0.name) })
            where all[container] == nil { all[container] = Self.good }
        }
        try await endPod(pod, all)
        try await eventually("job \(job.name) has ended") {
            let conditions = try await client.get(.job, job.key)[path: "status", "conditions"]?.elements ?? []
            return conditions.contains {
                ["Complete", "Failed"].contains($0["type"]?.string) && $0["status"]?.string == "True"
            }
        }
        return try await client.get(.job, job.key)
    }

    /// The part of the pod that makes the policy's destinations ready.
    ///
    /// - Parameter reports: of the containers that do not end well; the others do.
    func prepare(_ name: String = "nightly", _ reports: [String: String] = [:]) async throws {
        let job = try await preparation(of: name)
        let pod = kind == .real ? try await pod(of: job) : try await makePod(of: job)
        let containers = job[path: "spec", "template", "spec", "containers"]?.elements ?? []
        var all: [String: String] = [:]
        for container in containers.compactMap({ $0["name"]?.string }) {
            all[container] = reports[container] ?? report("Succeeded")
        }
        try await endPod(pod, all)
    }

    /// The job that makes the policy's destinations ready and has not ended.
    func preparation(of name: String = "nightly") async throws -> DynamicObject {
        var found: DynamicObject?
        try await eventually("\(name) has a job that makes its destinations ready") {
            let selector = "\(LabelKey.backupPolicy)=\(name),\(LabelKey.backupTask)=\(BackupPolicy.prepareTask)"
            let jobs = try await client.list(
                .job, namespace: namespace, options: ListOptions(labelSelector: selector))
            found = jobs.items.first { $0[path: "status", "conditions"] == nil && !$0.isBeingDeleted }
            return found != nil
        }
        return try #require(found)
    }

    private func makePod(of job: DynamicObject) async throws -> ObjectKey {
        try await client.create(Self.pod(of: job, named: "\(job.name)-0"), as: .pod).key
    }

    static let good = report(
        "Succeeded",
        #","artifact":"20260110T020001Z","sizeBytes":2097152,"verified":"read","pruned":"Done","count":7,"deleted":1,"oldest":"20260104T020000Z""#
    )
}
