internal import Testing

@testable import KubeAPI

@Suite struct KindsTests {
    private func object(_ yaml: String) throws -> DynamicObject {
        try DynamicObject(YAML.parseDocument(Array(yaml.utf8)))
    }

    @Test("A node shows labels, taints, readiness and whether it is cordoned")
    func node() throws {
        let node = try object(
            """
            apiVersion: v1
            kind: Node
            metadata: {name: n1, labels: {region: eu}, resourceVersion: "7"}
            spec:
              podCIDR: 10.0.0.0/24
              unschedulable: true
              taints:
              - {key: workload, value: worker, effect: NoSchedule}
              - {key: node.kubernetes.io/not-ready, effect: NoExecute, timeAdded: "2026-01-31T09:05:00Z"}
            status:
              allocatable: {cpu: 3800m, memory: 7Gi, pods: "110"}
              conditions:
              - {type: MemoryPressure, status: "False", lastHeartbeatTime: "2026-01-31T09:05:00Z"}
              - {type: Ready, status: "True", reason: KubeletReady, message: ok}
            """
        ).decode(Node.self)
        #expect(node.labels == ["region": "eu"] && node.isReady && node.isUnschedulable)
        #expect(
            node.taints.map(\.description) == ["workload=worker:NoSchedule", "node.kubernetes.io/not-ready:NoExecute"])
        #expect(node.status?.allocatable?["cpu"] == Quantity("3.8"))
        #expect(node.status?.conditions?["Ready"]?.reason == "KubeletReady")
        #expect(node.status?.conditions?["DiskPressure"] == nil)
    }

    @Test("Taints are the same by key and effect, equivalent with the same value")
    func taints() {
        let taint = Taint(key: "a", value: "1", effect: .noSchedule)
        #expect(taint.matches(Taint(key: "a", value: "2", effect: .noSchedule)))
        #expect(!taint.matches(Taint(key: "a", value: "1", effect: .noExecute)))
        #expect(!taint.isEquivalent(to: Taint(key: "a", value: "2", effect: .noSchedule)))
        let added = Taint(key: "a", value: "", effect: .noExecute, timeAdded: Timestamp(secondsSinceEpoch: 1))
        #expect(added.isEquivalent(to: Taint(key: "a", effect: .noExecute)))
    }

    @Test("A pod shows why its containers wait or have ended")
    func pod() throws {
        let pod = try object(
            """
            metadata: {name: p, namespace: x}
            spec: {nodeName: n1, containers: [{name: c, image: i}]}
            status:
              phase: Pending
              conditions: [{type: Ready, status: "False"}]
              containerStatuses:
              - name: c
                ready: false
                restartCount: 3
                image: i
                imageID: ""
                state: {waiting: {reason: CrashLoopBackOff, message: back-off}}
                lastState: {terminated: {exitCode: 137, reason: OOMKilled, finishedAt: "2026-01-31T09:05:00Z"}}
            """
        ).decode(Pod.self)
        let status = try #require(pod.status?.containerStatuses?.first)
        #expect(status.state?.waiting?.reason == "CrashLoopBackOff" && status.restartCount == 3)
        #expect(status.lastState?.terminated?.exitCode == 137)
        #expect(!pod.isReady && pod.isScheduled && !pod.hasEnded)
    }

    @Test(
        "A roll-out is done when no pod of another template is left and all are available",
        arguments: [
            (2, 2, 3, 3, 3, 3, true), (3, 2, 3, 3, 3, 3, false), (2, 2, 3, 4, 3, 3, false), (2, 2, 3, 3, 2, 3, false),
            (2, 2, 3, 3, 3, 2, false), (2, 2, 0, 0, 0, 0, true),
        ] as [(Int64, Int64, Int, Int, Int, Int, Bool)])
    func rollOut(
        generation: Int64, observed: Int64, wanted: Int, replicas: Int, updated: Int, available: Int, want: Bool
    ) {
        var metadata = ObjectMeta(name: "d")
        metadata.generation = generation
        let deployment = Deployment(
            metadata: metadata, spec: .init(replicas: wanted, selector: .matching(["a": "b"]), template: [:]),
            status: .init(
                observedGeneration: observed, replicas: replicas, updatedReplicas: updated, availableReplicas: available
            ))
        #expect(deployment.isRolledOut == want)
    }

    @Test("A deployment is written as it was meant, its template unchanged")
    func deployment() throws {
        let template: JSONValue = ["spec": ["containers": [["name": "c", "futureField": ["x": 1]]]]]
        let deployment = Deployment(
            metadata: ObjectMeta(name: "d", namespace: "x", labels: ["b": "2", "a": "1"]),
            spec: .init(
                selector: .matching(["a": "b"]), template: template,
                strategy: .init(
                    type: .rollingUpdate, rollingUpdate: .init(maxUnavailable: .string("25%"), maxSurge: .int(0)))))
        let object = try deployment.dynamicObject()
        #expect(
            YAML.write(object.json) == """
                apiVersion: apps/v1
                kind: Deployment
                metadata:
                  name: d
                  namespace: x
                  labels:
                    a: "1"
                    b: "2"
                spec:
                  selector:
                    matchLabels:
                      a: b
                  template:
                    spec:
                      containers:
                      - name: c
                        futureField:
                          x: 1
                  strategy:
                    type: RollingUpdate
                    rollingUpdate:
                      maxUnavailable: 25%
                      maxSurge: 0

                """)
        #expect(try object.decode(Deployment.self) == deployment)
        #expect(object.key == deployment.key && object.kind == "Deployment")
    }

    @Test("A lease and an event write their times with six decimals")
    func microTimes() throws {
        let time = MicroTime(Timestamp(secondsSinceEpoch: 1_769_850_300))
        let lease = Lease(
            metadata: ObjectMeta(name: "l", namespace: "x"),
            spec: .init(holderIdentity: "me", leaseDurationSeconds: 15, renewTime: time, leaseTransitions: 0))
        #expect(try lease.dynamicObject()[path: "spec", "renewTime"] == "2026-01-31T09:05:00.000000Z")
        #expect(try lease.dynamicObject().decode(Lease.self) == lease)
        let event = Event(
            metadata: ObjectMeta(name: "e", namespace: "x"), eventTime: time, type: .warning, reason: "Failed",
            action: "Reconcile", note: "why", regarding: ObjectReference(kind: "Pod", name: "p"),
            reportingController: "quartermaster.dev/pool", reportingInstance: "p-1",
            series: .init(count: 2, lastObservedTime: time))
        let object = try event.dynamicObject()
        #expect(object["eventTime"] == "2026-01-31T09:05:00.000000Z" && object["type"] == "Warning")
        #expect(try object.decode(Event.self) == event)
    }

    @Test("A budget and a namespace are read")
    func budgetAndNamespace() throws {
        let budget = try object(
            """
            metadata: {name: b}
            spec: {maxUnavailable: 1, selector: {}, unhealthyPodEvictionPolicy: AlwaysAllow}
            status: {disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 2}
            """
        ).decode(PodDisruptionBudget.self)
        #expect(budget.spec.maxUnavailable == .int(1) && budget.spec.selector?.isEmpty == true)
        #expect(budget.status?.disruptionsAllowed == 0)
        let namespace = try object("metadata: {name: x}\nstatus: {phase: Terminating}\n").decode(Namespace.self)
        #expect(namespace.status?.phase == "Terminating")
    }

    @Test("An object without a type shows its metadata")
    func dynamicObject() throws {
        var object = try object(
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: d
              namespace: x
              uid: u-1
              resourceVersion: "42"
              generation: 3
              deletionTimestamp: "2026-01-31T09:05:00Z"
              labels: {a: "1"}
              annotations: {b: "2"}
              finalizers: [f]
              ownerReferences: [{apiVersion: v1, kind: K, name: o, uid: u-0, controller: true}]
            """)
        #expect(object.key.description == "x/d" && object.uid == "u-1" && object.resourceVersion == "42")
        #expect(object.generation == 3 && object.isBeingDeleted && object.labels == ["a": "1"])
        #expect(object.annotations == ["b": "2"] && object.finalizers == ["f"])
        #expect(object.ownerReferences.map(\.uid) == ["u-0"])
        object[path: "spec", "replicas"] = 2
        #expect(object[path: "spec", "replicas"] == 2 && object.name == "d")
        #expect(throws: JSONError.self) { try DynamicObject([1]) }
    }

    @Test(
        "Paths name group, namespace and object",
        arguments: [
            (.node, nil, "n1", nil, "/api/v1/nodes/n1"), (.node, "ignored", nil, nil, "/api/v1/nodes"),
            (.pod, nil, nil, nil, "/api/v1/pods"), (.pod, "x", nil, nil, "/api/v1/namespaces/x/pods"),
            (.deployment, "x", "d", "status", "/apis/apps/v1/namespaces/x/deployments/d/status"),
            (.event, "x", "a b/c", nil, "/apis/events.k8s.io/v1/namespaces/x/events/a%20b%2Fc"),
        ] as [(ResourceType, String?, String?, String?, String)])
    func paths(type: ResourceType, namespace: String?, name: String?, subresource: String?, want: String) {
        #expect(type.path(namespace: namespace, name: name, subresource: subresource) == want)
    }
}
