import BackupModel
import KubeAPI

@testable import Reconcilers

/// Something that a pass may find wrong.
struct Fault<Seen>: Sendable {
    var consequence: Finding.Consequence
    /// Whether nothing else is told beside it.
    var isAlone = false
    var befall: @Sendable (inout Seen) -> Void
}

/// An observation of a kind that tests make up: first nothing is wrong, then faults befall it.
protocol PlayedObservation: KindObservation, Sendable {
    associatedtype Owner: OwnResource

    /// A spec that the kind's CRD takes, as YAML.
    static var spec: String { get }

    /// Everything is as the spec says.
    static func well(_ object: DynamicObject) throws -> Self

    /// What may go wrong. Of each list at most one befalls an observation: of those the kind tells only the first.
    ///
    /// - Parameter failures: children that could not be written.
    static func faults(_ failures: [WriteFailure]) -> [[Fault<Self>]]

    /// What would be written if the object were not suspended; `nil` where suspending keeps the operator from no write.
    var unwritten: [String]? { get set }
}

extension [WriteFailure] {
    /// One edit that is needed is enough.
    var consequence: Finding.Consequence {
        contains { [.refused, .nameTaken, .contended].contains($0.kind) } ? .edit : .wait
    }
}

extension Deployment {
    /// With all of its pods.
    fileprivate static func whole(_ name: String, replicas: Int) -> Deployment {
        var metadata = ObjectMeta(name: name)
        metadata.generation = 1
        return Deployment(
            metadata: metadata, spec: .init(replicas: replicas, selector: .matching([:]), template: [:]),
            status: .init(
                observedGeneration: 1, replicas: replicas, updatedReplicas: replicas, readyReplicas: replicas,
                availableReplicas: replicas))
    }
}

extension PoolObservation: PlayedObservation {
    typealias Owner = RegionalWorkerPool

    static let spec = """
        replicas: 2
        regions: [{name: eu, nodeSelector: {matchLabels: {zone: eu}}}, {name: us, nodeSelector: {matchLabels: {zone: us}}}]
        template: {spec: {containers: [{name: worker, image: registry.example.com/worker:1.4.2}]}}
        monitoring: {alerts: []}
        """

    static func well(_ object: DynamicObject) throws -> PoolObservation {
        let pool = try RegionalWorkerPool(defaulting: object)
        var seen = PoolObservation(ResolvedPool(pool))
        for index in seen.regions.indices {
            let region = seen.regions[index].region
            (seen.regions[index].matched, seen.regions[index].claimed, seen.regions[index].ready) = (2, 2, 2)
            seen.regions[index].deployment = .whole(region.childName, replicas: region.replicas)
        }
        return seen
    }

    static func faults(_ failures: [WriteFailure]) -> [[Fault<PoolObservation>]] {
        func conflict(with holder: RegionObservation.Holder) -> @Sendable (inout PoolObservation) -> Void {
            { $0.regions[1].conflicts = [.init(node: "n2", holder: holder)] }
        }
        let taint = Taint(key: "workload", value: "worker", effect: .noExecute)
        return [
            [
                Fault(consequence: .wait) { ($0.regions[0].matched, $0.regions[0].claimed) = (0, 0) },
                Fault(
                    consequence: .wait, befall: conflict(with: .pool(ObjectKey(namespace: "workers", name: "older")))),
                Fault(consequence: .edit, befall: conflict(with: .region("eu"))),
                Fault(consequence: .edit) { $0.lockOut = .lastPlaces(["n1"]) },
                Fault(consequence: .wait) {
                    $0.pendingTaints = [
                        .init(taint: taint, region: "eu", toleratingPods: 1, pods: 2, isInTemplate: true)
                    ]
                },
            ],
            [
                Fault(consequence: .wait) { $0.regions[0].deployment = nil },
                Fault(consequence: .edit) { $0.regions[0].refusal = "it may not" },
                Fault(consequence: failures.consequence) { $0.regions[0].failures = failures },
            ],
            [
                Fault(consequence: .edit) { $0.regions[1].refusal = "it may not" },
                Fault(consequence: failures.consequence) { $0.regions[1].failures = failures },
            ],
            [Fault(consequence: failures.consequence) { $0.regions[0].scalerFailures = failures }],
            [
                Fault(consequence: .edit) { $0.pool.mayMonitor = false },
                Fault(consequence: failures.consequence) { $0.monitoringFailures = failures },
            ],
            [Fault(consequence: failures.consequence) { $0.failures = failures }],
            [Fault(consequence: .wait) { $0.unknownPeer = Finding(.peerUnknown, "there is no such component", .wait) }],
            [Fault(consequence: .edit) { $0.priorityFinding = Finding(.priorityMismatch, "it is another", .edit) }],
            [Fault(consequence: .wait) { $0.pruneFailures = failures }],
        ]
    }

    var unwritten: [String]? {
        get { heldBack }
        set { heldBack = newValue ?? [] }
    }
}

extension EnvironmentObservation: PlayedObservation {
    typealias Owner = AppEnvironment

    static let spec = """
        tier: staging
        components: [{name: web, image: "registry.example.com/web:1"}, {name: jobs, image: "registry.example.com/jobs:1"}]
        """

    static func well(_ object: DynamicObject) throws -> EnvironmentObservation {
        var seen = EnvironmentObservation(try ResolvedEnvironment(AppEnvironment(defaulting: object)))
        seen.quota = QuotaCheck(seen.environment)
        for index in seen.components.indices {
            let component = seen.components[index].component
            seen.components[index].deployment = .whole(component.name, replicas: component.replicas)
        }
        return seen
    }

    static func faults(_ failures: [WriteFailure]) -> [[Fault<EnvironmentObservation>]] {
        func deny(_ finding: Finding) -> @Sendable (inout EnvironmentObservation) -> Void {
            { seen in
                // Then nothing is looked at in it.
                seen = EnvironmentObservation(seen.environment)
                seen.namespaceFinding = finding
            }
        }
        return [
            [
                Fault(consequence: .edit, befall: deny(Finding(.ownedByOther, "it is another's", .edit))),
                Fault(consequence: .wait, befall: deny(Finding(.terminating, "it is being deleted", .wait))),
                Fault(consequence: .wait) { $0.components[0].deployment = nil },
                Fault(consequence: .edit) { $0.components[1].refusal = "it may not" },
                Fault(consequence: .edit) { seen in
                    (seen.components[0].deployment, seen.components[0].isHeld) = (nil, true)
                },
                Fault(consequence: failures.consequence) { $0.components[1].failures = failures },
            ],
            [Fault(consequence: failures.consequence) { $0.failures = failures }],
            [Fault(consequence: .wait) { $0.pruneFailures = failures }],
            [
                Fault(consequence: .wait, isAlone: true) { seen in
                    (seen.isExpiring, seen.expiresAt) = (true, .now())
                }
            ],
        ]
    }

    var unwritten: [String]? {
        get { heldBack }
        set { heldBack = newValue ?? [] }
    }
}

extension PolicyObservation: PlayedObservation {
    typealias Owner = BackupPolicy

    static let spec = """
        schedule: 0 2 * * *
        sources: [{name: db, pvc: {claimName: data}}]
        destinations: [{name: bucket, credentialsSecretRef: {name: bucket}, rclone: {remote: box, path: backups}}]
        """

    static func well(_ object: DynamicObject) throws -> PolicyObservation {
        var policy = try BackupPolicy(defaulting: object)
        // What went wrong before is not to count.
        policy.status = nil
        let created = policy.metadata.creationTimestamp ?? .now()
        var seen = PolicyObservation(ResolvedPolicy(policy), now: created + .seconds(60), runs: [])
        for index in seen.destinations.indices { seen.destinations[index].preparedTime = created }
        return seen
    }

    static func faults(_ failures: [WriteFailure]) -> [[Fault<PolicyObservation>]] {
        [
            [
                Fault(consequence: .edit) { $0.policy.refused = ["db": "it may not"] },
                Fault(consequence: .edit) { $0.podSecurity = Finding(.podSecurityBlocked, "refused", .edit) },
                Fault(consequence: .wait) { $0.policy.inputs.isClusterKnown = false },
                Fault(consequence: .wait) { $0.waiting = ["source db": "its image can't be pulled"] },
                Fault(consequence: failures.consequence) { $0.failures = failures },
            ],
            [Fault(consequence: .wait) { $0.targets[0].lastResult = .failed }],
            [
                Fault(consequence: .wait) { seen in
                    (seen.targets[0].count, seen.targets[0].expected, seen.targets[0].missingSince) = (6, 7, seen.now)
                }
            ],
            [Fault(consequence: .wait) { $0.pruneFailures = failures }],
        ]
    }

    var unwritten: [String]? {
        get { nil }
        set {}
    }
}
