import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Status of an AppEnvironment")
struct EnvironmentStatusTests {
    private func seen(_ change: (inout ComponentObservation) -> Void) throws -> EnvironmentObservation {
        var seen = EnvironmentObservation(try ResolvedEnvironment.written())
        seen.quota = QuotaCheck(seen.environment)
        change(&seen.components[0])
        return seen
    }

    private func deployment(ready: Int, updated: Int = 1, conditions: [ObservedCondition] = []) -> Deployment {
        var metadata = ObjectMeta(name: "web", namespace: "shop")
        metadata.generation = 1
        return Deployment(
            metadata: metadata, spec: .init(replicas: 1, selector: .matching([:]), template: [:]),
            status: .init(
                observedGeneration: 1, replicas: 1, updatedReplicas: updated, readyReplicas: ready,
                availableReplicas: ready, conditions: conditions))
    }

    private func pod(_ status: ContainerStatus, conditions: [ObservedCondition] = []) -> Pod {
        Pod(
            metadata: ObjectMeta(name: "web-1"),
            status: .init(phase: "Pending", conditions: conditions, containerStatuses: [status]))
    }

    private func ready(of seen: EnvironmentObservation) throws -> Condition {
        try #require(seen.status.conditions?.first { $0.type == "Ready" })
    }

    private func waiting(_ reason: String, _ message: String? = nil, exitCode: Int? = nil) -> ContainerStatus {
        ContainerStatus(
            name: "web", ready: false, state: .init(waiting: .init(reason: reason, message: message)),
            lastState: exitCode.map { .init(terminated: .init(exitCode: $0, reason: "Error")) })
    }

    @Test("With every pod available the environment is Ready, and says so in one line")
    func allIsWell() throws {
        let seen = try seen { $0.deployment = deployment(ready: 1) }
        let ready = try ready(of: seen)
        #expect(ready.status == .true && ready.message == "1 of 1 component ready")
        #expect(seen.status.componentsReady == "1/1")
        #expect(
            seen.status.conditions?.map(\.type) == [
                "Ready", "NamespaceReady", "QuotaSufficient", "ComponentsAvailable",
            ])
    }

    @Test(
        "An autoscaler that has no metrics keeps the environment from being Ready; one that nobody has looked at does not",
        arguments: [
            (
                "[{type: AbleToScale, status: 'True'}, {type: ScalingActive, status: 'False', reason: FailedGetResourceMetric, "
                    + "message: 'the server could not find the requested resource (get pods.metrics.k8s.io)'}]",
                "TriggerFailing", "False"
            ),
            ("[]", "Ready", "Unknown"), ("[{type: ScalingActive, status: 'True'}]", "Ready", "True"),
            ("[{type: ScalingActive, status: 'False', reason: ScalingDisabled}]", "Ready", "True"),
        ])
    func autoscaler(conditions: String, reason: String, status: String) throws {
        var seen = EnvironmentObservation(
            try ResolvedEnvironment.written(
                "tier: staging\ncomponents: [{name: web, image: 'web:1', autoscaling: {min: 1, max: 3}}]"))
        seen.components[0].deployment = deployment(ready: 1)
        var scalers = LiveScalers(ownerUID: "uid-shop", replicas: 1)
        scalers.autoscaler = try DynamicObject.fixture(
            "kind: HorizontalPodAutoscaler\nmetadata: {name: web}\nstatus: {conditions: \(conditions)}")
        scalers.isAutoscalerMade = true
        seen.components[0].scalers = scalers
        #expect(try ready(of: seen).reason == reason)
        let scaling = try #require(seen.status.conditions?.first { $0.type == "AutoscalingReady" })
        #expect(scaling.status.rawValue == status)
        #expect(status != "False" || scaling.message.contains("pods.metrics.k8s.io"))
        #expect(seen.stands, "metrics are no reason to hold back what bounds the namespace")
        // While pods are on their way the component says so itself.
        seen.components[0].deployment = deployment(ready: 0)
        #expect(try ready(of: seen).reason != "TriggerFailing")
    }

    @Test("An image that is not there is told in the kubelet's words")
    func imagePull() throws {
        let seen = try seen {
            $0.deployment = deployment(ready: 0)
            $0.pods = [pod(waiting("ImagePullBackOff", "Back-off pulling image \"web:1\""))]
        }
        let ready = try ready(of: seen)
        #expect(ready.reason == "ImagePullFailed")
        #expect(
            ready.message
                == "Deployment web: Pod web-1, container web: ImagePullBackOff: Back-off pulling image \"web:1\"")
        #expect(seen.status.conditions?.contains { $0.type == "Stalled" } == true)
    }

    @Test("A crash is told with its exit code")
    func crash() throws {
        let seen = try seen {
            $0.deployment = deployment(ready: 0)
            $0.pods = [pod(waiting("CrashLoopBackOff", exitCode: 137))]
        }
        #expect(try ready(of: seen).message.contains("CrashLoopBackOff, exit code 137 (Error)"))
    }

    @Test(
        "Where something else has the name of a child, the condition about its kind does not say that all is well",
        arguments: [
            (ResourceType.networkPolicy, "NetworkReady"), (.ingress, "IngressReady"),
            (.prometheusRule, "ObservabilityReady"),
        ])
    func obstacle(child: ResourceType, type: String) throws {
        let spec = """
            tier: production
            components: [{name: web, image: 'web:1', ports: [{name: http, port: 80}]}]
            ingress: [{host: shop.example.com, paths: [{component: web, port: http}]}]
            """
        var seen = EnvironmentObservation(try ResolvedEnvironment.written(spec))
        seen.dependencies = EnvironmentObservation.Dependencies(
            secrets: EnvironmentSecrets(), lostHosts: [:], sharedHosts: [:], certificates: nil, unknownNamespaces: [])
        func condition() throws -> Condition { try #require(seen.status.conditions?.first { $0.type == type }) }
        #expect(try condition().status == .true)
        let object = WrittenObject(child, ObjectKey(namespace: "shop", name: "web"))
        let message = "\(object) exists and is left alone"
        let failure = WriteFailure(object: object, kind: .nameTaken, message: message)
        seen.components[0].failures = [failure]
        #expect(try condition().status == .false && condition().reason == "NameConflict")
        #expect(try condition().message == message, "the object is named once")
        seen.components[0].failures = []
        seen.failures = [failure]
        #expect(try condition().status == .false)
    }

    @Test(
        "While a Service leads to pods of before, or an adopted namespace is open, nothing is Ready that stands, unless it is suspended"
    )
    func unclosed() throws {
        func ready(_ more: String = "", _ change: (inout EnvironmentObservation) -> Void) throws -> String? {
            var seen = EnvironmentObservation(
                try ResolvedEnvironment.written("tier: staging\ncomponents: [{name: web, image: 'web:1'}]\n\(more)"))
            seen.components[0].deployment = deployment(ready: 1)
            change(&seen)
            return seen.status.conditions?.first { $0.type == "Ready" }?.reason
        }
        #expect(try ready { _ in } == "Ready")
        #expect(try ready { $0.openServices = ["web"] } == "RollingOut")
        #expect(try ready { ($0.isAdopted, $0.isEnforced) = (true, false) } == "NamespaceOpen")
        #expect(try ready("suspend: true") { ($0.isAdopted, $0.isEnforced) = (true, false) } == "Suspended")
        // What is wrong with a component is said first.
        #expect(
            try ready {
                ($0.isAdopted, $0.isEnforced) = (true, false)
                $0.components[0].deployment = nil
            } != "NamespaceOpen")
    }

    @Test("A missing Secret is waited for")
    func missingSecret() throws {
        let seen = try seen {
            $0.deployment = deployment(ready: 0)
            $0.pods = [pod(waiting("CreateContainerConfigError", "secret \"api\" not found"))]
        }
        #expect(try ready(of: seen).reason == "SecretMissing")
        #expect(seen.status.conditions?.contains { $0.type == "Reconciling" } == true)
    }

    @Test("A pod without a node is told in the scheduler's words")
    func unschedulable() throws {
        let seen = try seen {
            $0.deployment = deployment(ready: 0)
            $0.pods = [
                Pod(
                    metadata: ObjectMeta(name: "web-1"),
                    status: .init(
                        phase: "Pending",
                        conditions: [
                            .init(
                                type: "PodScheduled", status: .false, reason: "Unschedulable",
                                message: "0/3 nodes are available")
                        ]))
            ]
        }
        #expect(try ready(of: seen).message == "Deployment web: Pod web-1 finds no node: 0/3 nodes are available")
    }

    @Test(
        "What keeps the ReplicaSet from making pods is told apart",
        arguments: [
            ("pods \"x\" is forbidden: exceeded quota: environment", "QuotaExceeded"),
            ("pods \"x\" is forbidden: violates PodSecurity \"restricted:latest\"", "PodSecurityBlocked"),
            ("pods \"x\" is forbidden: no PriorityClass with name y was found", "PodsRefused"),
        ])
    func refusedPods(message: String, reason: String) throws {
        let seen = try seen {
            $0.deployment = deployment(
                ready: 0,
                conditions: [.init(type: "ReplicaFailure", status: .true, reason: "FailedCreate", message: message)])
        }
        #expect(try ready(of: seen).reason == reason)
    }

    @Test("A namespace that is not the environment's comes before everything else")
    func foreignNamespace() throws {
        var seen = try seen { _ in }
        seen.namespaceFinding = Finding(.ownedByOther, "Namespace shop exists", .edit)
        #expect(try ready(of: seen).reason == "OwnedByOther")
        #expect(seen.status.conditions?.contains { $0.type == "ComponentsAvailable" } == false)
    }
}

@Suite("Quota, bounds and defaults of an AppEnvironment")
struct EnvironmentDefaultsTests {
    @Test("Auto is the tier's amounts, or the need with surge, autoscaling and headroom where that is more")
    func automaticQuota() throws {
        let environment = try ResolvedEnvironment.written(
            """
            tier: preview
            quota: {hard: {pods: 20}}
            components:
              - {name: web, image: 'web:1', autoscaling: {min: 1, max: 9}, resources: {requests: {cpu: 200m}, limits: {cpu: 200m}}}
            """)
        let hard = try #require(environment.quotaHard)
        // (9 + 1) × 200m, and a quarter more.
        #expect(hard["requests.cpu"] == "2500m" && hard["limits.cpu"] == "2500m")
        #expect(hard["requests.memory"] == "2Gi" && hard["requests.storage"] == "5Gi" && hard["pods"] == 20)
    }

    @Test("A quota of somebody else's counts, one that looks at some pods only does not")
    func foreignQuota() throws {
        let environment = try ResolvedEnvironment.written()
        let tight = QuotaCheck.Quota(name: "theirs", hard: ["cpu": "60m"], used: [:])
        let check = QuotaCheck(environment, quotas: [tight])
        #expect(check.shortfall == ["cpu": "40m"])
        #expect(check.finding(of: environment)?.message.hasPrefix("ResourceQuota theirs lacks cpu 40m") == true)
        var scoped = tight
        scoped.isScoped = true
        #expect(QuotaCheck(environment, quotas: [scoped]).isSufficient)
    }

    @Test("Claims that are kept count against the quota")
    func keptClaims() throws {
        var environment = try ResolvedEnvironment.written()
        environment.inputs.retainedClaims = [try #require(Quantity("400Gi"))]
        #expect(environment.quotaHard?["requests.storage"] == "500Gi")
    }

    @Test(
        "The bounds of a container grow, whatever of them is given",
        arguments: [
            "max: {cpu: 100m}", "min: {cpu: '3'}", "default: {cpu: 20m}", "defaultRequest: {cpu: '1'}",
            "min: {memory: 5Gi}, max: {memory: 6Gi}",
        ])
    func boundsGrow(given: String) throws {
        let environment = try ResolvedEnvironment.written(
            "tier: staging\nlimitRange: {\(given)}\ncomponents: [{name: web, image: 'web:1'}]")
        let bounds = try #require(environment.containerBounds)
        for resource in ["cpu", "memory"] {
            let row = [bounds.minimum, bounds.defaultRequest, bounds.defaultLimit, bounds.maximum]
                .compactMap { Amount.quantity($0[resource]) }
            #expect(row.count == 4 && row == row.sorted(), "\(row)")
        }
    }

    @Test("A default that changes with a new operator changes no child until the version is raised")
    func pinnedDefaults() throws {
        let next = DefaultsCatalogue(versions: [
            1: TierDefaults.version1,
            2: { tier in
                var defaults = TierDefaults.version1(tier)
                defaults.nodeFailureSeconds = 77
                return defaults
            },
        ])
        var environment = try AppEnvironment.fixture()
        let before = try ResolvedEnvironment(environment).children()
        environment.status = .init()
        environment.status?.defaultsVersion = 1
        #expect(try ResolvedEnvironment(environment, catalogue: next).children() == before)
        environment.spec.defaultsVersion = 2
        let raised = try ResolvedEnvironment(environment, catalogue: next)
        #expect(raised.defaultsVersion == 2)
        #expect(try raised.children() != before)
        environment.spec.defaultsVersion = 3
        #expect(throws: Violation.self) { try ResolvedEnvironment(environment, catalogue: next) }
        // A new one begins with the newest.
        #expect(try ResolvedEnvironment(AppEnvironment.fixture(), catalogue: next).defaultsVersion == 2)
    }

    @Test("A template is laid over the pods: named lists by name, the selector's labels stand")
    func overlay() throws {
        let environment = try ResolvedEnvironment.written(
            """
            tier: staging
            components:
              - name: web
                image: web:1
                env: [{name: A, value: "1"}]
                template:
                  metadata: {labels: {quartermaster.dev/environment-component: other, own: label}}
                  spec:
                    tolerations: [{key: fast, operator: Exists}]
                    containers:
                      - {name: web, env: [{name: A, value: "2"}, {name: B, value: "3"}]}
                      - {name: sidecar, image: 'sidecar:1'}
            """)
        let template = JSONValue.object(environment.podTemplate(of: environment.components[0]))
        #expect(template["metadata"]?["labels"]?["quartermaster.dev/environment-component"] == "web")
        #expect(template["metadata"]?["labels"]?["own"] == "label")
        let containers = template["spec"]?["containers"]?.elements ?? []
        #expect(containers.map { $0["name"] } == ["web", "sidecar"])
        #expect(containers[0]["image"] == "web:1")
        #expect(containers[0]["env"]?.elements.map { $0["value"] } == ["2", "3"])
        #expect(template["spec"]?["tolerations"]?.elements.count == 3)
    }

    @Test("The time of a preview counts from creation, from a change, and never from a time to come")
    func specChange() throws {
        var environment = try AppEnvironment.fixture("tier: preview\ncomponents: [{name: web, image: 'web:1'}]")
        let birth = Timestamp(secondsSinceEpoch: 1000)
        environment.metadata.creationTimestamp = birth
        let now = Timestamp(secondsSinceEpoch: 5000)
        #expect(environment.specChange(generation: 1, now: now).time == birth)
        environment.status = .init()
        environment.status?.specChange = .init(generation: 1, time: birth)
        #expect(environment.specChange(generation: 1, now: now).time == birth)
        #expect(environment.specChange(generation: 2, now: now).time == now)
        environment.status?.specChange = .init(generation: 2, time: now + .seconds(900))
        #expect(environment.specChange(generation: 2, now: now).time == now)
    }
}
