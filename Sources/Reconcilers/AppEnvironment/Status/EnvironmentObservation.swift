package import KubeAPI

/// What a pass has found and done: the status follows from it.
package struct EnvironmentObservation: Sendable {
    /// What an environment depends on and others make: Secrets, hosts, certificates, namespaces.
    struct Dependencies: Sendable {
        var secrets: EnvironmentSecrets
        var makers = SecretMakers()
        /// Hosts that are somebody else's.
        var lostHosts: [String: HostClaims.Rival]
        /// By hosts that are the environment's, what to say of an Ingress of somebody else's that serves them too.
        var sharedHosts: [String: String]
        /// By the host; `nil` where cert-manager is not installed.
        var certificates: [String: CertificateState]?
        /// Namespaces that `connectsTo` and `allowFrom` name and that do not exist.
        var unknownNamespaces: Set<String>
        var neighbours = Neighbours()
        /// By the name of the service.
        var databases: [String: DatabaseState] = [:]
        var server = ServerAddresses()
    }

    package var environment: ResolvedEnvironment
    /// Why nothing may be written in the namespace; `nil` where it is the environment's.
    package var namespaceFinding: Finding?
    package var isAdopted = false
    /// Whether what bounds the namespace is written: see `EnvironmentInputs.isEnforced`.
    package var isEnforced = true
    /// Components whose Services still select the pods of before, too.
    var openServices: [String] = []
    /// Pods of pools and policies of the namespace that are to reach a component.
    var callers: [ComponentCaller] = []
    var quota: QuotaCheck?
    package var components: [ComponentObservation]
    /// `nil` before there is a namespace to look at.
    var dependencies: Dependencies?
    /// Optional APIs that children need and the server lacks.
    var monitoringFinding: Finding?
    /// What is wrong with a PriorityClass that a component names.
    var priorityFinding: Finding?
    /// Whether the API server has KEDA's API.
    package var isKEDAServed = true
    /// Children that are no component's and could not be written.
    package var failures: [WriteFailure] = []
    /// Children that are not wanted any more and could not be deleted.
    package var pruneFailures: [WriteFailure] = []
    /// What would be written if the environment were not suspended, as `Deployment shop/web`.
    package var heldBack: [String] = []
    package var inventory: [InventoryEntry] = []
    /// Objects of others in the place of children, and what becomes of them.
    var adoption: [AppEnvironment.AdoptionStatus] = []
    /// Claims that were taken over, and that are never deleted.
    var adoptedClaims: [AppEnvironment.AdoptedClaim]
    package var specChange: AppEnvironment.SpecChange?
    package var expiresAt: Timestamp?
    /// Its time is up, and it is deleted in a few minutes.
    package var isExpiring = false

    package init(_ environment: ResolvedEnvironment) {
        self.environment = environment
        components = environment.components.map(ComponentObservation.init(component:))
        inventory = environment.environment.status?.inventory ?? []
        adoptedClaims = environment.environment.status?.adoptedClaims ?? []
    }
}

/// A component as it was found.
package struct ComponentObservation: Sendable {
    package var component: Component
    /// Its Deployment, or what its StatefulSet has in common with one.
    package var deployment: Deployment?
    /// Its Job, or the Jobs that its CronJob has made, the newest first.
    var runs: [ComponentJob] = []
    /// A Job of somebody else's in the place of its own.
    var impostor: ComponentJob?
    /// Its CronJob is there.
    var hasSchedule = false
    /// Those of its pods that are not ready or were restarted.
    package var pods: [Pod] = []
    /// Why nodes of those pods are not ready, by their names.
    package var nodeProblems: [String: String] = [:]
    package var now = Timestamp.now()
    package var failures: [WriteFailure] = []
    /// The claims that the environment has, whosever.
    var claims: [PersistentVolumeClaims.Claim] = []
    /// What its pods ask for and the operator's configuration does not let them have.
    var refusal: String?
    /// The component whose Job has to succeed before it is rolled out.
    var gate: Component?
    /// The database that it waits for before it is made, and what that says.
    var awaited: String?
    /// What of its StatefulSet can't be changed.
    var fixed: Finding?
    /// The image of its Job or CronJob.
    var runImage: String?
    /// Its roll-out is not begun since the quota does not leave room for it.
    package var isHeld = false
    /// What scales it, as it was found.
    package var scalers: LiveScalers?
    /// What is to become of that; `nil` where nothing was written.
    package var plan: ScalerPlan?
    /// Those of its failures that are about what scales it.
    var scalerFailures: [WriteFailure] = []
    /// What the cluster says of pods that say nothing themselves.
    var warning: Warning?

    package init(component: Component) { self.component = component }

    /// Where a scaler decides what it asks for now.
    package var desired: Int {
        let isScaled = component.autoscaling != nil || plan.map { $0.replicas == nil } ?? false
        return isScaled ? deployment?.spec.replicas ?? component.replicas : component.replicas
    }

    /// The image that it runs.
    var image: String? { deployment?.spec.template.image(ofContainer: component.name) ?? runImage }

    package var ready: Int { deployment?.status?.readyReplicas ?? 0 }
}

extension EnvironmentObservation: KindObservation {
    /// Adds what became of the children.
    mutating func add(_ written: ChildWriter.Result) {
        for failure in written.failures {
            if let index = components.firstIndex(where: { $0.component.name == failure.part }) {
                if failure.failure.isAboutScaler {
                    components[index].scalerFailures.append(failure.failure)
                } else {
                    components[index].failures.append(failure.failure)
                }
            } else {
                failures.append(failure.failure)
            }
        }
        pruneFailures += written.pruneFailures
        heldBack += written.heldBack
        inventory = written.inventory
        monitoringFinding = written.monitoringFinding
    }

    /// Whether every component runs as the spec says, and all that is needed for it to go on under `default-deny` could be
    /// written.
    var stands: Bool {
        obstacle(to: .networkPolicy) == nil
            && components.allSatisfy { $0.finding == nil && $0.failures.isEmpty }
    }

    /// Forgets what became of the children: they are written once more.
    mutating func beginAnew() {
        components = environment.components.map(ComponentObservation.init(component:))
        (failures, pruneFailures, heldBack) = ([], [], [])
    }

    /// Everything that could not be written.
    var allFailures: [WriteFailure] {
        failures + pruneFailures + components.flatMap { $0.failures + $0.scalerFailures }
    }

    /// Why children of these types are not what the spec asks for; `nil` where all of them could be written.
    ///
    /// Whoever may edit the namespace can put an object of their own in the place of a child, so a condition about a kind
    /// of children must not be True on the strength of the spec alone.
    func obstacle(to types: ResourceType...) -> Finding? {
        let failed = failures + components.flatMap(\.failures)
        return failed.filter { $0.object.isOne(of: types) }.map(\.finding).mostPressing
    }
}
