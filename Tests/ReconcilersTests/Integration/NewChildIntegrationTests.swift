import KubeAPI
import Support
import Testing

@testable import Reconcilers

// What CONTRIBUTING.md lists under "To add a child to a kind", followed for a child that pools do not have. Whatever else such a
// child needed would be missing here: the list is complete as long as this passes.

// 3: a type that no kind had before, and how it is written.
extension ResourceType {
    fileprivate static let beacon = ResourceType(
        group: "example.com", version: "v1", kind: "Beacon", plural: "beacons")
}

extension ChildKind {
    fileprivate static let beacon = ChildKind(.beacon, .followers)
}

/// A pool with a beacon where its children inherit the label `lit`.
private struct LitPool: OwnResource {
    static let resourceType = RegionalWorkerPool.resourceType
    static let ownerLabelKey = RegionalWorkerPool.ownerLabelKey
    static let childComponent = RegionalWorkerPool.childComponent
    static let definition = RegionalWorkerPool.definition
    static let builtInFields = RegionalWorkerPool.builtInFields
    static let partList = RegionalWorkerPool.partList
    static let departure = RegionalWorkerPool.departure
    // 3: the kind's types of children.
    static let childKinds = RegionalWorkerPool.childKinds + [.beacon]

    var pool: RegionalWorkerPool
    var metadata: ObjectMeta {
        get { pool.metadata }
        set { pool.metadata = newValue }
    }
    var inheritedMetadata: InheritedMetadata? { pool.inheritedMetadata }

    init(from decoder: any Decoder) throws { pool = try RegionalWorkerPool(from: decoder) }
    func encode(to encoder: any Encoder) throws { try pool.encode(to: encoder) }

    func rendered() throws -> [DesiredChild] { try ResolvedLitPool(owner: self).rendered() }
    func rendered(asking _: KubeClient) async throws -> [DesiredChild] { try rendered() }

    static func controller(
        in environment: ReconcilerEnvironment, now _: @escaping @Sendable () -> Timestamp, logger: Logger,
        controllerOptions: Controller.Options
    ) -> Controller {
        LitPoolReconciler(environment).controller(
            in: environment, logger: logger, controllerOptions: controllerOptions)
    }
}

private struct ResolvedLitPool: ResolvedKind {
    let owner: LitPool

    // 2: the kind's builders.
    static let builders: [Builder] = [pools, beacons]

    private func pools() throws -> [DesiredChild] { try ResolvedPool(owner.pool).children() }

    // 1: a builder.
    private func beacons() throws -> [DesiredChild] {
        guard let color = owner.inheritedMetadata?.labels?["lit"] else { return [] }
        let name = "\(owner.metadata.name ?? "")-beacon"
        return try [DesiredChild(.beacon, of: owner, named: name, ["spec": ["color": .string(color)]])]
    }
}

/// The pass that all kinds share, with nothing but children.
private struct LitPoolReconciler: KindReconciler {
    struct Observation: KindObservation {
        var result: ChildWriter.Result
        var pruneFailures: [WriteFailure] { result.pruneFailures }
        var allFailures: [WriteFailure] { result.failures.map(\.failure) + pruneFailures }
        var status: RegionalWorkerPool.Status {
            var status = RegionalWorkerPool.Status()
            status.inventory = result.inventory
            var conditions = Conditions()
            for failure in allFailures { conditions.block(failure.finding) }
            status.conditions = conditions.assembled(ready: (.ready, "lit"))
            return status
        }
    }

    typealias Owner = LitPool
    static let resumesBeforeDeletion: String? = nil

    let objects: Informer
    let children: ChildWriter
    let finalizers: Finalizers
    let status: StatusReporter

    init(_ environment: ReconcilerEnvironment) {
        objects = environment.objects(of: LitPool.definition)
        children = ChildWriter(environment, kinds: LitPool.childKinds)
        finalizers = Finalizers(environment.client)
        status = StatusReporter(LitPool.resourceType, in: environment)
    }

    func wake(_: Controller, in _: ReconcilerEnvironment) {}

    func resolve(_ object: DynamicObject) -> Result<ResolvedLitPool, Finding> {
        LitPool.read(object).map(ResolvedLitPool.init)
    }

    func needsCleanUp(_: ResolvedLitPool) -> Bool { false }

    func apply(_ resolved: ResolvedLitPool, to object: DynamicObject) async throws -> PassResult<Observation> {
        let recorded = resolved.owner.pool.status?.inventory ?? []
        let result = try await children.apply(
            resolved.children(), of: resolved.owner, object, recorded: recorded, isSuspended: false)
        return .applied(Observation(result: result), waits: [])
    }

    func release(_: DynamicObject) async throws -> Outcome? { nil }
}

extension IntegrationTests {
    @Suite("A child that is new to a kind, added as CONTRIBUTING says")
    struct NewChildIntegrationTests {
        @Test("It may be written")
        func rights() {
            let rights = Right.rights(on: .beacon)
            #expect(rights.map(\.scope) == [.cluster])
            #expect(rights.map { "\($0.group)/\($0.resource)" } == ["example.com/beacons"])
            #expect(rights.first?.verbs == ["get", "list", "watch", "create", "patch", "delete"])
        }

        @Test(
            "It is made, mended, in the inventory, wakes its owner, and goes when nobody wants it",
            arguments: ClusterKind.available)
        func life(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.serveBeacons()
                try await TestOperator.run(
                    on: cluster,
                    making: { environment in
                        let reconciler = LitPoolReconciler(environment)
                        return (reconciler.controller(in: environment), reconciler)
                    }
                ) { process in
                    let (pool, beacon) = (cluster.key("pool"), cluster.key("pool-beacon"))
                    try await cluster.makePool(
                        "pool",
                        """
                        inheritedMetadata: {labels: {lit: green}}
                        regions: [{name: eu, nodeSelector: {matchLabels: {zone: ZONE-eu}}}]
                        """)
                    try await eventually("the beacon is in the inventory") {
                        try await cluster.pool().inventory.contains { $0.kind == "Beacon" && !$0.uid.isEmpty }
                    }
                    let made = try await cluster.client.get(.beacon, beacon)
                    #expect(made[path: "spec", "color"] == "green" && made.labels["lit"] == "green")
                    #expect(try await made.ownerReferences.map(\.uid) == [cluster.pool().uid])
                    // After what it may point at.
                    let writes = process.requests.writes
                    let deployment = try #require(writes.firstIndex { $0.hasPrefix("PATCH deployments ") })
                    let written = try #require(writes.firstIndex { $0.hasPrefix("PATCH beacons ") })
                    #expect(deployment < written)

                    try await process.settled()
                    process.requests.forgetWrites()
                    try await cluster.change(.beacon, beacon, ["spec": ["color": "red"]])
                    try await eventually("the color is put back") {
                        try await cluster.client.get(.beacon, beacon)[path: "spec", "color"] == "green"
                    }
                    try await cluster.client.delete(.beacon, beacon)
                    try await eventually("it is made again") { try await cluster.exists(.beacon, beacon) }
                    try await process.settled()
                    process.requests.forgetWrites()
                    _ = try await process.reconciler.reconcile(pool)
                    #expect(process.requests.writes == [])

                    try await cluster.changePool("pool", ["spec": ["inheritedMetadata": .null]])
                    try await cluster.waitUntilGone(.beacon, beacon)
                    try await eventually("the inventory forgets it") {
                        try await cluster.pool().inventory.allSatisfy { $0.kind != "Beacon" }
                    }
                    #expect(try await cluster.exists(.deployment, cluster.key("pool-eu")))
                    try await cluster.client.delete(
                        .customResourceDefinition, ObjectKey(name: "beacons.example.com"))
                }
            }
        }
    }
}

extension TestCluster {
    fileprivate func serveBeacons() async throws {
        let definition = try DynamicObject.fixture(
            """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: beacons.example.com}
            spec:
              group: example.com
              scope: Namespaced
              names: {kind: Beacon, plural: beacons, singular: beacon, listKind: BeaconList}
              versions:
              - name: v1
                served: true
                storage: true
                schema:
                  openAPIV3Schema:
                    type: object
                    properties:
                      spec: {type: object, properties: {color: {type: string}}}
            """)
        _ = try await client.patch(
            .customResourceDefinition, definition.key, .apply(definition.json, force: true), subresource: nil,
            options: WriteOptions(fieldManager: "test"))
        try await eventually("beacons are served") { (try? await client.list(.beacon, namespace: nil)) != nil }
    }
}
