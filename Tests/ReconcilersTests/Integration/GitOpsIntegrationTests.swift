import KubeAPI
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("Under a GitOps tool")
    struct GitOpsIntegrationTests {
        private func play<Seen: PlayedObservation>(
            _: Seen.Type, on cluster: TestCluster, _ readings: inout [KStatus: Int]
        ) async throws {
            for seed in 1...4 as ClosedRange<UInt64> {
                var history = StatusHistory<Seen>(on: cluster, seed: seed)
                try await history.play(steps: 60)
                readings.merge(history.readings) { $0 + $1 }
            }
        }

        @Test(
            "At each moment of a random life an object is current only if nothing is to be done for this very spec, failed exactly if it needs an edit"
        )
        func histories() async throws {
            try await TestCluster.run(.embedded) { cluster in
                var readings: [KStatus: Int] = [:]
                try await play(PoolObservation.self, on: cluster, &readings)
                try await play(EnvironmentObservation.self, on: cluster, &readings)
                try await play(PolicyObservation.self, on: cluster, &readings)
                // Each of the four was met often: none of the checks above is idle.
                for reading in [KStatus.current, .failed, .inProgress, .terminating] {
                    #expect(readings[reading, default: 0] > 20, "\(readings)")
                }
            }
        }

        @Test(
            "What a tool has applied it finds unchanged: neither defaults nor what the operator writes is a difference",
            arguments: KindFixtures.all)
        func noDifference(fixtures: KindFixtures) async throws {
            let type = fixtures.kind.resourceType
            try await TestCluster.run(.embedded) { cluster in
                for manifest in fixtures.valid {
                    var object = try DynamicObject(#require(Repository.yaml(manifest.path).first))
                    object[path: "metadata", "name"] = .string("\(cluster.namespace)-\(manifest.name)")
                    if type.isNamespaced { object[path: "metadata", "namespace"] = .string(cluster.namespace) }
                    let key = object.key
                    func apply(dryRun: Bool) async throws -> DynamicObject {
                        try await cluster.client.patch(
                            type, key, .apply(object.json, force: true), subresource: nil,
                            options: WriteOptions(fieldManager: "argocd-controller", dryRun: dryRun))
                    }
                    let applied = try await apply(dryRun: false)
                    #expect(applied[path: "status", "observedGeneration"] == -1, "no tool takes it for reconciled")

                    let informers = InformerSet(source: cluster.client)
                    let environment = ReconcilerEnvironment(
                        api: cluster.client, informers: informers, gate: .alwaysOpen(), events: CollectedEvents(),
                        seal: .test)
                    let finalizers = Finalizers(environment.client)
                    let held = try await finalizers.add(Finalizer.cleanup, to: applied, as: type)
                    try await StatusReporter(type, in: environment).report(
                        Finding(.preparing, "on its way", .wait), on: held)
                    // By hand, where Git says nothing of it.
                    let isSilent = object[path: "spec", "suspend"] == nil
                    if isSilent {
                        try await cluster.change(type, key, ["spec": ["suspend": true]], by: "argocd-server")
                    }

                    let live = try await cluster.client.get(type, key)
                    let predicted = try await apply(dryRun: true)
                    #expect(live.finalizers == [Finalizer.cleanup])
                    #expect(!isSilent || predicted[path: "spec", "suspend"] == true, "\(manifest)")
                    #expect(predicted.withoutManagers == live.withoutManagers, "\(manifest)")
                }
            }
        }

        @Test("A job that Argo CD makes from a CronJob of a policy counts as a run of it")
        func createdJobs() async throws {
            try await TestCluster.run(.embedded) { cluster in
                var jobs = 0
                for manifest in KindFixtures(kind: BackupPolicy.self).valid {
                    let children = try Rendering.children(of: Repository.yaml(manifest.path))
                    for var cronJob in children where cronJob.kind == "CronJob" {
                        jobs += 1
                        cronJob["metadata"] = [
                            "name": .string("cron-\(jobs)"), "namespace": .string(cluster.namespace),
                        ]
                        let live = try await cluster.client.create(cronJob, as: .cronJob)
                        let template = try #require(live[path: "spec", "jobTemplate"])
                        var job = try DynamicObject(template.withoutEmpties)
                        job["apiVersion"] = "batch/v1"
                        job["kind"] = "Job"
                        job[path: "metadata", "name"] = .string("job-\(jobs)")
                        job[path: "metadata", "namespace"] = .string(cluster.namespace)
                        let made = try await cluster.client.create(job, as: .job)
                        let templates = RunTemplates(.test)
                        templates.learn(CachedObject(live))
                        #expect(templates.haveMade(made, by: CachedObject(live)), "\(manifest) \(made["spec"] ?? [:])")
                        #expect(made.labels[LabelKey.backupPolicy] != nil, "else nobody looks at it")
                    }
                }
                #expect(jobs > 8)
            }
        }
    }
}

extension JSONValue {
    /// Without empty lists and objects: Lua can't tell the two apart, so the action leaves them out.
    fileprivate var withoutEmpties: JSONValue {
        switch self {
        case .array(let elements): .array(elements.map(\.withoutEmpties))
        case .object(let fields):
            .object(
                fields.filter { ($0.value.object.map(\.isEmpty) ?? $0.value.array.map(\.isEmpty)) != true }
                    .mapValues(\.withoutEmpties))
        default: self
        }
    }
}

extension DynamicObject {
    /// Who owns which field, and when that was written, is no tool's business.
    fileprivate var withoutManagers: JSONObject {
        var object = self
        object[path: "metadata", "managedFields"] = nil
        return object.fields
    }
}
