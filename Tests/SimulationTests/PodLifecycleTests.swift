import KubeAPI
import Testing

@testable import Simulation

@Suite("Kubelet of the simulation")
struct PodLifecycleTests {
    private let node = NodeFacts(.node("eu-1"))
    private let options = SimulationOptions()

    /// The pod after the kubelet has looked at it at this age.
    private func look(
        _ pod: DynamicObject, age: Duration, missing: [PodReference] = [], now: Timestamp = .noon
    ) -> (pod: DynamicObject, decision: Decision) {
        let decision = PodLifecycle.decide(
            pod: PodFacts(pod), node: node, age: age, missing: missing, now: now, options: options)
        return (pod.applying(decision.writes), decision)
    }

    private func state(_ pod: DynamicObject, _ kind: String) -> JSONValue? {
        pod[path: "status", "containerStatuses"]?[0]?[path: ["state", kind]]
    }

    @Test("a pod is first told to be created, then runs ready with an address")
    func start() {
        let (created, first) = look(.pod(on: "eu-1"), age: .zero)
        #expect(created[path: "status", "phase"]?.string == "Pending")
        #expect(state(created, "waiting")?["reason"]?.string == "ContainerCreating")
        #expect(created.condition("Ready")?.reason == "ContainersNotReady")
        #expect(first.checkAgain == options.startUp)

        let (running, second) = look(created, age: options.startUp)
        #expect(running[path: "status", "phase"]?.string == "Running")
        #expect(running[path: "status", "podIP"]?.string?.hasPrefix("10.") == true)
        #expect(running.condition("Ready")?.status == "True")
        #expect(state(running, "running")?["startedAt"]?.string == Timestamp.noon.rfc3339)
        #expect(second.checkAgain == nil)
    }

    @Test("a pod that is as it should be is not written again")
    func converged() {
        let (created, _) = look(.pod(on: "eu-1"), age: .zero)
        let (running, _) = look(created, age: .seconds(1))
        #expect(look(running, age: .seconds(60), now: .noon + .seconds(60)).decision.writes.isEmpty)
    }

    @Test(
        "an image or an annotation decides how a container fares",
        arguments: [
            ("registry/fail-image:1", "Always", [:], "Pending", "waiting", "ImagePullBackOff"),
            ("registry/crash:1", "Always", [:], "Running", "waiting", "CrashLoopBackOff"),
            ("registry/crash:1", "Never", [:], "Failed", "terminated", "Error"),
            ("tool", "Never", [:], "Succeeded", "terminated", "Completed"),
            ("tool", "OnFailure", [SimulationAnnotation.exitCode: "3"], "Running", "waiting", "CrashLoopBackOff"),
            ("tool", "Never", [SimulationAnnotation.exitCode: "3"], "Failed", "terminated", "Error"),
            ("tool", "Never", [SimulationAnnotation.exitCode + ".other": "3"], "Succeeded", "terminated", "Completed"),
        ] as [(String, String, [String: String], String, String, String)])
    func outcomes(
        image: String, restartPolicy: String, annotations: [String: String], wantPhase: String, wantState: String,
        wantReason: String
    ) {
        let pod = DynamicObject.pod(
            on: "eu-1", image: image, annotations: annotations, restartPolicy: restartPolicy)
        let (after, _) = look(look(pod, age: .zero).pod, age: .seconds(2))
        #expect(after[path: "status", "phase"]?.string == wantPhase)
        #expect(state(after, wantState)?["reason"]?.string == wantReason)
    }

    @Test("a container's own annotation goes before the pod's, and its message reaches the status")
    func terminationMessage() {
        let pod = DynamicObject.pod(
            on: "eu-1",
            annotations: [
                SimulationAnnotation.terminationMessage: "of the pod",
                SimulationAnnotation.terminationMessage + ".worker": "of the worker",
                SimulationAnnotation.runSeconds: "0.5",
            ], restartPolicy: "Never")
        let (running, decision) = look(look(pod, age: .zero).pod, age: .milliseconds(200))
        #expect(state(running, "running") != nil)
        #expect(decision.checkAgain == .milliseconds(450))
        let (ended, _) = look(running, age: .milliseconds(650))
        #expect(state(ended, "terminated")?["message"]?.string == "of the worker")
    }

    @Test("a crashing container is restarted after 10, 20, 40 seconds and so on")
    func backOff() {
        var options = SimulationOptions()
        options.run = .zero
        let pod = PodFacts(.pod(on: "eu-1", image: "crash"))
        let restarts = [0, 9, 10, 29, 30, 69, 70].map { second in
            PodCourse(pod, elapsed: .seconds(second), missing: [], run: options.run).entries[0].course.restarts
        }
        #expect(restarts == [1, 1, 2, 2, 3, 3, 4])
    }

    @Test("init containers end one after the other before the pod's own containers start")
    func initContainers() throws {
        let pod = try object(
            """
            {apiVersion: v1, kind: Pod, metadata: {name: dump, namespace: shop, uid: u, resourceVersion: "1"},
             spec: {nodeName: eu-1, restartPolicy: Never,
              initContainers: [{name: proxy, image: proxy, restartPolicy: Always}, {name: dump, image: dump}],
              containers: [{name: upload, image: upload}]}}
            """)
        func phases(_ age: Duration) -> [String] {
            let course = PodCourse(PodFacts(pod), elapsed: age, missing: [], run: .seconds(1))
            return [course.phase]
                + (course.initEntries + course.entries).map { entry in
                    switch entry.course.state {
                    case .waiting(let reason, _): reason
                    case .running: "running"
                    case .ended: "ended"
                    }
                }
        }
        #expect(phases(.milliseconds(500)) == ["Pending", "running", "running", "PodInitializing"])
        #expect(phases(.milliseconds(1500)) == ["Running", "running", "ended", "running"])
        #expect(phases(.milliseconds(2500)) == ["Succeeded", "ended", "ended", "ended"])
    }

    @Test("a failed init container fails a pod that is never restarted")
    func failedInit() throws {
        var pod = DynamicObject.pod(
            on: "eu-1", annotations: [SimulationAnnotation.exitCode + ".dump": "1"], restartPolicy: "Never")
        pod[path: "spec", "initContainers"] = [["name": "dump", "image": "dump"]]
        let (after, _) = look(pod, age: .seconds(2))
        #expect(after[path: "status", "phase"]?.string == "Failed")
        #expect(state(after, "waiting")?["reason"]?.string == "PodInitializing")
        #expect(after.condition("Initialized")?.message == "containers with incomplete status: [dump]")
    }

    @Test("a missing Secret holds back the container that takes it as environment")
    func missingSecret() {
        var pod = DynamicObject.pod(on: "eu-1")
        pod[path: "spec", "containers"] = [
            [
                "name": "worker", "image": "x",
                "envFrom": [["secretRef": ["name": "queue"]], ["configMapRef": ["name": "maybe", "optional": true]]],
            ]
        ]
        let references = PodReference.references(of: PodFacts(pod))
        #expect(references == [PodReference(type: .secret, name: "queue", container: "worker")])
        let (after, decision) = look(pod, age: .seconds(1), missing: references)
        #expect(state(after, "waiting")?["reason"]?.string == "CreateContainerConfigError")
        #expect(state(after, "waiting")?["message"]?.string == "secret \"queue\" not found")
        #expect(decision.events == ["Failed"])
    }

    @Test("a missing volume holds back the whole pod")
    func missingVolume() {
        var pod = DynamicObject.pod(on: "eu-1")
        pod[path: "spec", "volumes"] = [["name": "keys", "secret": ["secretName": "keys"]]]
        let missing = PodReference.references(of: PodFacts(pod))
        let (after, decision) = look(pod, age: .seconds(1), missing: missing)
        #expect(state(after, "waiting")?["reason"]?.string == "ContainerCreating")
        #expect(decision.events == ["FailedMount"])
    }

    @Test("a deleted pod goes for good once its containers have stopped")
    func deletion() {
        var pod = DynamicObject.pod(on: "eu-1", phase: "Running")
        pod[path: "metadata", "deletionTimestamp"] = .string((Timestamp.noon + .seconds(30)).rfc3339)
        pod[path: "metadata", "deletionGracePeriodSeconds"] = 30
        #expect(look(pod, age: .seconds(9)).decision == Decision(checkAgain: options.shutDown))
        let (_, decision) = look(pod, age: .seconds(9), now: .noon + options.shutDown)
        #expect(decision.writes == [.delete(.pod, pod.key, uid: pod.uid, gracePeriod: 0)])
    }

    @Test("a pod that a finalizer holds is not deleted again and again")
    func finalizer() {
        var pod = DynamicObject.pod(on: "eu-1", phase: "Running")
        pod[path: "metadata", "deletionTimestamp"] = .string(Timestamp.noon.rfc3339)
        pod[path: "metadata", "deletionGracePeriodSeconds"] = 0
        pod[path: "metadata", "finalizers"] = ["example.com/hold"]
        #expect(look(pod, age: .seconds(9)).decision == .nothing)
    }

    @Test("pods of real nodes and of silent ones are left alone")
    func foreignNodes() {
        let real = NodeFacts(.node("eu-1", isSimulated: false))
        var silentNode = DynamicObject.node("eu-1")
        silentNode[path: "metadata", "annotations", SimulationAnnotation.nodeReady] = "false"
        for node in [real, NodeFacts(silentNode)] {
            let decision = PodLifecycle.decide(
                pod: PodFacts(.pod(on: "eu-1")), node: node, age: .seconds(9), now: .noon, options: options)
            #expect(decision == .nothing)
        }
    }
}
