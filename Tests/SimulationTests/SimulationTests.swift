import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@testable import Simulation

/// The simulation as a whole, over a socket, on the embedded API server.
@Suite("Simulation on the embedded API server")
struct SimulationTests {
    /// Runs a simulated cluster of two regions with two nodes each around a test.
    private func withCluster(
        _ test: (KubeClient, EmbeddedAPIServer) async throws -> Void
    ) async throws {
        let server = try EmbeddedAPIServer(options: EmbeddedAPIServerOptions(usesTLS: false))
        try server.start()
        var clientOptions = ClientOptions()
        clientOptions.qps = 0
        let client = try KubeClient(configuration: server.clientConfiguration(), options: clientOptions)
        var options = SimulationOptions()
        options.regions = ["eu-central", "us-east"]
        options.startUp = .milliseconds(5)
        options.shutDown = .milliseconds(5)
        options.run = .milliseconds(5)
        options.jobBackOff = .milliseconds(10)
        options.podCollectionDelay = .milliseconds(10)
        let simulation = Simulation(client: client, options: options)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await simulation.run() }
            try await eventually("four nodes are Ready") {
                try await client.list(.node).items.count { NodeFacts($0).isReady } == 4
            }
            try await test(client, server)
            group.cancelAll()
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { throw error }
            }
        }
        await client.shutdown()
        await server.stop()
    }

    private func deployment(_ name: String, replicas: Int = 3, spec: String = "") throws -> DynamicObject {
        try object(
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: \(name), namespace: default}
            spec:
              replicas: \(replicas)
              selector: {matchLabels: {app: \(name)}}
              template:
                metadata: {labels: {app: \(name)}}
                spec: {containers: [{name: web, image: "web:1"}]\(spec)}
            """)
    }

    private func isRolledOut(_ deployment: DynamicObject) -> Bool {
        let replicas = deployment[path: "spec", "replicas"]?.integer ?? 1
        let fields = ["replicas", "updatedReplicas", "availableReplicas"]
        return deployment[path: "status", "observedGeneration"]?.integer == deployment.generation
            && fields.allSatisfy { deployment[path: "status", $0]?.integer ?? 0 == replicas }
    }

    private func pods(_ client: KubeClient, app: String) async throws -> [PodFacts] {
        try await client.list(.pod, namespace: "default", options: ListOptions(labelSelector: "app=\(app)")).items
            .map(PodFacts.init)
    }

    @Test("a Deployment rolls out, rolls over to another image, and goes with all that it made")
    func rollOut() async throws {
        try await withCluster { client, _ in
            let key = ObjectKey(namespace: "default", name: "web")
            _ = try await client.create(deployment("web"), as: .deployment)
            try await eventually("the roll-out is complete") {
                isRolledOut(try await client.get(.deployment, key))
            }
            #expect(Set(try await pods(client, app: "web").compactMap(\.nodeName)).count == 3)

            let image: JSONValue = [
                "op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "web:2",
            ]
            _ = try await client.patch(.deployment, key, .json([image]))
            try await eventually("the second roll-out is complete") {
                guard isRolledOut(try await client.get(.deployment, key)) else { return false }
                let pods = try await pods(client, app: "web")
                return pods.count == 3 && pods.allSatisfy { $0.containers.first?["image"]?.string == "web:2" }
            }
            #expect(try await client.list(.replicaSet, namespace: "default").items.count == 2)

            try await client.delete(.deployment, key)
            try await eventually("nothing is left") {
                let sets = try await client.list(.replicaSet, namespace: "default").items
                let left = try await pods(client, app: "web")
                return sets.isEmpty && left.isEmpty
            }
        }
    }

    @Test("pods of a node that goes are made again elsewhere")
    func nodeLoss() async throws {
        try await withCluster { client, _ in
            let key = ObjectKey(namespace: "default", name: "web")
            let selector = ", nodeSelector: {topology.kubernetes.io/region: us-east}"
            _ = try await client.create(deployment("web", replicas: 2, spec: selector), as: .deployment)
            try await eventually("both nodes of the region have a pod") {
                Set(try await pods(client, app: "web").filter(\.isReady).compactMap(\.nodeName)).count == 2
            }
            try await client.delete(.node, ObjectKey(name: "us-east-node-1"))
            try await eventually("both pods run on the node that is left") {
                let pods = try await pods(client, app: "web")
                return pods.count == 2 && pods.allSatisfy { $0.isReady && $0.nodeName == "us-east-node-2" }
            }
            try await eventually("the Deployment says so") {
                isRolledOut(try await client.get(.deployment, key))
            }
        }
    }

    @Test("a taint keeps pods waiting until it is taken away")
    func taint() async throws {
        try await withCluster { client, _ in
            let taints: JSONValue = ["spec": ["taints": [["key": "full", "effect": "NoSchedule"]]]]
            for node in try await client.list(.node).items {
                _ = try await client.patch(.node, node.key, .merge(taints))
            }
            _ = try await client.create(deployment("web", replicas: 1), as: .deployment)
            try await eventually("the pod says why it waits") {
                try await pods(client, app: "web").first?.object.condition("PodScheduled")?.message
                    .hasPrefix("0/4 nodes are available: 4 node(s) had untolerated taint(s).") == true
            }
            let free: JSONValue = ["spec": ["taints": []]]
            _ = try await client.patch(.node, ObjectKey(name: "eu-central-node-2"), .merge(free))
            try await eventually("the pod runs on the free node") {
                let pod = try await pods(client, app: "web").first
                return pod?.isReady == true && pod?.nodeName == "eu-central-node-2"
            }
        }
    }

    @Test("a NoExecute taint moves the pods that do not tolerate it")
    func noExecute() async throws {
        try await withCluster { client, _ in
            _ = try await client.create(deployment("web"), as: .deployment)
            let tolerant = ", tolerations: [{key: full, operator: Exists}]"
            _ = try await client.create(deployment("stays", spec: tolerant), as: .deployment)
            try await eventually("both run") {
                let pods = try await pods(client, app: "web") + pods(client, app: "stays")
                return pods.count == 6 && pods.allSatisfy(\.isReady)
            }
            let stay = Set(try await pods(client, app: "stays").map(\.object.uid))
            let taints: JSONValue = ["spec": ["taints": [["key": "full", "effect": "NoExecute"]]]]
            for node in try await client.list(.node).items where node.name != "us-east-node-2" {
                _ = try await client.patch(.node, node.key, .merge(taints))
            }
            try await eventually("they run on the free node") {
                let pods = try await pods(client, app: "web")
                return pods.count == 3 && pods.allSatisfy { $0.isReady && $0.nodeName == "us-east-node-2" }
            }
            #expect(Set(try await pods(client, app: "stays").map(\.object.uid)) == stay)
        }
    }

    @Test("a Job ends with its pods' messages; one whose pods fail too often fails")
    func jobs() async throws {
        try await withCluster { client, _ in
            for (name, image) in [("good", "dump"), ("bad", "crash")] {
                let job = try object(
                    """
                    apiVersion: batch/v1
                    kind: Job
                    metadata: {name: \(name), namespace: default}
                    spec:
                      backoffLimit: 1
                      template:
                        metadata:
                          labels: {app: \(name)}
                          annotations: {\(SimulationAnnotation.terminationMessage): "bytes: 42"}
                        spec: {restartPolicy: Never, containers: [{name: dump, image: \(image)}]}
                    """)
                _ = try await client.create(job, as: .job)
            }
            func job(_ name: String) async throws -> DynamicObject {
                try await client.get(.job, ObjectKey(namespace: "default", name: name))
            }
            try await eventually("one is complete, the other has failed") {
                let (good, bad) = (try await job("good"), try await job("bad"))
                return good.condition("Complete")?.status == "True" && bad.condition("Failed")?.status == "True"
            }
            #expect(try await job("bad").status("failed") == 2)
            let pod = try #require(try await pods(client, app: "good").first)
            let terminated = pod.status["containerStatuses"]?[0]?[path: ["state", "terminated"]]
            #expect(terminated?["message"]?.string == "bytes: 42")
        }
    }

    @Test("a budget counts the pods of its Deployment")
    func budget() async throws {
        try await withCluster { client, _ in
            let budget = try object(
                """
                apiVersion: policy/v1
                kind: PodDisruptionBudget
                metadata: {name: web, namespace: default}
                spec: {maxUnavailable: 1, selector: {matchLabels: {app: web}}}
                """)
            _ = try await client.create(budget, as: .podDisruptionBudget)
            _ = try await client.create(deployment("web"), as: .deployment)
            try await eventually("one of three may be evicted") {
                let budget = try await client.get(
                    .podDisruptionBudget, ObjectKey(namespace: "default", name: "web"))
                return budget.status("disruptionsAllowed") == 1 && budget.status("desiredHealthy") == 2
                    && budget.status("expectedPods") == 3
            }
        }
    }

    @Test("what the API server says about a refused pod reaches the Deployment, and is over when it is over")
    func refusedPods() async throws {
        try await withCluster { client, server in
            let refusal = server.faults.inject(
                FaultRule(.refuse(status: 403), verb: "create", resource: "pods", namespace: "default"))
            let key = ObjectKey(namespace: "default", name: "web")
            _ = try await client.create(deployment("web"), as: .deployment)
            try await eventually("the Deployment tells of the refusal") {
                let deployment = try await client.get(.deployment, key)
                return deployment.condition("ReplicaFailure")?.reason == "FailedCreate"
            }
            server.faults.remove(refusal)
            try await eventually("the roll-out is complete") {
                let deployment = try await client.get(.deployment, key)
                return isRolledOut(deployment) && deployment.condition("ReplicaFailure") == nil
            }
        }
    }
}
