import EmbeddedAPIServer
import KubeAPI
import Reconcilers
import Support
import Synchronization
import Testing

@testable import CommandLineInterface
@testable import Operator

@Suite("quartermaster backup")
struct BackupCommandTests {
    private static let manifest = """
        apiVersion: quartermaster.dev/v1alpha1
        kind: BackupPolicy
        metadata: {name: nightly, namespace: shop}
        spec:
          schedule: 0 2 * * *
          jitterSeconds: 3600
          sources: [{name: db, pvc: {claimName: data}}, {name: web, pvc: {claimName: web}}]
          destinations:
          - {name: bucket, credentialsSecretRef: {name: s}, rclone: {remote: a, path: b}}
          - {name: box, credentialsSecretRef: {name: s}, restic: {repository: /r}}
        """

    /// A server with the policy and the CronJobs that the operator makes for it.
    private func withServer(_ body: (BackupActions, KubeClient, Lines) async throws -> Void) async throws {
        let server = try EmbeddedAPIServer()
        try server.start()
        let client = try KubeClient(configuration: server.clientConfiguration())
        let definition = try DynamicObject(YAML.parseDocument(Array(CustomResource.backupPolicy.text.utf8)))
        _ = try await client.create(definition, as: .customResourceDefinition)
        try await eventually("the kind is served") {
            (try? await client.list(BackupPolicy.resourceType, namespace: nil)) != nil
        }
        _ = try await client.create(
            Namespace(metadata: ObjectMeta(name: "shop")).dynamicObject(), as: .namespace)
        let documents = try YAML.parse(Self.manifest)
        _ = try await client.create(DynamicObject(documents[0]), as: BackupPolicy.resourceType)
        for child in try Rendering.children(of: documents) where child.kind == "CronJob" {
            _ = try await client.create(child, as: .cronJob)
        }
        let lines = Lines()
        let actions = BackupActions(
            client: client, policy: ObjectKey(namespace: "shop", name: "nightly"), write: lines.add,
            pause: .milliseconds(10))
        do {
            try await body(actions, client, lines)
        } catch {
            await client.shutdown()
            await server.stop()
            throw error
        }
        await client.shutdown()
        await server.stop()
    }

    /// Plays the job: its pod, what its containers come to, and the end of the job.
    private func play(
        _ client: KubeClient, _ source: String, _ reports: [(String, Int, String)], ends condition: String
    )
        async throws
    {
        var job: DynamicObject?
        try await eventually("there is a job of \(source)") {
            let jobs = try await client.list(
                .job, namespace: "shop",
                options: ListOptions(labelSelector: "quartermaster.dev/backup-source=\(source)"))
            job = jobs.items.first { $0[path: "status", "conditions"] == nil }
            return job != nil
        }
        let key = try #require(job?.key)
        let owner: JSONValue = [
            "apiVersion": "batch/v1", "kind": "Job", "name": .string(key.name), "uid": .string(job?.uid ?? ""),
            "controller": true,
        ]
        var pod = try DynamicObject(
            YAML.parseDocument(
                Array("{apiVersion: v1, kind: Pod, spec: {containers: [{name: c, image: i}]}}".utf8)))
        pod["metadata"] = [
            "name": .string("\(key.name)-0"), "namespace": "shop",
            "labels": ["batch.kubernetes.io/job-name": .string(key.name)], "ownerReferences": [owner],
        ]
        _ = try await client.create(pod, as: .pod)
        func status(_ ended: Int) -> JSONValue {
            func states(_ isInit: Bool) -> JSONValue {
                .array(
                    reports.enumerated().filter { ($0.element.0 == "source") == isInit }.compactMap { index, entry in
                        guard index <= ended else { return nil }
                        let done: JSONValue = [
                            "terminated": ["exitCode": .integer(Int64(entry.1)), "message": .string(entry.2)]
                        ]
                        return [
                            "name": .string(entry.0), "image": "i", "imageID": "", "ready": false, "restartCount": 0,
                            "state": index < ended ? done : ["running": ["startedAt": "2026-01-01T00:00:00Z"]],
                        ]
                    })
            }
            return [
                "phase": "Running", "initContainerStatuses": states(true), "containerStatuses": states(false),
            ]
        }
        for ended in 0...reports.count {
            _ = try await client.patch(
                .pod, ObjectKey(namespace: "shop", name: "\(key.name)-0"), .merge(["status": status(ended)]),
                subresource: "status")
        }
        let ending: JSONValue = [
            "type": .string(condition), "status": "True", "lastTransitionTime": .string(Timestamp.now().rfc3339),
            "message": condition == "Failed" ? "Job has reached the specified backoff limit" : "",
        ]
        _ = try await client.patch(
            .job, key, .merge(["status": ["conditions": [ending]]]), subresource: "status")
    }

    private static let good =
        #"{"version":1,"result":"Succeeded","message":"","durationSeconds":3,"artifact":"20260131T020000Z","sizeBytes":2048,"verified":"read","count":7}"#

    @Test(
        "No run is started while a destination that it needs is not ready, as the operator says of the spec as it is now"
    )
    func destinationNotReady() async throws {
        try await withServer { actions, client, lines in
            func set(_ reason: String, generation: Int, prepared: String = "") async throws {
                let status = """
                    observedGeneration: \(generation)
                    destinations: [{name: bucket, preparedTime: "2026-01-01T00:00:00Z"}, {name: box\(prepared)}]
                    conditions:
                    - {type: Scheduled, status: "False", reason: \(reason), message: "destination box could not be made ready: no route", lastTransitionTime: "2026-01-01T00:00:00Z"}
                    """
                _ = try await client.patch(
                    BackupPolicy.resourceType, ObjectKey(namespace: "shop", name: "nightly"),
                    .merge(["status": try YAML.parseDocument(Array(status.utf8))]), subresource: "status")
            }
            func jobs() async throws -> Int { try await client.list(.job, namespace: "shop").items.count }
            try await set("DestinationNotReady", generation: 1)
            #expect(try await actions.run(sources: ["db"], follows: true) == .finding)
            #expect(
                lines.all == [
                    "no run is started, since it would fail: Scheduled is False, DestinationNotReady: destination box could "
                        + "not be made ready: no route"
                ])
            #expect(try await jobs() == 0)
            // What is said of a former spec, of something else, or of a destination that is ready keeps nothing back.
            for (reason, generation, prepared) in [
                ("DestinationNotReady", 0, ""), ("PodSecurityBlocked", 1, ""),
                ("SecretMissing", 1, ", preparedTime: \"2026-01-01T00:00:00Z\""),
            ] {
                let before = try await jobs()
                try await set(reason, generation: generation, prepared: prepared)
                #expect(try await actions.run(sources: ["db"], follows: false) == .fine)
                #expect(try await jobs() == before + 1, "\(reason)")
                for job in try await client.list(.job, namespace: "shop").items {
                    try await client.delete(.job, job.key)
                }
            }
        }
    }

    @Test("A run is started with the policy's labels and without its jitter, followed, and its result is the status")
    func run() async throws {
        try await withServer { actions, client, lines in
            async let status = actions.run(sources: ["db"], follows: true)
            try await play(
                client, "db",
                [("source", 0, Self.good), ("to-bucket", 0, Self.good), ("to-box", 0, Self.good)], ends: "Complete")
            let code = try await status
            #expect(code == .fine)
            let jobs = try await client.list(.job, namespace: "shop").items
            let job = try #require(jobs.first)
            #expect(jobs.count == 1 && job.labels["quartermaster.dev/backuppolicy"] == "nightly")
            #expect(job.ownerReferences.first?.kind == "CronJob" && job.ownerReferences.first?.controller == true)
            let containers = job[path: "spec", "template", "spec", "initContainers"]?.array ?? []
            let delay = containers.first?["env"]?.array?.first { $0["name"] == "QM_DELAY_SECONDS" }
            #expect(delay?["value"] == "0")
            let told = lines.all
            #expect(told.first == "db: started job \(job.name)")
            #expect(told.contains("db: source succeeded, 20260131T020000Z, 2.0Ki, verified by read, 7 kept"))
            #expect(told.suffix(3) == ["db: the job is complete", "db to bucket: Succeeded", "db to box: Succeeded"])
            #expect(Set(told).count == told.count)
        }
    }

    @Test("One destination that fails, or is incomplete, is told by the exit status")
    func failures() async throws {
        let failed = #"{"version":1,"result":"Failed","message":"no route","durationSeconds":3}"#
        let partial = #"{"version":1,"result":"Partial","message":"files changed","durationSeconds":3}"#
        for (box, exit, ending) in [(failed, 1, "Failed"), (partial, 0, "Complete")] {
            try await withServer { actions, client, lines in
                async let status = actions.run(sources: ["db"], follows: true)
                try await play(
                    client, "db", [("source", 0, Self.good), ("to-bucket", 0, Self.good), ("to-box", exit, box)],
                    ends: ending)
                let code = try await status
                #expect(code == .finding)
                #expect(lines.all.contains("db to bucket: Succeeded"))
                let word = exit == 1 ? "failed: no route" : "is incomplete: files changed"
                #expect(lines.all.contains("db: to-box \(word)"), "\(lines.all)")
            }
        }
    }

    @Test("Without a source every one runs; a second run of one that goes on is refused")
    func everySource() async throws {
        try await withServer { actions, client, lines in
            #expect(try await actions.run(sources: [], follows: false) == .fine)
            let jobs = try await client.list(.job, namespace: "shop").items
            #expect(jobs.count == 2 && lines.all.count == 2)
            let error = await #expect(throws: BackupActions.Failure.self) {
                try await actions.run(sources: ["web"], follows: true)
            }
            #expect(error?.description.contains("goes on; wait until it is done") == true)
            let unknown = await #expect(throws: BackupActions.Failure.self) {
                try await actions.run(sources: ["nothing"], follows: true)
            }
            #expect(unknown?.description == "shop/nightly has no source \"nothing\"; it has db, web")
        }
    }

    @Test(
        "Pods that the namespace's Pod Security refuses are told with the run, and in the API server's words once they are"
    )
    func refusedPods() async throws {
        try await withServer { actions, client, lines in
            _ = try await client.patch(
                .namespace, ObjectKey(name: "shop"),
                .merge(["metadata": ["labels": ["pod-security.kubernetes.io/enforce": "restricted"]]]), subresource: nil
            )
            async let status = actions.run(sources: ["db"], follows: true)
            var job: DynamicObject?
            try await eventually("there is a job") {
                job = try await client.list(.job, namespace: "shop").items.first
                return job != nil
            }
            let made = try #require(job)
            for attempt in ["a", "b"] {
                let words =
                    "pods \"\(made.name)-\(attempt)\" is forbidden: violates PodSecurity \"restricted:latest\": odd"
                let event: JSONValue = [
                    "apiVersion": "events.k8s.io/v1", "kind": "Event",
                    "metadata": ["name": .string("e-\(attempt)"), "namespace": "shop"],
                    "eventTime": "2026-01-01T00:00:00.000000Z", "reportingController": "job-controller",
                    "reportingInstance": "x", "action": "Create", "type": "Warning", "reason": "FailedCreate",
                    "note": .string("Error creating: \(words)"),
                    "regarding": [
                        "kind": "Job", "namespace": "shop", "name": .string(made.name), "uid": .string(made.uid),
                    ],
                ]
                _ = try await client.create(DynamicObject(event), as: .event)
            }
            let told = "db: its job can make no pod: violates PodSecurity \"restricted:latest\": odd"
            try await eventually("the words are told") { lines.all.contains(told) }
            let ending: JSONValue = [
                "type": "Failed", "status": "True", "lastTransitionTime": .string(Timestamp.now().rfc3339),
                "reason": "DeadlineExceeded", "message": "Job was active longer than specified deadline",
            ]
            _ = try await client.patch(
                .job, made.key, .merge(["status": ["conditions": [ending]]]), subresource: "status")
            #expect(try await status == .finding)
            #expect(lines.all.count { $0 == told } == 1)
            #expect(
                lines.all.dropFirst().first?.hasPrefix(
                    "db: Namespace shop enforces the Pod Security level restricted, which refuses its pods (") == true)
        }
    }

    @Test("What is known is listed, with what runs at this moment")
    func list() async throws {
        try await withServer { actions, client, lines in
            let unknown = try await actions.list()
            #expect(unknown.exitStatus == .fine)
            #expect(try unknown.text(as: .text).hasPrefix("nothing is known of shop/nightly yet"))
            let status: JSONValue = [
                "observedGeneration": 1, "nextRunTime": "2026-02-01T02:00:00Z",
                "targets": [
                    [
                        "source": "db", "destination": "bucket", "lastResult": "Succeeded",
                        "lastSuccessTime": "2026-01-31T02:05:00Z", "artifact": "20260131T020000Z",
                        "sizeBytes": 2_097_152, "count": 7, "oldest": "20260125T020000Z",
                        "lastVerifiedTime": "2026-01-31T02:05:00Z",
                    ],
                    ["source": "db", "destination": "box", "lastResult": "Failed", "message": "no route"],
                ],
            ]
            _ = try await client.patch(
                BackupPolicy.resourceType, ObjectKey(namespace: "shop", name: "nightly"), .merge(["status": status]),
                subresource: "status")
            _ = try await actions.run(sources: ["web"], follows: false)
            let report = try await actions.list()
            // One target failed.
            #expect(report.exitStatus == .finding)
            let told = report.lines(TextStyle())
            #expect(told[0].hasPrefix("SOURCE   DESTINATION   RESULT"))
            let words = told[1].split(separator: " ").map(String.init)
            #expect(
                words == [
                    "db", "bucket", "Succeeded", "2026-01-31T02:05:00Z", "20260131T020000Z", "2.0Mi", "7",
                    "20260125T020000Z", "2026-01-31T02:05:00Z", "-",
                ])
            #expect(told[2].hasSuffix("no route"))
            #expect(told[3].hasPrefix("source web: job nightly-web-run-") && told[3].hasSuffix(" is running"))
            #expect(told[4] == "the next run is due at 2026-02-01T02:00:00Z")
            let wide = report.lines(TextStyle(isWide: true))
            #expect(wide[0].contains("LAST-ATTEMPT") && wide[1].contains("20260131T020000Z"))
            let document = try JSONValue.parse(try report.text(as: .json))
            #expect(document["apiVersion"] == "cli.quartermaster.dev/v1" && document["kind"] == "BackupReport")
            #expect(document["targets"]?[0]?["sizeBytes"] == 2_097_152)
            #expect(document["targets"]?[1]?["lastResult"] == "Failed")
            #expect(document["running"]?[0]?["source"] == "web")
            #expect(document["nextRunTime"] == "2026-02-01T02:00:00Z")
        }
    }

    @Test("The steps of a restore are printed, and nothing is written")
    func restore() async throws {
        try await withServer { actions, client, lines in
            let code = try await actions.restore(target: "db/box", at: "20260131T020000Z")
            #expect(code == .fine)
            let text = lines.all.joined(separator: "\n")
            #expect(text.contains("# Nothing has been done."))
            #expect(text.contains("restic restore latest --host shop.nightly --tag source=db,at=20260131T020000Z"))
            let jobs = try await client.list(.job, namespace: "shop").items
            #expect(jobs.isEmpty)
        }
    }

    @Test(
        "What the command line says wrongly is told with what to write instead",
        arguments: [
            ([], "say what to do"), (["runs", "x"], "say what to do"),
            (["run"], "name a BackupPolicy: backup run POLICY"),
            (["list", "a", "b"], "one argument too many"), (["restore", "a"], "name what is wanted back"),
            (["restore", "a", "--target", "db"], "quartermaster restores nothing by itself"),
            (["run", "a", "-o", "json"], "flag --output belongs to backup list"),
            (["list", "a", "-o", "xml"], "flag --output: \"xml\" is none of wide, json, yaml"),
        ] as [([String], String)])
    func usage(words: [String], want: String) throws {
        let error = #expect(throws: UsageError.self) {
            try BackupCommand(Arguments(words, flags: BackupCommand.flags, environment: [:]))
        }
        #expect(error?.description.contains(want) == true)
    }
}

/// Keeps what a command writes.
private final class Lines: Sendable {
    private let kept = Mutex<[String]>([])

    @Sendable func add(_ line: String) { kept.withLock { $0.append(line) } }
    var all: [String] { kept.withLock { $0 } }
}
