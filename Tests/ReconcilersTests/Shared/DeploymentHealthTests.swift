import KubeAPI
import Testing

@testable import Reconcilers

/// What pools and environments say of a Deployment. Each case is asked of both kinds.
@Suite("Why a Deployment is not as it should be")
struct DeploymentHealthTests {
    private static let now = Timestamp(secondsSinceEpoch: 1_000_000)

    private struct Case {
        var pods: [Pod] = []
        var nodeProblems: [String: String] = [:]
        var available = 0
        var template: JSONValue = [:]
        var progress: ObservedCondition?
        var now = DeploymentHealthTests.now
    }

    private func deployment(_ name: String, _ seen: Case) -> Deployment {
        var metadata = ObjectMeta(name: name, namespace: "shop")
        metadata.generation = 1
        return Deployment(
            metadata: metadata, spec: .init(replicas: 1, selector: .matching([:]), template: seen.template),
            status: .init(
                observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: seen.available,
                availableReplicas: seen.available, conditions: seen.progress.map { [$0] } ?? []))
    }

    private func pool(_ seen: Case) throws -> PoolObservation {
        let pool = try RegionalWorkerPool.fixture(
            spec: "replicas: 1\nregions: [{name: eu, nodeSelector: {matchLabels: {zone: eu}}}]")
        var observed = PoolObservation(ResolvedPool(pool))
        var region = try #require(observed.regions.first)
        (region.matched, region.claimed, region.ready) = (1, 1, 1)
        region.deployment = deployment("web", seen)
        (region.pods, region.nodeProblems, region.now) = (seen.pods, seen.nodeProblems, seen.now)
        observed.regions = [region]
        return observed
    }

    private func environment(_ seen: Case) throws -> EnvironmentObservation {
        var found = EnvironmentObservation(try ResolvedEnvironment.written())
        found.components[0].deployment = deployment("web", seen)
        (found.components[0].pods, found.components[0].nodeProblems) = (seen.pods, seen.nodeProblems)
        found.components[0].now = seen.now
        return found
    }

    /// `Stalled ImagePullFailed: …`, as kstatus reads it; of both kinds, which have to say the same.
    private func verdict(_ seen: Case, sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
        let all = try [pool(seen).status.conditions ?? [], environment(seen).status.conditions ?? []]
        let verdicts = all.map { conditions in
            let ready = conditions.first { $0.type == "Ready" }
            let state =
                conditions.contains { $0.type == "Stalled" }
                ? "Failed" : conditions.contains { $0.type == "Reconciling" } ? "InProgress" : "Current"
            return state == "Current" ? state : "\(state) \(ready?.reason ?? ""): \(ready?.message ?? "")"
        }
        #expect(verdicts[0] == verdicts[1], sourceLocation: sourceLocation)
        return verdicts[0]
    }

    private func pod(
        _ containers: [ContainerStatus] = [], node: String? = "n1", age: Int = 5, conditions: [ObservedCondition] = []
    ) -> Pod {
        var metadata = ObjectMeta(name: "web-1", namespace: "shop")
        metadata.creationTimestamp = Self.now + .seconds(-age)
        return Pod(
            metadata: metadata, spec: .init(nodeName: node),
            status: .init(phase: "Pending", conditions: conditions, containerStatuses: containers))
    }

    private func waiting(_ reason: String, _ message: String? = nil) -> ContainerStatus {
        ContainerStatus(name: "web", ready: false, state: .init(waiting: .init(reason: reason, message: message)))
    }

    @Test(
        "What keeps a container from starting is told at once, in the kubelet's words",
        arguments: [
            (
                "ErrImagePull", "not found",
                "Failed ImagePullFailed: Deployment web: Pod web-1, container web: ErrImagePull: not found"
            ),
            (
                "CreateContainerConfigError", "configmap \"a\" not found",
                "InProgress SecretMissing: Deployment web: Pod web-1, container web: CreateContainerConfigError: "
                    + "configmap \"a\" not found"
            ),
            (
                "CreateContainerConfigError", "couldn't find key K in Secret shop/a",
                "InProgress SecretMissing: Deployment web: Pod web-1, container web: CreateContainerConfigError: "
                    + "couldn't find key K in Secret shop/a"
            ),
            (
                "CreateContainerConfigError", "container has runAsNonRoot and image will run as root",
                "Failed Unavailable: Deployment web: Pod web-1, container web: CreateContainerConfigError: "
                    + "container has runAsNonRoot and image will run as root"
            ),
            (
                "RunContainerError", "no such file",
                "Failed Unavailable: Deployment web: Pod web-1, container web: RunContainerError: no such file"
            ),
            ("ContainerCreating", "", "InProgress RollingOut: Deployment web: 0 of 1 pods available"),
        ])
    func containers(reason: String, message: String, want: String) throws {
        #expect(try verdict(Case(pods: [pod([waiting(reason, message)])])) == want)
    }

    @Test("A pod without a node is told in the scheduler's words")
    func unschedulable() throws {
        let condition = ObservedCondition(
            type: "PodScheduled", status: .false, reason: "Unschedulable", message: "0/3 nodes are available")
        let seen = Case(pods: [pod(node: nil, conditions: [condition])])
        #expect(
            try verdict(seen)
                == "InProgress Unschedulable: Deployment web: Pod web-1 finds no node: 0/3 nodes are available")
        var region = try pool(seen)
        region.regions[0].ready = 0
        region.regions[0].unready = .init(name: "n1", problem: "is not ready: NodeStatusUnknown")
        #expect(
            region.status.conditions?.first?.message.hasSuffix(
                "0/3 nodes are available; Node n1 of the region is not ready: NodeStatusUnknown") == true)
    }

    @Test("A pod whose node is not ready is told by its node, whatever its containers said last")
    func nodeNotReady() throws {
        let seen = Case(
            pods: [pod([waiting("ImagePullBackOff")])], nodeProblems: ["n1": "is not ready: NodeStatusUnknown"])
        #expect(
            try verdict(seen)
                == "InProgress NodeNotReady: Deployment web: Pod web-1 is on Node n1, which is not ready: NodeStatusUnknown"
        )
    }

    @Test("A pod that has a node and does not begin names what it mounts, after a minute")
    func silent() throws {
        let template: JSONValue = [
            "spec": [
                "volumes": [
                    ["name": "a", "secret": ["secretName": "keys"]], ["name": "b", "configMap": ["name": "conf"]],
                    ["name": "c", "secret": ["secretName": "other", "optional": true]],
                    ["name": "d", "projected": ["sources": [["configMap": ["name": "more"]]]]],
                    ["name": "e", "persistentVolumeClaim": ["claimName": "data"]], ["name": "f", "emptyDir": [:]],
                ]
            ]
        ]
        let creating = [waiting("ContainerCreating")]
        let young = Case(pods: [pod(creating, age: 59)], template: template)
        #expect(try verdict(young) == "InProgress RollingOut: Deployment web: 0 of 1 pods available")
        #expect(try pool(young).regions[0].health?.requeueAfter == .seconds(1))
        #expect(
            try verdict(Case(pods: [pod(creating, age: 60)], template: template))
                == "InProgress PodWaiting: Deployment web: Pod web-1 has a node and does not begin; it mounts Secret keys, "
                + "ConfigMap conf, ConfigMap more, PersistentVolumeClaim data, and none of them may be missing; its "
                + "events say why: kubectl describe pod web-1 -n shop")
        #expect(try pool(Case(pods: [pod(node: nil, age: 20)])).regions[0].health?.requeueAfter == .seconds(40))
        #expect(try pool(Case()).regions[0].health?.requeueAfter == .seconds(60), "its pod is not seen yet")
        for late in [Case(pods: [pod(creating, age: 60)]), Case(pods: [pod(node: nil, age: 86_400)])] {
            #expect(
                try pool(late).regions[0].health?.requeueAfter == nil,
                "what stays as it is is not looked at again and again")
        }
        var refused = try pool(Case())
        refused.regions[0].deployment?.status?.replicas = 0
        #expect(refused.regions[0].health?.requeueAfter == nil)
        // Its volumes are there, and its image is on its way.
        let ready = ObservedCondition(type: "PodReadyToStartContainers", status: .true)
        #expect(try verdict(Case(pods: [pod(creating, age: 600, conditions: [ready])])).contains("RollingOut"))
    }

    @Test("A roll-out beyond its deadline is told by both kinds in one word")
    func deadline() throws {
        let late = ObservedCondition(
            type: "Progressing", status: .false, reason: "ProgressDeadlineExceeded", message: "it has timed out")
        #expect(
            try verdict(Case(progress: late))
                == "Failed DeadlineExceeded: Deployment web: 0 of 1 pods available; it has timed out; look at the events "
                + "of its pods")
    }

    /// A container at the end of so many runs, or in the middle of the next one.
    private func container(
        _ state: String, restarts: Int, exitCode: Int = 1, lastRun: Int = 5, runningFor: Int = 1
    ) -> ContainerStatus {
        let ended = ContainerStatus.State.Terminated(
            exitCode: exitCode, reason: exitCode == 0 ? "Completed" : "Error",
            startedAt: Self.now + .seconds(-runningFor - 10 - lastRun),
            finishedAt: Self.now + .seconds(-runningFor - 10))
        let last = ContainerStatus.State(terminated: ended)
        switch state {
        case "terminated":
            return ContainerStatus(name: "web", ready: false, restartCount: restarts, state: last)
        case "waiting":
            return ContainerStatus(
                name: "web", ready: false, restartCount: restarts,
                state: .init(waiting: .init(reason: "CrashLoopBackOff", message: "back-off 10s")), lastState: last)
        default:
            return ContainerStatus(
                name: "web", ready: true, restartCount: restarts,
                state: .init(running: .init(startedAt: Self.now + .seconds(-runningFor))), lastState: last)
        }
    }

    @Test("A container that ends again and again is Failed in one and the same way until it has run for long enough")
    func crashLoop() throws {
        let ready = ObservedCondition(type: "Ready", status: .true)
        func verdict(_ container: ContainerStatus, isReady: Bool = false) throws -> String {
            try self.verdict(
                Case(pods: [pod([container], conditions: isReady ? [ready] : [])], available: isReady ? 1 : 0))
        }
        let loop =
            "Failed CrashLooping: Deployment web: Pod web-1, container web: CrashLoopBackOff, exit code 1 (Error); look at "
            + "its log"
        // The first ending may be the only one.
        #expect(
            try verdict(container("terminated", restarts: 0))
                == "InProgress CrashLooping: Deployment web: Pod web-1, container web ended, exit code 1 (Error); look at "
                + "its log")
        #expect(try verdict(container("running", restarts: 1), isReady: true) == "Current")
        // From here on it stays what it is, whether it waits, runs, is ready, or has just ended.
        for restarts in 1...7 {
            #expect(try verdict(container("terminated", restarts: restarts)) == loop)
            #expect(try verdict(container("waiting", restarts: restarts)) == loop)
            #expect(try verdict(container("running", restarts: restarts + 1)) == loop)
            #expect(try verdict(container("running", restarts: restarts + 1), isReady: true) == loop)
            #expect(
                try verdict(container("running", restarts: restarts + 1, lastRun: 50, runningFor: 99), isReady: true)
                    == loop, "it ended later than this the last time")
        }
        let steady = container("running", restarts: 3, lastRun: 5, runningFor: 30)
        #expect(try verdict(steady, isReady: true) == "Current")
        #expect(
            try verdict(container("running", restarts: 9, lastRun: 50, runningFor: 100), isReady: true) == "Current")
        #expect(
            try verdict(container("running", restarts: 9, lastRun: 86_400), isReady: true) == "Current",
            "it ends once a day")
        let early = Case(
            pods: [pod([container("running", restarts: 3, runningFor: 20)], conditions: [ready])], available: 1)
        #expect(try pool(early).regions[0].health?.requeueAfter == .seconds(10))
        #expect(try environment(early).components[0].health?.requeueAfter == .seconds(10))
    }

    @Test(
        "A program that ends well where it is to serve is in a loop, too; an init container that has done its work is not"
    )
    func endsWell() throws {
        #expect(
            try verdict(Case(pods: [pod([container("terminated", restarts: 2, exitCode: 0)])])).hasPrefix(
                "Failed CrashLooping: Deployment web: Pod web-1, container web: CrashLoopBackOff, exit code 0 (Completed)"
            ))
        var done = pod([waiting("ContainerCreating")])
        var first = container("terminated", restarts: 2, exitCode: 0)
        first.ready = true
        done.status?.initContainerStatuses = [first]
        #expect(try verdict(Case(pods: [done])).hasPrefix("InProgress RollingOut"))
    }

    @Test("What could not begin has no log: the runtime's words are told")
    func startError() throws {
        var failed = container("waiting", restarts: 3, exitCode: 128)
        failed.lastState = .init(
            terminated: .init(exitCode: 128, reason: "StartError", message: "exec: \"wrk\": executable file not found"))
        #expect(
            try verdict(Case(pods: [pod([failed])])).contains(
                "exit code 128 (StartError: exec: \"wrk\": executable file not found)"))
    }
}

@Suite("Pods that have something to say for themselves")
struct UnsteadyPodsTests {
    private func pod(_ status: String, labels: String = "{quartermaster.dev/regionalworkerpool: pool}") throws
        -> CachedObject
    {
        CachedObject(
            try .fixture(
                """
                apiVersion: v1
                kind: Pod
                metadata: {name: p, namespace: workers, uid: u, resourceVersion: "1", labels: \(labels)}
                spec: {nodeName: node, containers: [{name: c, image: i, env: [{name: A, value: "\(String(repeating: "x", count: 500))"}]}]}
                status: \(status)
                """))
    }

    private let well =
        #"{phase: Running, conditions: [{type: Ready, status: "True"}], containerStatuses: [{name: c, ready: true, restartCount: 0, image: i, state: {running: {}}}]}"#
    private let fetching =
        #"{phase: Pending, containerStatuses: [{name: c, ready: false, restartCount: 0, state: {waiting: {reason: ContainerCreating}}}]}"#
    private let stuck =
        #"{phase: Pending, containerStatuses: [{name: c, ready: false, restartCount: 0, state: {waiting: {reason: ImagePullBackOff}}}]}"#
    private let restarted =
        #"{phase: Running, conditions: [{type: Ready, status: "True"}], containerStatuses: [{name: c, ready: true, restartCount: 3, state: {running: {}}}]}"#

    @Test("Of a pod that is well there stays its outline, of the others their status, and never a spec")
    func trim() throws {
        for (status, isKept) in [(well, false), (fetching, true), (stuck, true), (restarted, true)] {
            let whole = try pod(status)
            #expect(UnsteadyPods.isUnsteady(whole) == isKept)
            let kept = DynamicObject(try #require(UnsteadyPods.trim(whole)?.object))
            #expect((kept[path: "status", "containerStatuses"] != nil) == isKept)
            #expect(kept["spec"] == ["nodeName": "node"] && kept.uid == "u" && kept.resourceVersion == "1")
            let read = try kept.decode(Pod.self)
            #expect(read.isReady == (status == well || status == restarted))
        }
    }

    @Test("That pods begin and end as they do is no news; that they can't, or are restarted, is")
    func news() throws {
        func isNews(_ old: String, _ new: String) throws -> Bool {
            UnsteadyPods.haveNews(.updated(old: try pod(old), new: try pod(new)))
        }
        #expect(try !isNews(fetching, well) && !isNews(well, "{phase: Failed}") && !isNews(stuck, stuck))
        #expect(try isNews(fetching, stuck) && isNews(stuck, well) && isNews(well, restarted))
        #expect(!UnsteadyPods.haveNews(.added(try pod(stuck), isInitialList: true)))
        #expect(!UnsteadyPods.haveNews(.deleted(try pod(well))))
    }
}
