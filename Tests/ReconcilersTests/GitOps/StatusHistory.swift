import KubeAPI
import Support
import Synchronization
import Testing

@testable import Reconcilers

/// The life of one object at random: its spec changes, passes find this and that, writes fail, it is deleted and made anew. The order
/// of a pass, the status and its writing are the operator's own.
struct StatusHistory<Seen: PlayedObservation> {
    /// What the last status was made from.
    private struct Told: Equatable {
        var generation: Int64
        var consequence: Finding.Consequence?
    }

    private let cluster: TestCluster
    private let key: ObjectKey
    private let api: UnsteadyAPI
    private let parts: PlayedReconciler<Seen>
    private var random: SeededRandom
    private var told = Told(generation: -1)
    private var changes = 0
    /// How often each reading was seen.
    private(set) var readings: [KStatus: Int] = [:]

    private var type: ResourceType { Seen.Owner.resourceType }

    init(on cluster: TestCluster, seed: UInt64) {
        self.cluster = cluster
        random = SeededRandom(seed: seed)
        let name = "\(cluster.namespace)-\(seed)"
        key = ObjectKey(namespace: Seen.Owner.resourceType.isNamespaced ? cluster.namespace : "", name: name)
        api = UnsteadyAPI(cluster.client)
        // They do not run: what the operator knows of the cluster is what it is told here, late or never.
        let environment = ReconcilerEnvironment(
            api: api, informers: InformerSet(source: cluster.client), gate: .alwaysOpen(), events: CollectedEvents(),
            seal: .test)
        parts = PlayedReconciler(environment)
    }

    mutating func play(steps: Int) async throws {
        for step in 1...steps {
            let what = try await self.step()
            try await check("step \(step): \(what)")
        }
    }

    private mutating func step() async throws -> String {
        guard let live = try await live() else {
            try await make()
            return "made"
        }
        let number = Int.random(in: 0..<100, using: &random)
        let what: String
        switch number {
        case 0..<12:
            try await edit()
            what = "edited"
        case 12..<20:
            let isSuspended = live[path: "spec", "suspend"]?.bool ?? false
            try await patch(["spec": ["suspend": .bool(!isSuspended)]])
            what = "suspended or resumed"
        case 20..<24:
            changes += 1
            try await patch(["metadata": ["annotations": ["change": .string("\(changes)")]]])
            what = "annotated"
        case 24..<28:
            try await cluster.client.delete(type, key)
            what = "deleted"
        case 28..<34 where live.finalizers.contains(Self.foreign):
            let left = live.finalizers.filter { $0 != Self.foreign }
            try await patch(["metadata": ["finalizers": .array(left.map(JSONValue.string))]])
            what = "released by somebody else"
        default: return try await pass()
        }
        try await tell()
        return what
    }

    // MARK: The user

    private static var foreign: String { "example.com/hold" }

    private mutating func make() async throws {
        var object = try DynamicObject.fixture("apiVersion: \(type.apiVersion)\nkind: \(type.kind)")
        object["metadata"] = ["name": .string(key.name)]
        if !key.namespace.isEmpty { object[path: "metadata", "namespace"] = .string(key.namespace) }
        if random.happens(30) { object[path: "metadata", "finalizers"] = [.string(Self.foreign)] }
        object["spec"] = try YAML.parseDocument(Array(Seen.spec.utf8))
        _ = try await cluster.client.create(object, as: type)
        told = Told(generation: -1)
        try await tell()
    }

    private mutating func edit() async throws {
        changes += 1
        try await patch(Self.edit(changes))
    }

    private static func edit(_ number: Int) -> JSONValue {
        ["spec": ["inheritedMetadata": ["labels": ["example.com/change": .string("\(number)")]]]]
    }

    private func patch(_ patch: JSONValue) async throws { try await cluster.change(type, key, patch) }

    private func live() async throws -> DynamicObject? {
        do {
            return try await cluster.client.get(type, key)
        } catch let error as APIError where error.isNotFound {
            return nil
        }
    }

    // MARK: The operator

    /// What the watch brings comes now, or with a later change.
    private mutating func tell() async throws {
        guard random.happens(75) else { return }
        if let live = try await live() {
            parts.objects.recordWrite(live)
        } else if let known = parts.objects.store.get(key) {
            parts.objects.recordDeletion(key, uid: known.uid)
        }
    }

    private mutating func pass() async throws -> String {
        let known = parts.objects.store.get(key)?.dynamic()
        var reconciler = parts
        reconciler.pass = drawPass(suspended: known?[path: "spec", "suspend"]?.bool ?? false)
        let mishap = random.happens(30) ? drawMishap() : nil
        api.expect(mishap)
        let before = try await live()?["status"]
        var context = ReconcileContext()
        let hasPendingWork = random.happens(25)
        context.hasPendingWork = { hasPendingWork }
        context.isSelfTriggered = random.happens(30)
        var outcome: Outcome?
        do {
            outcome = try await ReconcileContext.$current.withValue(context) { try await reconciler.reconcile(key) }
        } catch is APIError {
            // Refused, or its answer lost.
        } catch is NotLeaderError {
            // Nothing was written.
        }
        api.expect(nil)
        let isTold: Bool
        if case .later? = outcome { isTold = false } else { isTold = outcome != nil && !reconciler.pass.ends }
        if let known, !known.isBeingDeleted, try await live()?["status"] != before || isTold {
            told = Told(generation: known.generation, consequence: reconciler.pass.consequence)
        }
        try await tell()
        return "\(reconciler.pass), \(mishap.map { "\($0)" } ?? "steady"): \(outcome.map { "\($0)" } ?? "failed")"
    }

    private mutating func drawPass(suspended isSuspended: Bool) -> PlayedPass<Seen> {
        var pass = PlayedPass<Seen>()
        pass.isInvalid = random.happens(8)
        pass.ends = random.happens(5)
        pass.needsCleanUp = random.happens(70)
        pass.isReleased = random.happens(40)
        guard !pass.isInvalid else { return pass }
        for faults in Seen.faults(drawFailures()) where random.happens(12) {
            guard let fault = faults.randomElement(using: &random) else { continue }
            // A suspended preview does not expire.
            if !(fault.isAlone && isSuspended) { pass.faults.append(fault) }
        }
        if isSuspended, random.happens(50) { pass.unwritten = ["Deployment shop/web"] }
        return pass
    }

    private mutating func drawFailures() -> [WriteFailure] {
        let kinds: [WriteFailure.Kind] = [.refused, .nameTaken, .contended, .waiting, .terminating, .transient]
        return (0..<Int.random(in: 1...3, using: &random)).map { number in
            WriteFailure(
                object: WrittenObject(.service, ObjectKey(namespace: "shop", name: "web-\(number)")),
                kind: kinds.randomElement(using: &random) ?? .refused, message: "no")
        }
    }

    private mutating func drawMishap() -> UnsteadyAPI.Mishap {
        changes += 1
        let (change, type, key, client) = (Self.edit(changes), type, key, cluster.client)
        let all: [UnsteadyAPI.Mishap] = [
            .refused, .notLeading, .answerLost,
            .overtaken {
                // It may be gone by then.
                _ = try? await client.patch(
                    type, key, .merge(change), subresource: nil, options: WriteOptions(fieldManager: "kubectl-edit"))
            },
        ]
        return all.randomElement(using: &random) ?? .refused
    }

    // MARK: What a tool reads

    private mutating func check(_ what: String) async throws {
        guard let live = try await live() else { return }
        let wanted: KStatus =
            if live.isBeingDeleted {
                .terminating
            } else if told.generation != live.generation {
                .inProgress
            } else {
                switch told.consequence {
                case nil: .current
                case .edit: .failed
                case .wait, .pause: .inProgress
                }
            }
        let found = KStatus(of: live)
        readings[found, default: 0] += 1
        #expect(found == wanted, "\(type.kind) \(key.name), \(what); told: \(told); \(live["status"] ?? .null)")
        let conditions = live[path: "status", "conditions"]?.elements ?? []
        let types = Set(conditions.compactMap { $0["type"]?.string })
        #expect(!types.isSuperset(of: ["Reconciling", "Stalled"]), "\(what)")
        #expect(conditions.isEmpty || types.contains("Ready"), "\(what)")
        let observed = live[path: "status", "observedGeneration"]
        #expect(conditions.allSatisfy { $0["observedGeneration"] == observed }, "\(what)")
    }
}

/// What one pass comes upon.
struct PlayedPass<Seen: PlayedObservation>: Sendable, CustomStringConvertible {
    var isInvalid = false
    /// It ends before there is anything to be said.
    var ends = false
    var needsCleanUp = true
    var isReleased = false
    var faults: [Fault<Seen>] = []
    var unwritten: [String] = []

    var consequence: Finding.Consequence? {
        if isInvalid { return .edit }
        if let alone = faults.first(where: \.isAlone) { return alone.consequence }
        let known = faults.map(\.consequence)
        // Who has suspended an object knows why nothing happens.
        if !unwritten.isEmpty, Seen.Owner.self != BackupPolicy.self { return .pause }
        return known.contains(.edit) ? .edit : known.first
    }

    var description: String {
        "pass (\(isInvalid ? "invalid" : ends ? "ends early" : consequence.map { "\($0)" } ?? "well"))"
    }
}

/// A kind whose passes find what they are told.
struct PlayedReconciler<Seen: PlayedObservation>: KindReconciler {
    struct Resolved: ResolvedKind {
        static var builders: [Builder] { [] }
    }

    typealias Owner = Seen.Owner
    typealias Observation = Seen

    let objects: Informer
    let children: ChildWriter
    let finalizers: Finalizers
    let status: StatusReporter
    var pass = PlayedPass<Seen>()

    static var resumesBeforeDeletion: String? { "it can be deleted" }

    init(_ environment: ReconcilerEnvironment) {
        objects = environment.objects(of: Owner.definition)
        children = ChildWriter(environment, kinds: Owner.childKinds)
        finalizers = Finalizers(environment.client)
        status = StatusReporter(Owner.resourceType, in: environment)
    }

    func wake(_: Controller, in _: ReconcilerEnvironment) {}

    func resolve(_: DynamicObject) -> Result<Resolved, Finding> {
        pass.isInvalid
            ? .failure(Finding(.invalidSpec, "spec: it breaks a rule", .edit))
            : .success(Resolved())
    }

    func needsCleanUp(_: Resolved) -> Bool { pass.needsCleanUp }

    func apply(_: Resolved, to object: DynamicObject) throws -> PassResult<Seen> {
        guard !pass.ends else { return .ended(.done) }
        var seen = try Seen.well(object)
        // What is alone comes last: others replace the whole observation.
        for fault in pass.faults { fault.befall(&seen) }
        seen.unwritten = pass.unwritten
        return .applied(seen, waits: [])
    }

    func release(_ object: DynamicObject) async throws -> Outcome? {
        guard !pass.isReleased else { return nil }
        try await status.report(Finding(.deleting, "waiting for the nodes", .wait), on: object)
        return .requeue(after: .seconds(15))
    }
}

/// Passes requests on, but for one write.
final class UnsteadyAPI: ObjectAPI {
    enum Mishap: Sendable, CustomStringConvertible {
        case refused
        case notLeading
        /// The write is done, and nobody hears of it.
        case answerLost
        /// Somebody else writes first.
        case overtaken(@Sendable () async -> Void)

        var description: String {
            switch self {
            case .refused: "refused"
            case .notLeading: "not leading"
            case .answerLost: "its answer lost"
            case .overtaken: "overtaken"
            }
        }
    }

    private let client: KubeClient
    private let mishap = Mutex<Mishap?>(nil)

    init(_ client: KubeClient) { self.client = client }

    /// What befalls the next patch.
    func expect(_ mishap: Mishap?) { self.mishap.withLock { $0 = mishap } }

    func get(_ type: ResourceType, _ key: ObjectKey) async throws -> DynamicObject { try await client.get(type, key) }

    func create(_ object: DynamicObject, as type: ResourceType, options: WriteOptions) async throws -> DynamicObject {
        try await client.create(object, as: type, options: options)
    }

    func update(
        _ object: DynamicObject, as type: ResourceType, subresource: String?, options: WriteOptions
    ) async throws -> DynamicObject {
        try await client.update(object, as: type, subresource: subresource, options: options)
    }

    func patch(
        _ type: ResourceType, _ key: ObjectKey, _ patch: Patch, subresource: String?, options: WriteOptions
    ) async throws -> DynamicObject {
        let mishap = self.mishap.withLock { mishap in
            defer { mishap = nil }
            return mishap
        }
        switch mishap {
        case .refused: throw failure
        case .notLeading: throw NotLeaderError()
        case .overtaken(let write): await write()
        case .answerLost, nil: break
        }
        let written = try await client.patch(type, key, patch, subresource: subresource, options: options)
        if case .answerLost? = mishap { throw failure }
        return written
    }

    func delete(_ type: ResourceType, _ key: ObjectKey, options: DeleteOptions) async throws {
        try await client.delete(type, key, options: options)
    }

    private var failure: APIError {
        APIError(code: 500, reason: "InternalError", message: "as the test wants", request: "PATCH")
    }
}
