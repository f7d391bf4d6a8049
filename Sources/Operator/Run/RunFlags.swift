internal import CommandLineInterface
internal import KubeAPI
internal import Reconcilers

/// The flags of `quartermaster run`, and what they say.
struct RunFlags: Sendable {
    static let all: [Flag] = connection + behaviour + election + endpoints + log + tracing

    private static let connection =
        ClusterFlags.connection + [
            Flag("kube-api-qps", "NUMBER", default: "50", help: "requests a second to the API server; 0 for no limit"),
            Flag("kube-api-burst", "NUMBER", default: "100", help: "requests that may go out at once beyond that rate"),
        ]

    private static let behaviour = [
        Flag("max-concurrent-reconciles", "NUMBER", default: "4", help: "objects of one kind worked on at a time"),
        Flag("resync", "DURATION", default: "10m", help: "how often every object is looked at without a change"),
        Flag("reconcile-deadline", "DURATION", default: "2m", help: "how long one attempt may take"),
        Flag(
            "node-pool-namespaces", "NAMES", default: "", isRepeatable: true,
            help: "namespaces whose pools may label and taint nodes, separated by commas; every one where empty"),
        Flag(
            "privileged-namespaces", "NAMES",
            default: Permissions.defaultPrivilegedNamespaces.sorted().joined(separator: ","), isRepeatable: true,
            help: """
                namespaces, with the operator's own, whose pools may run pods beyond the Pod Security Standard baseline \
                and of any priority, and whose backups may read etcd and other namespaces
                """),
        Flag(
            "max-priority-class-value", "NUMBER", default: String(Permissions.defaultMaxPriority),
            help: """
                the highest priority of the pods of pools, policies and environments, but for those of \
                --privileged-namespaces
                """),
        Flag(
            "secret-source-namespaces", "NAMES", default: "", isRepeatable: true,
            help: "namespaces that environments may copy Secrets from, those labelled quartermaster.dev/share=true"),
        Flag(
            "monitoring-namespaces", "NAMES", default: "", isRepeatable: true,
            help: "namespaces that pools of other ones may have their ServiceMonitors and PrometheusRules in"),
        Flag(
            "shutdown-grace-period", "DURATION", default: "20s",
            help: "how long work that has begun may go on after SIGTERM"),
    ]

    private static let election = [
        Flag(
            "leader-elect", "BOOL", default: "true", help: "whether replicas elect a leader; false for a single process"
        ),
        Flag(
            "leader-election-namespace", "NAME",
            help: "where the lease is; else $POD_NAMESPACE, else the namespace of the configuration"),
        Flag("leader-election-id", "NAME", default: "quartermaster-leader", help: "the name of the lease"),
        Flag("leader-election-lease-duration", "DURATION", default: "15s", help: "how long a lease is valid"),
        Flag("leader-election-renew-deadline", "DURATION", default: "10s", help: "how long a renewal is tried"),
        Flag("leader-election-retry-period", "DURATION", default: "2s", help: "how often it is tried"),
    ]

    private static let endpoints = [
        Flag(
            "metrics-bind-address", "ADDRESS:PORT", default: "127.0.0.1:8080",
            help: "where /metrics is served, port 0 for a free one; \"off\" for nowhere"),
        Flag(
            "metrics-secure", "BOOL", default: "true",
            help: "/metrics by TLS and for who may get it, by a token; false: plain and for everybody"),
        Flag(
            "metrics-cert-file", "FILE",
            help: "certificate of /metrics as PEM, read again when it changes; without it one of the operator's own"),
        Flag("metrics-key-file", "FILE", help: "the key of --metrics-cert-file"),
        Flag(
            "health-probe-bind-address", "ADDRESS:PORT", default: "127.0.0.1:8081",
            help: "where /healthz and /readyz are served, port 0 for a free one; \"off\" for nowhere"),
    ]

    private static let log = [
        Flag("log-level", "LEVEL", default: "info", help: "debug, info, warning or error"),
        Flag("log-format", "FORMAT", default: "auto", help: "json, text, or auto: text on a terminal"),
    ]

    private static let tracing = [
        Flag(
            "otlp-endpoint", "URL",
            help: """
                where traces go by OTLP over HTTP, such as http://collector:4318; else $OTEL_EXPORTER_OTLP_ENDPOINT, else \
                there are none
                """)
    ]

    var kubeconfig: String?
    var context: String?
    var allowsInsecure: Bool
    var qps: Double
    var burst: Int
    var workers: Int
    var resync: Duration
    var reconcileDeadline: Duration
    private var permissions: Permissions
    var grace: Duration
    var electsLeader: Bool
    var leaseNamespace: String?
    var leaseName: String
    var leaseDuration: Duration
    var renewDeadline: Duration
    var retryPeriod: Duration
    /// `nil`: not served.
    var metricsAddress: BindAddress?
    /// `nil`: without TLS, for everybody.
    var metricsCertificate: MetricsCertificate.Source?
    var healthAddress: BindAddress?
    var logLevel: Logger.Level
    var logFormat: LogFormat
    var otlpEndpoint: String?

    init(_ arguments: Arguments) throws(UsageError) {
        if let extra = arguments.positional.first { throw UsageError("\"\(extra)\" is one argument too many") }
        kubeconfig = arguments.string("kubeconfig")
        context = arguments.string("context")
        allowsInsecure = try arguments.bool("allow-insecure")
        qps = try arguments.number("kube-api-qps", in: 0...100_000)
        burst = try arguments.integer("kube-api-burst", in: 1...100_000)
        workers = try arguments.integer("max-concurrent-reconciles", in: 1...256)
        resync = try Self.positive(arguments, "resync")
        reconcileDeadline = try Self.positive(arguments, "reconcile-deadline")
        let nodePools = try Self.namespaces(arguments, "node-pool-namespaces")
        permissions = Permissions(
            nodePoolNamespaces: nodePools.isEmpty ? nil : nodePools,
            privilegedNamespaces: try Self.namespaces(arguments, "privileged-namespaces"),
            secretSourceNamespaces: try Self.namespaces(arguments, "secret-source-namespaces"),
            monitoringNamespaces: try Self.namespaces(arguments, "monitoring-namespaces"),
            maxPriority: Int64(try arguments.integer("max-priority-class-value", in: 0...1_000_000_000)))
        grace = try arguments.duration("shutdown-grace-period")
        electsLeader = try arguments.bool("leader-elect")
        leaseNamespace = arguments.string("leader-election-namespace")
        leaseName = arguments.string("leader-election-id") ?? "quartermaster-leader"
        leaseDuration = try Self.positive(arguments, "leader-election-lease-duration")
        renewDeadline = try Self.positive(arguments, "leader-election-renew-deadline")
        retryPeriod = try Self.positive(arguments, "leader-election-retry-period")
        metricsAddress = try BindAddress.read(arguments, "metrics-bind-address")
        metricsCertificate = try MetricsCertificate.Source(arguments)
        healthAddress = try BindAddress.read(arguments, "health-probe-bind-address")
        let level = try arguments.choice("log-level", of: Logger.Level.allCases.map { "\($0)" })
        logLevel = Logger.Level(name: level) ?? .info
        let format = try arguments.choice("log-format", of: ["auto", "json", "text"])
        logFormat = LogFormat(rawValue: format) ?? .automatic()
        otlpEndpoint = arguments.string("otlp-endpoint")
        try checkElection()
    }

    /// What the flags permit, and where the operator is.
    ///
    /// - Parameters:
    ///   - operatorNamespace: of its ServiceAccount.
    ///   - leaseNamespace: of its lease.
    func permissions(operatorNamespace: String, leaseNamespace: String) -> Permissions {
        var permissions = permissions
        permissions.operatorNamespace = operatorNamespace
        permissions.leaseNamespace = leaseNamespace
        return permissions
    }

    private static func namespaces(_ arguments: Arguments, _ name: String) throws(UsageError) -> Set<String> {
        let namespaces = arguments.list(name).flatMap { $0.split(separator: ",").map(String.init) }
        if let wrong = namespaces.first(where: { !Names.problems(ofLabel: $0).isEmpty }) {
            throw UsageError("flag --\(name): \"\(wrong)\" is no name of a namespace")
        }
        return Set(namespaces)
    }

    private static func positive(_ arguments: Arguments, _ name: String) throws(UsageError) -> Duration {
        let value = try arguments.duration(name)
        guard value > .zero else { throw UsageError("flag --\(name): must be longer than nothing") }
        return value
    }

    private func checkElection() throws(UsageError) {
        guard leaseDuration.components.attoseconds == 0 else {
            throw UsageError("flag --leader-election-lease-duration: a lease lasts whole seconds")
        }
        guard retryPeriod < renewDeadline, renewDeadline < leaseDuration else {
            throw UsageError(
                "the flags of the lease must grow: --leader-election-retry-period < --leader-election-renew-deadline "
                    + "< --leader-election-lease-duration")
        }
    }
}
