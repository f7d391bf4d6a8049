internal import KubeAPI
internal import Reconcilers
internal import Synchronization

/// Takes down the applies by which the operator makes objects, instead of sending them.
final class RecordedApplies: ObjectAPI, LiveObjects {
    struct Apply: Sendable {
        var type: ResourceType
        var key: ObjectKey
        var patch: Patch
        var options: WriteOptions
    }

    private let applies = Mutex<[Apply]>([])

    /// What the operator sends to make these children, with owner, hash, mark and condition, in their order.
    static func making(_ children: [DesiredChild]) async throws -> [Apply] {
        let recorded = RecordedApplies()
        let applier = Applier(
            api: recorded, objects: recorded, gate: .alwaysOpen(),
            options: .init(hashAnnotation: AnnotationKey.appliedHash))
        // As long as a real one: what it says does not matter here.
        let mark = Ownership.Mark(annotation: AnnotationKey.madeFor, value: String(repeating: "0", count: 32))
        for child in children { _ = try await applier.make(child.object, as: child.type, mark: mark) }
        return recorded.applies.withLock { $0 }
    }

    func patch(
        _ type: ResourceType, _ key: ObjectKey, _ patch: Patch, subresource: String?, options: WriteOptions
    ) async throws -> DynamicObject {
        guard case .apply(let body, _) = patch else { throw NotAnApply() }
        applies.withLock { $0.append(Apply(type: type, key: key, patch: patch, options: options)) }
        return DynamicObject(body.object ?? [:])
    }

    func get(_ type: ResourceType, _ key: ObjectKey) async throws -> DynamicObject { throw NotAnApply() }

    func create(
        _ object: DynamicObject, as type: ResourceType, options: WriteOptions
    ) async throws -> DynamicObject { throw NotAnApply() }

    func update(
        _ object: DynamicObject, as type: ResourceType, subresource: String?, options: WriteOptions
    ) async throws -> DynamicObject { throw NotAnApply() }

    func delete(_ type: ResourceType, _ key: ObjectKey, options: DeleteOptions) async throws { throw NotAnApply() }

    func lookUp(_ type: ResourceType, _ key: ObjectKey) async throws -> LiveLookup { .absent }

    func recordWrite(_ object: DynamicObject, of type: ResourceType) {}

    func recordDeletion(_ type: ResourceType, _ key: ObjectKey, uid: String) {}

    /// The operator has come to make children in another way, and this would not compare like with like.
    private struct NotAnApply: Error, CustomStringConvertible {
        var description: String { "a child is not made by one apply any more: mend RecordedApplies" }
    }
}
