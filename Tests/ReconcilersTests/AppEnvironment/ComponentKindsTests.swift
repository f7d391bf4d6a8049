import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Kinds of components")
struct ComponentKindsTests {
    private func environment(_ components: String) throws -> ResolvedEnvironment {
        try .written("tier: staging\ncomponents: [\(components)]")
    }

    private func job(_ name: String, _ status: JSONValue = [:]) -> ComponentJob {
        var job = DynamicObject(["metadata": ["name": .string(name), "uid": .string("uid-\(name)")]] as JSONObject)
        job["status"] = status
        return ComponentJob(job)
    }

    private func ended(_ name: String, _ type: String) -> ComponentJob {
        job(name, ["conditions": [["type": .string(type), "status": "True", "reason": "R", "message": "words"]]])
    }

    private let migrate = "name: migrate, kind: Job, image: 'web:1'"

    @Test(
        "A Job has another name for what it runs, and the same for how often it is tried or what the tier gives",
        arguments: [
            ("image: 'web:2'", false), ("args: [x]", false), ("config: {A: '1'}", false),
            ("resources: {limits: {memory: 2Gi}}", false), ("job: {backoffLimit: 1}", true),
            ("connectsTo: [{component: web}]", true),
        ])
    func jobName(field: String, isSame: Bool) throws {
        let base = try environment("{name: web, image: 'web:1'}, {\(migrate)}").components[1]
        let changed = field.hasPrefix("image") ? "name: migrate, kind: Job" : migrate
        let other = try environment("{name: web, image: 'web:1'}, {\(changed), \(field)}").components[1]
        #expect((base.jobName == other.jobName) == isSame)
        #expect(base.jobName.hasPrefix("migrate-") && base.jobName.utf8.count == 18)
        let production = try ResolvedEnvironment.written("tier: production\ncomponents: [{\(migrate)}]").components[0]
        #expect(production.jobName == base.jobName)
    }

    @Test("A roll-out waits for its Jobs only where its image changes")
    func gate() throws {
        var shop = try environment(
            "{name: web, image: 'web:1'}, {name: api, image: 'web:1'}, {\(migrate), job: {runBefore: [web]}}")
        let (web, api, name) = (shop.components[0], shop.components[1], shop.components[2].jobName)
        #expect(shop.gate(before: web)?.name == "migrate", "the first pods, too")
        #expect(shop.gate(before: api) == nil)
        shop.inputs.images = ["web": "web:1"]
        #expect(shop.gate(before: web) == nil, "whatever else changes does not wait")
        shop.inputs.images = ["web": "web:0"]
        for (found, isGated) in [
            ([job(name)], true), ([ended(name, "Failed")], true), ([ended("migrate-old", "Complete")], true),
            ([ended(name, "Complete")], false),
        ] {
            shop.inputs.jobs = ["migrate": found]
            #expect((shop.gate(before: web) != nil) == isGated)
        }
    }

    @Test("A Job runs once, never beside another one, and one that has begun is not deleted")
    func succession() throws {
        var shop = try environment("{\(migrate)}")
        let name = shop.components[0].jobName
        func jobs(_ found: [ComponentJob]) throws -> [String] {
            shop.inputs.jobs = ["migrate": found]
            return try shop.jobs().map {
                "\($0.object.name == name ? "new" : $0.object.name) \($0.isHeld ? "held" : "made")"
            }
        }
        #expect(try jobs([]) == ["new made"])
        #expect(try jobs([job(name)]) == ["new held"])
        #expect(try jobs([ended(name, "Failed")]) == ["new held"])
        #expect(try jobs([ended("old", "Complete")]) == ["new made"])
        #expect(try jobs([job("old")]) == ["new held"], "until it is gone")
        #expect(try jobs([job("old", ["ready": 1])]) == ["old held", "new held"])
    }

    @Test("A StatefulSet counts a claim for each pod, its two Services, and no surge")
    func need() throws {
        let shop = try environment(
            "{name: db, kind: StatefulSet, image: 'db:1', replicas: 3, ports: [{name: p, port: 1}], volumes: [{name: data, path: /d, size: 2Gi}]}"
        )
        let required = QuotaCheck(shop).required
        #expect(required["pods"] == "3" && required["services"] == "2")
        #expect(required["persistentvolumeclaims"] == "3" && required["requests.storage"] == "6Gi")
    }

    @Test("A Job and a CronJob count one pod each, as long as they may run")
    func needOfRuns() throws {
        let shop = try environment(
            "{\(migrate)}, {name: r, kind: CronJob, image: 'r:1', cronJob: {schedule: '@daily'}}")
        #expect(QuotaCheck(shop).required["pods"] == "2")
    }

    @Test("A StatefulSet that is there keeps the size in its template, and is left alone where more than that differs")
    func fixedFields() throws {
        func set(_ fields: String, live: JSONValue) throws -> (DesiredChild, Finding?) {
            var shop = try environment("{name: db, kind: StatefulSet, image: 'db:1', \(fields)}")
            shop.inputs.statefulSets = ["db": FixedFields(live)]
            let finding = shop.components[0].fixedFinding(shop.inputs.statefulSets["db"], in: "shop")
            return (try #require(try shop.statefulSets().first), finding)
        }
        let live: JSONValue = [
            "serviceName": "db-pods", "podManagementPolicy": "OrderedReady",
            "volumeClaimTemplates": [
                [
                    "metadata": ["name": "data"],
                    "spec": [
                        "accessModes": ["ReadWriteOnce"], "storageClassName": "local-path",
                        "resources": ["requests": ["storage": "1Gi"]],
                    ],
                ]
            ],
        ]
        let (grown, none) = try set("volumes: [{name: data, path: /d, size: 5Gi}]", live: live)
        let template = grown.object[path: "spec", "volumeClaimTemplates"]?[0]?["spec"]
        #expect(
            template?["resources"]?["requests"]?["storage"] == "1Gi" && template?["storageClassName"] == "local-path")
        #expect(none == nil && !grown.isHeld)
        let (child, finding) = try set(
            "volumes: [{name: wal, path: /d, size: 1Gi}], statefulSet: {podManagementPolicy: Parallel}", live: live)
        #expect(child.isHeld)
        #expect(
            finding?.message == """
                StatefulSet shop/db is left as it is, since Kubernetes does not let it change spec.components[db].volumes (it \
                has data) and spec.components[db].statefulSet.podManagementPolicy (it has OrderedReady); set that back, or \
                have it made anew around its pods and claims (wal will be empty; claims of before stay with their data): kubectl \
                delete statefulset db -n shop --cascade=orphan
                """)
    }

    @Test("Claims of a StatefulSet and a volume that would be one are told apart before they are written")
    func claimNames() throws {
        let violations = AppEnvironment.violations(
            in: try .fixture(
                """
                apiVersion: quartermaster.dev/v1alpha1
                kind: AppEnvironment
                metadata: {name: shop}
                spec:
                  tier: staging
                  components:
                  - {name: db, kind: StatefulSet, replicas: 2, image: 'db:1', volumes: [{name: data, size: 1Gi, path: /data}]}
                  - {name: data-db, image: 'x:1', volumes: [{name: '1', size: 1Gi, path: /data}]}
                """))
        #expect(violations.map(\.path) == ["spec.components[1].volumes"])
        #expect(violations.first?.message.contains("the same PersistentVolumeClaim data-db-1") == true)
    }

    @Test("Pods of a Job that are refused are told in the words of its controller")
    func refusedPods() throws {
        var seen = ComponentObservation(component: try environment("{\(migrate)}").components[0])
        seen.runs = [job(seen.component.jobName)]
        #expect(seen.isSilent && seen.finding?.reason == .rollingOut)
        let refusal = Warning(
            kind: "Job", name: seen.component.jobName, reason: "FailedCreate",
            note: "Error creating: pods \"x\" is forbidden: violates PodSecurity \"restricted:latest\"")
        seen.warning = [refusal].telling(of: seen)
        #expect(seen.finding?.reason == .podSecurityBlocked && seen.finding?.consequence == .edit)
        #expect([Warning(kind: "Job", name: "other", reason: "FailedCreate", note: "x")].telling(of: seen) == nil)
    }
}
