internal import KubeAPI
internal import Reconcilers

/// Everything of `quartermaster run`, put together. It is started and stopped by a `ProcessLifecycle`.
struct OperatorProcess: Sendable {
    private let flags: RunFlags
    private let logger: Logger
    private let metrics = MetricRegistry()
    private let client: KubeClient
    private let leaseClient: KubeClient
    private let sealKey: SealKey
    private let seal = Seal()
    private let informers: InformerSet
    private let recorder: EventRecorder
    private let election: LeaderElection?
    private let controllers: [Controller]
    private let schemas: ServedSchemas
    private let leaseNamespace: String
    private let exporter: TraceExporter?

    /// - Parameters:
    ///   - identity: of this process among the replicas.
    ///   - operatorNamespace: where its pods and their ServiceAccount are.
    ///   - leaseNamespace: where the lease is.
    ///   - traces: where traces go; `nil`: there are none.
    /// - Throws: `TransportError` where no client can be set up.
    init(
        flags: RunFlags, configuration: ClientConfiguration, identity: String, operatorNamespace: String,
        leaseNamespace: String, traces: OTLPSettings?, logger: Logger
    ) throws {
        self.flags = flags
        self.logger = logger
        self.leaseNamespace = leaseNamespace
        var options = Self.clientOptions(flags, metrics, logger)
        var leaseOptions = options
        let serverReturn = ServerReturn(passingOnTo: options.observer)
        leaseOptions.observer = serverReturn
        leaseClient = try KubeClient(configuration: configuration, options: leaseOptions, lane: .lease)
        if flags.electsLeader {
            var election = LeaderElection.Options(
                lease: ObjectKey(namespace: leaseNamespace, name: flags.leaseName), identity: identity)
            election.leaseDuration = flags.leaseDuration
            election.renewDeadline = flags.renewDeadline
            election.retryPeriod = flags.retryPeriod
            self.election = LeaderElection(api: leaseClient, options: election, metrics: metrics, logger: logger)
        } else {
            election = nil
        }
        let gate = election?.gate ?? WriteGate.alwaysOpen()
        // A write that waited for the rate limit or for the server must not go out after the lease has run out.
        options.writeAdmission = gate
        client = try KubeClient(configuration: configuration, options: options)
        sealKey = SealKey(api: leaseClient, gate: gate, namespace: leaseNamespace)
        informers = InformerSet(source: client, options: Self.informerOptions(logger))
        serverReturn.notify { [weak informers] in informers?.noteReachable() }
        recorder = EventRecorder(
            api: client, gate: gate,
            options: .init(reportingController: "quartermaster.dev/operator", reportingInstance: identity),
            metrics: metrics, logger: logger)
        let environment = ReconcilerEnvironment(
            api: client, informers: informers, gate: gate, events: recorder, seal: seal, metrics: metrics,
            permissions: flags.permissions(operatorNamespace: operatorNamespace, leaseNamespace: leaseNamespace))
        schemas = environment.schemas
        let process = ["service.version": BuildInfo.version, "service.instance.id": identity]
        exporter = try traces.map { [metrics] traces in
            try TraceExporter(traces, process: process, metrics: metrics, logger: logger)
        }
        var controllerOptions = Controller.Options()
        controllerOptions.workers = flags.workers
        controllerOptions.deadline = flags.reconcileDeadline
        controllerOptions.resync = flags.resync
        controllerOptions.grace = flags.grace
        controllerOptions.tracer = exporter?.tracer
        controllers = Kinds.all.map { kind in
            kind.controller(
                in: environment, now: Timestamp.now, logger: logger, controllerOptions: controllerOptions)
        }
    }

    /// Asks the server who it is, and for the key of the seal, so that what is wrong with the configuration shows at once.
    ///
    /// - Throws: `APIError`, `ConfigurationError`.
    func preflight() async throws {
        let version = try await leaseClient.serverVersion()
        logger.info(
            "connected", ["server": .string(leaseClient.configuration.server), "version": .string(version.gitVersion)])
        _ = try await sealKey.find()
    }

    /// Runs until a signal comes.
    func run(signals: AsyncStream<Int32>) async -> ProcessLifecycle.Ending {
        registerMetrics()
        var lifecycle = ProcessLifecycle(logger: logger)
        // Stopped in the reverse order: workers, events, caches, server, lease, traces. Nobody waits for a collector but the last.
        if let exporter { lifecycle.add("traces") { try await exporter.run() } }
        if let election { lifecycle.add("lease") { try await election.run() } }
        let endpoints = endpoints
        lifecycle.add("server") { try await endpoints.run() }
        lifecycle.add("caches") { [informers, seal, sealKey, logger] in
            // First of all: what is looked at without the key counts as somebody else's.
            seal.unlock(with: try await sealKey.obtain(logger: logger))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await informers.run() }
                group.addTask { try await Self.report(on: informers, to: logger) }
                try await group.waitForAll()
            }
        }
        lifecycle.add("events") { [recorder] in try await recorder.run() }
        lifecycle.add("workers", grace: flags.grace + .seconds(5)) { try await work() }
        let ending = await lifecycle.run(signals: signals)
        await client.shutdown()
        await leaseClient.shutdown()
        return ending
    }

    /// What only the leader does, as often as this process becomes the leader.
    private func work() async throws {
        let body: @Sendable () async throws -> Void = { [client, informers, controllers, logger] in
            try await informers.waitUntilSynced()
            // An HTTP/2 connection that is dead takes all watches with it; a request without an answer finds out.
            async let _ = client.probe(within: .seconds(10))
            try await informers.catchUp(within: .seconds(30))
            logger.info("caches are synced, workers start")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for controller in controllers { group.addTask { try await controller.run() } }
                try await group.waitForAll()
            }
        }
        if let election { try await election.whileLeading(body) } else { try await body() }
    }

    private var endpoints: Endpoints {
        let liveness = HealthChecks("healthz")
        let readiness = HealthChecks("readyz")
        readiness.add("informers") { [informers] in
            let behind = informers.behind
            return behind.isEmpty ? .passing : .failing(behind.joined(separator: "; "))
        }
        readiness.add("schemas") { [schemas] in
            let problems = schemas.problems
            return problems.isEmpty ? .passing : .failing(problems.joined(separator: "; "))
        }
        let guarding = flags.metricsCertificate.map { source in
            // The client of the lease: the other one writes nothing while this process does not lead.
            (
                access: MetricsAccess(api: leaseClient),
                certificate: MetricsCertificate(source: source, name: "quartermaster.\(leaseNamespace).svc")
            )
        }
        return Endpoints(
            metrics: metrics, liveness: liveness, readiness: readiness, metricsAddress: flags.metricsAddress,
            metricsGuard: guarding, healthAddress: flags.healthAddress, logger: logger)
    }

    private func registerMetrics() {
        ProcessMetrics.register(in: metrics)
        metrics.observe(
            MetricName.informerStaleness,
            help: "Seconds since the API server was last heard of for a cache; large values mean old data.",
            labels: ["resource"]
        ) { [informers] in
            informers.informers.compactMap { informer in
                informer.staleness.map { .init("\(informer.selection)", value: $0 / .seconds(1)) }
            }
        }
    }

    private static func clientOptions(_ flags: RunFlags, _ metrics: MetricRegistry, _ logger: Logger) -> ClientOptions {
        var options = ClientOptions()
        options.userAgent = ClientOptions.userAgent(version: BuildInfo.version)
        options.qps = flags.qps
        options.burst = flags.burst
        options.observer = ClientMetrics(in: metrics, logger: logger)
        return options
    }

    /// Says which caches have been behind for a while, until the task is cancelled.
    private static func report(on informers: InformerSet, to logger: Logger) async throws {
        var report = CacheReport()
        while true {
            try await Task.sleep(for: CacheReport.interval)
            switch report.look(at: informers.problems) {
            case .behind(let count, let words):
                logger.warning(
                    "caches are behind", ["count": .integer(Int64(count)), "caches": .string(words)])
            case .recovered: logger.info("all caches are up to date again")
            case nil: break
            }
        }
    }

    private static func informerOptions(_ logger: Logger) -> InformerOptions {
        var options = InformerOptions()
        options.phaseChanged = { selection, phase in
            let resource: KeyValuePairs<String, LogValue> = ["resource": .string("\(selection)")]
            switch phase {
            case .live: logger.debug("the cache is up to date", resource)
            case .syncing(nil): logger.debug("the cache is being filled", resource)
            case .syncing(let problem?), .behind(let problem):
                // `CacheReport` tells what lasts.
                logger.debug("the cache is behind", ["resource": .string("\(selection)"), "problem": .string(problem)])
            case .absent where selection.type.isOptional:
                logger.info("not served by the API server; used as soon as it is installed", resource)
            case .absent:
                logger.warning("not served by the API server; waiting for its CRD to be installed", resource)
            }
        }
        return options
    }
}
