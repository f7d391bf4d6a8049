internal import CommandLineInterface
internal import KubeAPI
internal import Reconcilers

/// Who works on an object.
enum BenchmarkPart: String, CaseIterable {
    case operated = ""
    /// Nobody: a plain loop writes what the operator would have, before it does or after.
    case before = "-before"
    case after = "-after"
}

/// What a benchmark has the operator converge: objects of one of our kinds, all alike.
protocol BenchmarkSubject: Sendable {
    /// How many of what, for `--help`.
    static var flags: [Flag] { get }
    /// One of them, as in `resync_cpu_ms_per_pool`.
    static var noun: String { get }
    static var type: ResourceType { get }

    /// How many of them.
    var count: Int { get }
    /// What the report says of their size.
    var size: [(String, JSONValue)] { get }

    /// - Parameter prefix: every object that the benchmark makes and that has no namespace is named after it.
    init(_ arguments: Arguments, prefix: String) throws(UsageError)

    func key(_ index: Int, _ part: BenchmarkPart) -> ObjectKey
    /// One more, that is made by itself.
    func singleKey(_ index: Int) -> ObjectKey
    func manifest(_ key: ObjectKey) -> DynamicObject

    /// The children that the operator makes for it. Those of APIs that a server may lack are left out.
    func children(of manifest: DynamicObject) throws -> [DesiredChild]

    /// Makes what has to be there before the objects.
    func prepare(_ client: KubeClient) async throws
    /// Removes what `prepare` has made, but for namespaces.
    func tidy(_ client: KubeClient) async throws

    func controller(in environment: ReconcilerEnvironment, options: Controller.Options) -> Controller
}
