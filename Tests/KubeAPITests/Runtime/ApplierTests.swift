import KubeAPI
import Support
import Testing

@Suite("Applier")
struct ApplierTests {
    private let cluster = FakeCluster()
    private let clock = ManualClock()
    private let metrics = MetricRegistry()
    private let applier: Applier
    private let key = ObjectKey(namespace: "shop", name: "web")
    private let ownership = Ownership(labels: ["app.kubernetes.io/managed-by": "quartermaster"])

    init() {
        applier = Applier(
            api: cluster, objects: cluster, gate: .alwaysOpen(),
            options: .init(hashAnnotation: "quartermaster.dev/applied-hash"), metrics: metrics,
            time: TimeSource(clock))
    }

    private func deployment(replicas: Int64 = 2, cpu: JSONValue = "1000m") throws -> DynamicObject {
        DynamicObject.fixture([
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": [
                "namespace": "shop", "name": "web", "labels": ["app.kubernetes.io/managed-by": "quartermaster"],
            ],
            "spec": [
                "replicas": .integer(replicas),
                "template": ["spec": ["containers": [["name": "web", "resources": ["limits": ["cpu": cpu]]]]]],
            ],
        ])
    }

    private func apply(_ object: DynamicObject) async throws -> ApplyResult {
        try await applier.apply(object, as: .deployment, ownership: ownership)
    }

    private func setOwner(_ manager: String, of fields: JSONValue) {
        cluster.change(.deployment, key) { object in
            object[path: "metadata", "managedFields"] = [
                [
                    "manager": .string(manager), "operation": "Update", "time": "2026-01-31T09:05:00Z",
                    "fieldsV1": fields,
                ]
            ]
        }
    }

    @Test("an object that is missing is made with one request, and carries the hash")
    func creation() async throws {
        let result = try await apply(deployment())
        #expect(result.action == .created)
        #expect(cluster.requests == ["PATCH deployments.apps shop/web"])
        #expect(cluster[.deployment, key]?.annotations["quartermaster.dev/applied-hash"]?.count == 64)
        #expect(result.uid == cluster[.deployment, key]?.uid)
    }

    @Test("an object that only the cache still shows is a conflict once, and made the next time")
    func cacheShowsWhatIsGone() async throws {
        let first = try await apply(deployment())
        cluster.freezeCache()
        cluster.remove(.deployment, key)
        await #expect(throws: APIError.self) { _ = try await apply(deployment(replicas: 3)) }
        let second = try await apply(deployment(replicas: 3))
        #expect(second.action == .created && second.uid != first.uid)
        // Another one of the name, made behind the cache's back.
        cluster.remove(.deployment, key)
        let other = cluster.put(try deployment(replicas: 1), as: .deployment, uid: "other")
        await #expect(throws: APIError.self) { _ = try await apply(deployment(replicas: 4)) }
        #expect(try await apply(deployment(replicas: 4)).uid == other.uid)
    }

    @Test("a mark that is missing is written once, and is no drift")
    func mark() async throws {
        let marked = Ownership(
            labels: ownership.labels, mark: Ownership.Mark(annotation: "quartermaster.dev/made-for", value: "code"))
        let recorded = try await apply(deployment())
        var known = marked
        known.recordedUIDs = [recorded.uid]
        await #expect(throws: ApplyError.self) {
            _ = try await applier.apply(deployment(replicas: 3), as: .deployment, ownership: marked)
        }
        let restarted = Applier(
            api: cluster, objects: cluster, gate: .alwaysOpen(),
            options: .init(hashAnnotation: "quartermaster.dev/applied-hash"))
        guard case .nothing = try await restarted.preview(deployment(), as: .deployment, ownership: known) else {
            Issue.record("a preview shows the mark")
            return
        }
        let first = try await restarted.apply(deployment(), as: .deployment, ownership: known)
        #expect(first.action == .updated && first.drift.isEmpty)
        #expect(cluster[.deployment, key]?.annotations["quartermaster.dev/made-for"] == "code")
        cluster.clearRequests()
        for _ in 0..<5 { _ = try await restarted.apply(deployment(), as: .deployment, ownership: marked) }
        #expect(cluster.requests == [])
    }

    @Test("a hundred passes over a converged object send nothing")
    func noWrites() async throws {
        _ = try await apply(deployment())
        cluster.clearRequests()
        for _ in 0..<100 { #expect(try await apply(deployment()).action == .unchanged) }
        #expect(cluster.requests == [])
    }

    @Test("a restarted process sends nothing for a converged object, after server-side defaulting too")
    func noWritesAfterRestart() async throws {
        cluster.normalise { object in
            var object = object
            object[path: "spec", "revisionHistoryLimit"] = 10
            object[path: "spec", "template", "spec", "containers"] = [
                [
                    "name": "web", "resources": ["limits": ["cpu": "1"]],
                    "terminationMessagePath": "/dev/termination-log",
                ]
            ]
            return object
        }
        _ = try await apply(deployment())
        cluster.clearRequests()
        let restarted = Applier(
            api: cluster, objects: cluster, gate: .alwaysOpen(),
            options: .init(hashAnnotation: "quartermaster.dev/applied-hash"))
        for _ in 0..<10 {
            let result = try await restarted.apply(deployment(), as: .deployment, ownership: ownership)
            #expect(result.action == .unchanged)
        }
        #expect(cluster.requests == [])
    }

    @Test("a spelling of the server's that no rule knows costs one request after a restart, and none afterwards")
    func learntSpelling() async throws {
        cluster.normalise { object in
            var object = object
            object[path: "spec", "interval"] = "1h0m0s"
            return object
        }
        var desired = try deployment()
        desired[path: "spec", "interval"] = "60m"
        #expect(try await apply(desired).action == .created)
        #expect(try await apply(desired).action == .unchanged)
        #expect(cluster.writes.count == 1)
        // Another object of the process changes the version, the spelling stays.
        cluster.change(.deployment, key) { $0[path: "status", "replicas"] = 1 }
        #expect(try await apply(desired).action == .unchanged)
        #expect(cluster.writes.count == 1)
        let restarted = Applier(
            api: cluster, objects: cluster, gate: .alwaysOpen(),
            options: .init(hashAnnotation: "quartermaster.dev/applied-hash"))
        for _ in 0..<5 {
            let result = try await restarted.apply(desired, as: .deployment, ownership: ownership)
            #expect(result.action == .unchanged)
            #expect(result.drift == [])
        }
        #expect(cluster.writes.count == 2)
    }

    @Test("a change of the desired state takes one request")
    func update() async throws {
        _ = try await apply(deployment())
        cluster.clearRequests()
        #expect(try await apply(deployment(replicas: 3)).action == .updated)
        #expect(cluster.requests == ["PATCH deployments.apps shop/web"])
        #expect(cluster[.deployment, key]?["spec"]?["replicas"] == 3)
    }

    @Test("what somebody else changes is put right, and the field and its manager are told")
    func drift() async throws {
        _ = try await apply(deployment())
        cluster.change(.deployment, key) { $0[path: "spec", "replicas"] = 7 }
        setOwner("kubectl-edit", of: ["f:spec": ["f:replicas": [:]]])
        cluster.clearRequests()
        let result = try await apply(deployment())
        #expect(result.action == .updated)
        #expect(result.drift.map(\.description) == ["spec.replicas was changed by kubectl-edit"])
        #expect(cluster.requests == ["GET deployments.apps shop/web", "PATCH deployments.apps shop/web"])
        #expect(cluster[.deployment, key]?["spec"]?["replicas"] == 2)
        #expect(metrics.exposition().contains(#"quartermaster_drift_corrected_total{kind="Deployment"} 1"#))
    }

    @Test("what others add is left alone")
    func additions() async throws {
        _ = try await apply(deployment())
        cluster.change(.deployment, key) {
            $0[path: "metadata", "labels", "team"] = "x"
            $0[path: "spec", "paused"] = true
        }
        cluster.clearRequests()
        #expect(try await apply(deployment()).action == .unchanged)
        #expect(cluster.requests == [])
    }

    @Test("a cache that is behind gives no second write")
    func staleCache() async throws {
        _ = try await apply(deployment())
        cluster.change(.deployment, key) { $0[path: "spec", "replicas"] = 7 }
        cluster.freezeCache()
        // Somebody has repaired it already; the cache has not seen it.
        cluster.change(.deployment, key) { $0[path: "spec", "replicas"] = 2 }
        cluster.clearRequests()
        #expect(try await apply(deployment()).action == .unchanged)
        #expect(cluster.requests == ["GET deployments.apps shop/web"])
    }

    @Test("our own write is read back before the watch brings it")
    func readYourWrites() async throws {
        cluster.freezeCache()
        _ = try await apply(deployment())
        cluster.clearRequests()
        #expect(try await apply(deployment()).action == .unchanged)
        #expect(cluster.requests == [])
    }

    @Test("an object of somebody else is not touched, and the error says what to do")
    func foreignObject() async throws {
        var foreign = try deployment(replicas: 9)
        foreign[path: "metadata", "labels"] = ["app": "legacy"]
        cluster.put(foreign, as: .deployment)
        let error = await #expect(throws: ApplyError.self) { try await apply(deployment()) }
        #expect(error?.code == .foreignObject)
        #expect(
            error?.message
                == "Deployment shop/web exists and is left alone: it has no label app.kubernetes.io/managed-by=quartermaster; "
                + "delete or rename it, or choose another name here")
        #expect(cluster.writes == [])
    }

    @Test("an object of somebody else that the cache's selector hides is not taken over, and not tried again")
    func hiddenForeignObject() async throws {
        cluster.limitCache()
        var foreign = try deployment()
        foreign[path: "metadata", "labels"] = nil
        cluster.freezeCache()
        let theirs = cluster.put(foreign, as: .deployment)
        await #expect(throws: ApplyError.self) { try await apply(deployment()) }
        #expect(cluster.requests == ["PATCH deployments.apps shop/web", "GET deployments.apps shop/web"])
        cluster.clearRequests()
        await #expect(throws: ApplyError.self) { try await apply(deployment()) }
        #expect(cluster.requests == ["GET deployments.apps shop/web"])
        #expect(cluster[.deployment, key] == theirs)

        // Its owner removes it: the name is free.
        cluster.remove(.deployment, key)
        #expect(try await apply(deployment()).action == .created)
    }

    @Test("an object that the cache's selector hides and that nobody else made is made with one request")
    func hiddenCreation() async throws {
        cluster.limitCache()
        #expect(try await apply(deployment()).action == .created)
        #expect(cluster.requests == ["PATCH deployments.apps shop/web"])
    }

    @Test("made is only what is not there: even an object with our labels is left as it is")
    func making() async throws {
        #expect(try await applier.make(deployment(), as: .deployment, mark: nil))
        let made = try #require(cluster[.deployment, key])
        cluster.clearRequests()
        #expect(try await !applier.make(deployment(replicas: 5), as: .deployment, mark: nil))
        #expect(cluster.requests == ["PATCH deployments.apps shop/web"])
        #expect(cluster[.deployment, key] == made)
    }

    @Test("an object of ours that lost its labels, and with them its place in the cache, is put right in one pass")
    func hiddenObjectOfOurs() async throws {
        _ = try await apply(deployment())
        let uid = try #require(cluster[.deployment, key]?.uid)
        cluster.limitCache()
        cluster.change(.deployment, key) { $0[path: "metadata", "labels"] = nil }
        cluster.recordDeletion(.deployment, key, uid: uid)
        var recorded = ownership
        recorded.recordedUIDs = [uid]
        let result = try await applier.apply(deployment(), as: .deployment, ownership: recorded)
        #expect(result.action == .updated)
        #expect(cluster[.deployment, key]?.labels["app.kubernetes.io/managed-by"] == "quartermaster")
        #expect(cluster[.deployment, key]?.uid == uid)
    }

    @Test("an object that was made by somebody else at the same moment is not taken over")
    func racingCreation() async throws {
        cluster.freezeCache()
        var foreign = try deployment()
        foreign[path: "metadata", "labels"] = nil
        let theirs = cluster.put(foreign, as: .deployment)
        let error = await #expect(throws: ApplyError.self) { try await apply(deployment()) }
        #expect(error?.code == .foreignObject)
        #expect(cluster[.deployment, key] == theirs)
    }

    @Test("a conflict over something else than the object, as over a quota, is told as it is")
    func conflictWithoutObject() async throws {
        cluster.fail("PATCH", .fake(409, "Conflict"))
        let error = await #expect(throws: APIError.self) { try await apply(deployment()) }
        #expect(error?.isConflict == true)
        #expect(try await apply(deployment()).action == .created)
    }

    @Test("an object that was replaced since it was read is not overwritten")
    func replacedObject() async throws {
        _ = try await apply(deployment())
        cluster.freezeCache()
        cluster.put(try deployment(replicas: 9), as: .deployment, uid: "another")
        let error = await #expect(throws: APIError.self) { try await apply(deployment(replicas: 3)) }
        #expect(error?.isConflict == true)
    }

    @Test("an object on its way out is waited for")
    func beingDeleted() async throws {
        _ = try await apply(deployment())
        cluster.change(.deployment, key) {
            $0[path: "metadata", "deletionTimestamp"] = "2026-01-31T09:05:00Z"
            $0[path: "metadata", "finalizers"] = ["example.com/hold"]
        }
        let error = await #expect(throws: ApplyError.self) { try await apply(deployment(replicas: 3)) }
        #expect(error?.code == .beingDeleted)
        #expect(error?.message.contains("example.com/hold") == true)
    }

    @Test("nothing is written through a closed gate, and what needs no write passes")
    func closedGate() async throws {
        let closed = Applier(
            api: cluster, objects: cluster, gate: WriteGate(),
            options: .init(hashAnnotation: "quartermaster.dev/applied-hash"))
        await #expect(throws: NotLeaderError.self) {
            try await closed.apply(deployment(), as: .deployment, ownership: ownership)
        }
        #expect(cluster.writes == [])
        _ = try await apply(deployment())
        #expect(try await closed.apply(deployment(), as: .deployment, ownership: ownership).action == .unchanged)
    }

    @Test("another controller that keeps undoing our write is not fought in a hot loop")
    func contended() async throws {
        _ = try await apply(deployment())
        func undo() {
            cluster.change(.deployment, key) { $0[path: "spec", "replicas"] = 7 }
            setOwner("autoscaler", of: ["f:spec": ["f:replicas": [:]]])
        }
        for _ in 0..<3 {
            undo()
            #expect(try await apply(deployment()).action == .updated)
            clock.advance(by: .seconds(1))
        }
        undo()
        cluster.clearRequests()
        let held = try await apply(deployment())
        #expect(held.action == .contended(retryAfter: .seconds(29)))
        #expect(held.drift.map(\.description) == ["spec.replicas was changed by autoscaler"])
        #expect(cluster.requests == [])
        clock.advance(by: .seconds(29))
        #expect(try await apply(deployment()).action == .updated)
        undo()
        #expect(try await apply(deployment()).action == .contended(retryAfter: .seconds(60)))
        // A new desired state is written at once.
        #expect(try await apply(deployment(replicas: 4)).action == .updated)
    }

    @Test("a preview tells what would be written and writes nothing")
    func preview() async throws {
        guard case .create = try await applier.preview(deployment(), as: .deployment, ownership: ownership) else {
            Issue.record("a missing object is to be created")
            return
        }
        _ = try await apply(deployment())
        cluster.clearRequests()
        let plan = try await applier.preview(deployment(replicas: 5), as: .deployment, ownership: ownership)
        guard case .update(_, let differences) = plan else {
            Issue.record("a changed object is to be updated")
            return
        }
        #expect(differences.map(\.description) == ["spec.replicas: 2, want 5"])
        #expect(cluster.writes == [])
    }
}

@Suite("Ownership")
struct OwnershipTests {
    private let controller = OwnerReference(
        apiVersion: "quartermaster.dev/v1alpha1", kind: "RegionalWorkerPool", name: "pool", uid: "owner",
        controller: true)

    private func object(labels: [String: String] = [:], controller: OwnerReference? = nil) throws -> DynamicObject {
        var object = DynamicObject.fixture(["metadata": ["name": "x", "uid": "child"]])
        object[path: "metadata", "labels"] = try JSONValueEncoder().encode(labels)
        if let controller {
            object[path: "metadata", "ownerReferences"] = .array([try JSONValueEncoder().encode(controller)])
        }
        return object
    }

    @Test("our label, our controller reference or our inventory makes an object ours")
    func ours() throws {
        let ownership = Ownership(labels: ["by": "us"], controller: controller, recordedUIDs: ["child"])
        #expect(ownership.objection(to: try object(labels: ["by": "us"])) == nil)
        #expect(ownership.objection(to: try object(controller: controller)) == nil)
        #expect(ownership.objection(to: try object()) == nil)
    }

    @Test("an object that another one controls is never ours, whatever its labels")
    func otherController() throws {
        var other = controller
        other.uid = "other"
        let ownership = Ownership(labels: ["by": "us"], controller: controller, recordedUIDs: ["child"])
        #expect(
            ownership.objection(to: try object(labels: ["by": "us"], controller: other))
                == "it is controlled by RegionalWorkerPool pool")
    }

    @Test("with a mark labels alone make nothing ours, and the mark does without them")
    func marked() throws {
        let mark = Ownership.Mark(annotation: "made-for", value: "code")
        let ownership = Ownership(
            labels: ["by": "us"], controller: controller, recordedUIDs: ["other"], adoptsUnmanaged: true, mark: mark)
        #expect(
            ownership.objection(to: try object(labels: ["by": "us"]))
                == "it carries the labels of a child, but the operator has not made it")
        var made = try object(labels: ["by": "them"])
        made[path: "metadata", "annotations", "made-for"] = "code"
        #expect(ownership.objection(to: made) == nil)
        made[path: "metadata", "annotations", "made-for"] = "another"
        made[path: "metadata", "labels"] = [:]
        #expect(ownership.objection(to: made) == "its annotation made-for says that it belongs to another object")
        #expect(ownership.objection(to: try object()) == nil)
        #expect(ownership.objection(to: try object(controller: controller)) == nil)
    }

    @Test("adopting takes what nobody manages, and not what carries another value of our label")
    func adoption() throws {
        let ownership = Ownership(labels: ["by": "us"], adoptsUnmanaged: true)
        #expect(ownership.objection(to: try object()) == nil)
        #expect(ownership.objection(to: try object(labels: ["by": "them"])) == "its label by is them, not us")
    }
}
