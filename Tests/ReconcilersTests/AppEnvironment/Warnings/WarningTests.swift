import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Warnings about the pods of a component")
struct WarningTests {
    private func component(_ pods: [Pod], volumes: String = "") throws -> ComponentObservation {
        let environment = try ResolvedEnvironment.written(
            "tier: staging\ncomponents: [{name: web, image: 'web:1'\(volumes)}]")
        var seen = ComponentObservation(component: environment.components[0])
        var metadata = ObjectMeta(name: "web", namespace: "shop")
        metadata.generation = 1
        seen.deployment = Deployment(
            metadata: metadata, spec: .init(replicas: 1, selector: .matching([:]), template: [:]),
            status: .init(observedGeneration: 1, replicas: 1, updatedReplicas: 1))
        seen.pods = pods
        return seen
    }

    private func pod(
        _ state: ContainerStatus.State, node: String? = "a", conditions: [ObservedCondition] = []
    ) -> Pod {
        var metadata = ObjectMeta(name: "web-1")
        metadata.uid = "uid-1"
        return Pod(
            metadata: metadata, spec: .init(nodeName: node),
            status: .init(
                phase: "Pending", conditions: conditions,
                containerStatuses: [ContainerStatus(name: "web", ready: false, state: state)]))
    }

    private func warning(_ reason: String, _ note: String, time: String = "", uid: String = "uid-1") -> Warning {
        Warning(kind: "Pod", name: "web-1", uid: uid, reason: reason, note: note, time: time)
    }

    private let creating = ContainerStatus.State(waiting: .init(reason: "ContainerCreating"))
    private let running = ContainerStatus.State(running: .init())

    @Test(
        "What keeps a pod from starting is the reason of its component",
        arguments: [
            ("FailedMount", "MountVolume.SetUp failed for volume \"tls\" : secret \"tls\" not found", "SecretMissing"),
            ("FailedMount", "references non-existent configmap key: configmap \"a\" not found", "SecretMissing"),
            ("FailedAttachVolume", "Multi-Attach error for volume \"pvc-1\"", "Unavailable"),
            ("FailedCreatePodSandBox", "plugin type=\"flannel\" failed: no such file", "Unavailable"),
        ])
    func notStarted(reason: String, note: String, wanted: String) throws {
        var seen = try component([pod(creating)])
        seen.warning = [warning(reason, note)].telling(of: seen)
        let finding = try #require(seen.finding)
        #expect(finding.reason.rawValue == wanted)
        #expect(finding.message == "Deployment web: Pod web-1: \(reason): \(note)")
        #expect(finding.consequence == .wait)
    }

    @Test("The newest warning counts, of this pod and no other; one line, whatever it was")
    func newest() throws {
        let seen = try component([pod(creating)])
        let told = [
            warning("FailedMount", "older", time: "2026-01-02T03:04:05Z"),
            warning("FailedMount", "newer\nby far", time: "2026-01-02T03:04:06.000000Z"),
            warning("FailedMount", "of a pod before", time: "2026-01-02T03:05:00Z", uid: "uid-0"),
        ].telling(of: seen)
        #expect(told?.words == "Pod web-1: FailedMount: newer by far")
    }

    @Test("What is over is not told: a mount once the sandbox is there, a place once the pod has a node")
    func stale() throws {
        let past = [warning("FailedMount", "volume"), warning("FailedScheduling", "0/3 nodes are available")]
        let ready = ObservedCondition(type: "PodReadyToStartContainers", status: .true)
        #expect(past.telling(of: try component([pod(creating, conditions: [ready])])) == nil)
        #expect(past.telling(of: try component([pod(running)])) == nil)
        #expect([past[1]].telling(of: try component([pod(creating)])) == nil)
    }

    @Test("A failing probe is told beside the roll-out, which goes on")
    func probes() throws {
        let failure = warning("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503")
        #expect([failure].telling(of: try component([pod(creating)])) == nil)
        var seen = try component([pod(running)])
        seen.warning = [failure].telling(of: seen)
        let finding = try #require(seen.finding)
        #expect(finding.reason == .rollingOut)
        #expect(
            finding.message == """
                Deployment web: 0 of 1 pods available; Pod web-1: Unhealthy: Readiness probe failed: HTTP probe failed \
                with statuscode: 503
                """)
        seen.deployment?.status?.conditions = [
            .init(
                type: "Progressing", status: .false, reason: "ProgressDeadlineExceeded", message: "it has timed out")
        ]
        let late = try #require(seen.finding)
        #expect(late.reason == .deadlineExceeded)
        #expect(late.message.hasSuffix("it has timed out; \(failure.words)"))
    }

    @Test("A pod without a node waits for its claim, and the claim says why")
    func claims() throws {
        let failure = Warning(
            kind: "PersistentVolumeClaim", name: "web-data", reason: "ProvisioningFailed",
            note: "storageclass.storage.k8s.io \"fast\" not found")
        let volumes = ", volumes: [{name: data, path: /data, size: 1Gi}]"
        #expect([failure].telling(of: try component([pod(creating)], volumes: volumes)) == nil)
        #expect([failure].telling(of: try component([pod(creating, node: nil)])) == nil)
        var seen = try component([pod(creating, node: nil)], volumes: volumes)
        seen.warning = [failure].telling(of: seen)
        #expect(seen.finding?.reason == .unavailable)
        #expect(
            seen.finding?.message == """
                Deployment web: PersistentVolumeClaim web-data: ProvisioningFailed: storageclass.storage.k8s.io "fast" \
                not found
                """)
    }

    @Test("Events of the kubelet's older recorder and of newer ones are read alike")
    func reading() throws {
        func read(_ more: String) throws -> Warning? {
            let object = try DynamicObject.fixture(
                """
                apiVersion: events.k8s.io/v1
                kind: Event
                metadata: {name: web-1.1, namespace: shop, creationTimestamp: '2026-01-02T03:00:00Z'}
                type: Warning
                reason: FailedMount
                regarding: {kind: Pod, namespace: shop, name: web-1, uid: uid-1}
                \(more)
                """)
            return Warning(CachedObject(object))
        }
        #expect(
            try read("note: a\neventTime: null\ndeprecatedLastTimestamp: '2026-01-02T03:04:05Z'")
                == warning("FailedMount", "a", time: "2026-01-02T03:04:05Z"))
        #expect(
            try read(
                "note: a\neventTime: '2026-01-02T03:01:00.000000Z'\nseries: {count: 2, lastObservedTime: '2026-01-02T03:09:00.000000Z'}"
            )?
            .time == "2026-01-02T03:09:00.000000Z")
        #expect(try read("note: ''") == nil)
    }
}
