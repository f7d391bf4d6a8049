import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Images that a pipeline sets")
struct DeployedImagesTests {
    private static func images(_ images: [String: String]) throws -> DynamicObject {
        var object = try DynamicObject.fixture(
            "apiVersion: quartermaster.dev/v1alpha1\nkind: ComponentImages\nmetadata: {name: shop, namespace: shop}")
        object["spec"] = ["images": .strings(images)]
        return object
    }

    private static func deployed(_ spec: String, _ images: [String: String]) throws -> ResolvedEnvironment {
        var environment = try ResolvedEnvironment.written(spec)
        environment.deploy(try Self.images(images))
        return environment
    }

    @Test("Another tag or digest of a component's repository takes the place of its image in the Deployment")
    func accepted() throws {
        let digest = "ghcr.io/shop/api@sha256:\(String(repeating: "0", count: 64))"
        let environment = try Self.deployed(
            """
            tier: production
            components: [{name: api, image: 'ghcr.io/shop/api:1'}, {name: web, image: 'ghcr.io/shop/web:1'}]
            """, ["api": digest])
        let images = try environment.deployments().map {
            $0.object[path: "spec", "template", "spec", "containers"]?[0]?["image"]?.string
        }
        #expect(images == [digest, "ghcr.io/shop/web:1"])
    }

    @Test("It takes its place in each kind of component, and a Job runs once for it")
    func kinds() throws {
        let spec = """
            tier: staging
            components:
            - {name: web, image: 'web:1'}
            - {name: job, kind: Job, image: 'web:1', job: {runBefore: [web]}}
            - {name: cron, kind: CronJob, image: 'web:1', cronJob: {schedule: '@daily'}}
            - {name: db, kind: StatefulSet, image: 'db:1'}
            """
        let before = try ResolvedEnvironment.written(spec)
        let after = try Self.deployed(spec, ["web": "web:2", "job": "web:2", "cron": "web:2", "db": "db:2"])
        func template(_ children: [DesiredChild], _ path: [String]) throws -> JSONValue? {
            try #require(children.first).object.json[path: path]
        }
        #expect(
            try template(after.cronJobs(), ["spec", "jobTemplate", "spec", "template"])?.image(ofContainer: "cron")
                == "web:2")
        #expect(try template(after.statefulSets(), ["spec", "template"])?.image(ofContainer: "db") == "db:2")
        #expect(try template(after.jobs(), ["spec", "template"])?.image(ofContainer: "job") == "web:2")
        #expect(after.components[1].jobName != before.components[1].jobName)
        #expect(after.gate(before: after.components[0])?.name == "job")
    }

    @Test(
        "What the environment does not allow is refused with the reason, and the component runs what it ran",
        arguments: [
            ("api", "ghcr.io/other/api:2", "neither the repository of the component's image, ghcr.io/shop/api"),
            ("api", "docker.io/shop/api:2", "neither"), ("api", "ghcr.io/shop/api:latest", "in production"),
            ("api", "ghcr.io/shop/api", "in production"), ("api", "ghcr.io/shop/../evil/api:2", "is no image"),
            ("api", "ghcr.io/shop/api:1.4.3+7", "is no image"),
            ("db", "postgres:17", "has no component db, only api, web; remove the entry"),
            ("web", "ghcr.io/shop/web:2", "template of AppEnvironment shop sets the image"),
        ])
    func refused(component: String, image: String, words: String) throws {
        let environment = try Self.deployed(
            """
            tier: production
            components:
              - {name: api, image: 'ghcr.io/shop/api:1'}
              - name: web
                image: ghcr.io/shop/web:1
                template: {spec: {containers: [{name: web, image: 'ghcr.io/shop/web:0'}]}}
            """, [component: image])
        #expect(environment.components.map(\.image) == ["ghcr.io/shop/api:1", "ghcr.io/shop/web:1"])
        let message = try #require(environment.images?.refused[component]?.message)
        #expect(message.hasPrefix("spec.images[\(component)]: "), "\(message)")
        #expect(message.contains(words), "\(message)")
    }

    @Test(
        "After a refused image the one before it stays, as long as it is allowed",
        arguments: [
            ("api:2", "ComponentImages", "api:2"), ("evil:2", "ComponentImages", "api:1"),
            ("api:2", "AppEnvironment", "api:1"),
        ])
    func before(last: String, source: String, runs: String) throws {
        var object = try Self.images(["api": "evil:3"])
        object["status"] = ["components": [["name": "api", "image": .string(last), "source": .string(source)]]]
        var environment = try ResolvedEnvironment.written("tier: staging\ncomponents: [{name: api, image: 'api:1'}]")
        environment.deploy(object)
        #expect(environment.components[0].image == runs)
        #expect(environment.images?.refused.keys.sorted() == ["api"])
    }

    @Test("An entry that its component has left behind keeps nobody from Ready; one that is set or changed then does")
    func stale() throws {
        func status(_ entry: String, last: String?, source: String = "ComponentImages") throws -> ComponentImages.Status
        {
            var object = try Self.images(["web": "web:2", "old": entry])
            let known: [JSONValue] = [["name": "web", "image": "web:2", "source": "ComponentImages"]]
            let old = last.map { [JSONValue.object(["name": "old", "image": .string($0), "source": .string(source)])] }
            object["status"] = ["components": .array(known + (old ?? []))]
            var environment = try ResolvedEnvironment.written(
                "tier: staging\ncomponents: [{name: web, image: 'web:1'}]")
            environment.deploy(object)
            let observed = try Self.observation(of: environment, running: "web:2")
            return observed.status(of: try #require(environment.images))
        }
        let left = try status("old:2", last: "old:2")
        let ready = try #require(left.conditions?.first)
        let words = "the entry of old has no effect: AppEnvironment shop has no such component any more; remove it"
        #expect(ready.status == .true && ready.message == "web runs web:2; \(words)", "\(ready)")
        #expect(left.components?.map(\.name) == ["web", "old"] && left.components?[1].message == words)
        #expect(
            left.components?[1].image == "old:2" && left.components?[1].source == .componentImages, "it is remembered")
        for (entry, last, source) in [
            ("old:3", "old:2", "ComponentImages"), ("old:2", nil, "ComponentImages"),
            ("old:2", "old:2", "AppEnvironment"),
        ] {
            let other = try status(entry, last: last, source: source)
            #expect(other.conditions?.first?.reason == "InvalidSpec")
            #expect(other.conditions?.contains { $0.type == "Stalled" } == true)
        }
    }

    @Test("Repositories of the environment are allowed to every component")
    func repositories() throws {
        let environment = try Self.deployed(
            """
            tier: staging
            access: {repositories: [ghcr.io/shop/*, mirror.example.com/api]}
            components: [{name: api, image: 'api:1'}, {name: web, image: 'web:1'}, {name: db, image: 'db:1'}]
            """,
            ["api": "mirror.example.com/api:2", "web": "ghcr.io/shop/web", "db": "ghcr.io/shopper/db:2"])
        #expect(environment.components.map(\.image) == ["mirror.example.com/api:2", "ghcr.io/shop/web", "db:1"])
    }

    // MARK: The status

    /// - Parameter image: what the Deployment has.
    private static func observation(
        of environment: ResolvedEnvironment, running image: String?
    ) throws -> EnvironmentObservation {
        var observed = EnvironmentObservation(environment)
        for index in observed.components.indices {
            guard let image else { continue }
            let name = observed.components[index].component.name
            var object = try DynamicObject.fixture(
                """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: \(name), namespace: shop, generation: 2}
                spec:
                  replicas: 1
                  selector: {matchLabels: {a: b}}
                  template: {spec: {containers: [{name: \(name), image: IMAGE}]}}
                status: {observedGeneration: 2, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1}
                """)
            object[path: "spec", "template", "spec", "containers"] = [["name": .string(name), "image": .string(image)]]
            observed.components[index].deployment = try object.decode(Deployment.self)
        }
        return observed
    }

    private static func ready(_ observed: EnvironmentObservation) throws -> Condition {
        let status = observed.status(of: try #require(observed.environment.images))
        return try #require(status.conditions?.first { $0.type == ConditionType.ready.rawValue })
    }

    @Test("Ready is True only where the Deployment has the image and its pods are available")
    func ready() throws {
        let environment = try Self.deployed(
            "tier: staging\ncomponents: [{name: api, image: 'api:1'}]", ["api": "api:2"])
        let done = try Self.ready(Self.observation(of: environment, running: "api:2"))
        #expect((done.status, done.reason, done.message) == (.true, "Ready", "api runs api:2"))
        let old = try Self.ready(Self.observation(of: environment, running: "api:1"))
        #expect(
            (old.status, old.reason, old.message) == (.false, "RollingOut", "Deployment api is still at api:1"))
        let none = try Self.ready(Self.observation(of: environment, running: nil))
        #expect((none.status, none.reason) == (.false, "RollingOut"))
    }

    @Test("A roll-out that the quota holds back is told so")
    func quota() throws {
        let environment = try Self.deployed(
            "tier: staging\ncomponents: [{name: api, image: 'api:1'}]", ["api": "api:2"])
        var observed = try Self.observation(of: environment, running: "api:1")
        observed.quota = QuotaCheck(environment)
        observed.quota?.shortfall = ["limits.cpu": "1"]
        let condition = try Self.ready(observed)
        #expect((condition.status, condition.reason) == (.false, "Exceeded"))
    }

    @Test("What is wrong with components that no image is set for does not count")
    func others() throws {
        let environment = try Self.deployed(
            "tier: staging\ncomponents: [{name: api, image: 'api:1'}, {name: web, image: 'web:1'}]", ["api": "api:2"])
        var observed = try Self.observation(of: environment, running: "api:2")
        observed.components[1].deployment = nil
        #expect(try Self.ready(observed).status == .true)
        let status = observed.status(of: try #require(environment.images))
        #expect(status.components?.map(\.source) == [.componentImages, .appEnvironment])
        #expect(status.components?.map { $0.message != nil } == [false, true])
    }

    @Test(
        "Whoever has removed an entry is told Ready only once the image of the environment runs",
        arguments: [("api:2", 1, false), ("api:1", 1, false), ("api:1", 0, true)])
    func withdrawn(runs: String, old: Int, isReady: Bool) throws {
        var object = try Self.images([:])
        object["status"] = ["components": [["name": "api", "image": "api:2", "source": "ComponentImages"]]]
        var environment = try ResolvedEnvironment.written("tier: staging\ncomponents: [{name: api, image: 'api:1'}]")
        environment.deploy(object)
        #expect(environment.components[0].image == "api:1")
        var observed = try Self.observation(of: environment, running: runs)
        observed.components[0].deployment?.status?.replicas = 1 + old
        #expect(try Self.ready(observed).status == (isReady ? .true : .false))
        // It is still so when the status has been written once.
        let source = observed.status(of: try #require(environment.images)).components?.map(\.source)
        #expect(source == [isReady ? .appEnvironment : .componentImages])
    }

    @Test("A component whose entry is gone is not waited for where its template sets the image")
    func withdrawnTemplate() throws {
        var object = try Self.images([:])
        object["status"] = ["components": [["name": "api", "image": "api:2", "source": "ComponentImages"]]]
        var environment = try ResolvedEnvironment.written(
            """
            tier: staging
            components: [{name: api, image: 'api:1', template: {spec: {containers: [{name: api, image: 'api:0'}]}}}]
            """)
        environment.deploy(object)
        #expect(try Self.ready(Self.observation(of: environment, running: "api:0")).status == .true)
    }

    @Test("A refused image is told in its object and nowhere else")
    func refusalIsNoOutage() throws {
        let environment = try Self.deployed(
            "tier: staging\ncomponents: [{name: api, image: 'api:1'}]", ["api": "evil:2"])
        let observed = try Self.observation(of: environment, running: "api:1")
        let condition = try Self.ready(observed)
        #expect((condition.status, condition.reason) == (.false, "NotPermitted"))
        #expect(observed.components[0].finding == nil)
    }

    @Test("While the environment is suspended nothing is said to be rolled out")
    func suspended() throws {
        let environment = try Self.deployed(
            "tier: staging\nsuspend: true\ncomponents: [{name: api, image: 'api:1'}]", ["api": "api:2"])
        let condition = try Self.ready(Self.observation(of: environment, running: "api:2"))
        #expect((condition.status, condition.reason) == (.false, "Suspended"))
    }
}
