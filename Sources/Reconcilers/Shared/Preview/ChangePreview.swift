package import KubeAPI

/// What applying a manifest of ours would change among its children: the loop's own builders and comparison, and the
/// API server's answer to each write without the write.
package struct ChangePreview: Sendable {
    package enum Action: Sendable, Hashable {
        case create
        case change([FieldChange])
        case delete
    }

    package struct Change: Sendable, Hashable {
        package var kind: String
        package var key: ObjectKey
        package var action: Action

        /// `Deployment workers/workers-eu`.
        package var name: String { "\(kind) \(key)" }
    }

    private let client: KubeClient
    private let applier: Applier

    package init(client: KubeClient) {
        self.client = client
        applier = Applier(
            api: client, objects: ServerObjects(), gate: .alwaysOpen(),
            options: .init(hashAnnotation: AnnotationKey.appliedHash))
    }

    /// The children that would change, in the order in which they would be written. Of ComponentImages, which has none, the object itself.
    ///
    /// - Throws: `Rendering.Failure` for a manifest that breaks a rule, `APIError` with the server's words where it
    ///   would refuse a child, `ApplyError` where a child's name belongs to somebody else.
    package func changes(of manifest: DynamicObject) async throws -> [Change] {
        let violations = Rendering.violations(in: manifest)
        guard violations.isEmpty else {
            throw Rendering.Failure(lines: violations.map { "\(manifest.kind) \(manifest.key): \($0)" })
        }
        guard let kind = Kinds.named(manifest.kind) else { return try await changesOfImages(manifest) }
        let live = try await client.find(kind.resourceType, manifest.key)
        var object = manifest
        object[path: "metadata", "uid"] = live.map { .string($0.uid) }
        let inventory = live?.inventory ?? []
        let recorded = Set(inventory.map(\.uid))
        let children = try await kind.init(defaulting: object).rendered(asking: client)
        let newNamespaces = Set(children.filter { $0.type == .namespace }.map(\.object.name))
        var changes: [Change] = []
        for child in children where !child.isHeld {
            let ownership = child.ownership(
                labels: kind.ownerLabels(of: object.name), controller: child.object.ownerReferences.first,
                recorded: recorded)
            let isAhead = newNamespaces.contains(child.object.namespace)
            guard let action = try await action(for: child, ownership, beforeItsNamespace: isAhead) else { continue }
            changes.append(Change(kind: child.type.kind, key: child.object.key, action: action))
        }
        let wanted = children.map { InventoryEntry($0.object.key, of: $0.type, uid: "") }
        let stale = Inventory.stale(inventory, comparedTo: wanted)
        return changes
            + stale.filter { !Self.neverPruned.contains($0.kind) }.map {
                Change(kind: $0.kind, key: $0.key, action: .delete)
            }
    }

    private func changesOfImages(_ manifest: DynamicObject) async throws -> [Change] {
        let definition = CustomResource.componentImages
        let found = try await client.find(definition.type, manifest.key)
        guard let live = found.map({ definition.applyingDefaults(to: $0) }) else {
            return [Change(kind: manifest.kind, key: manifest.key, action: .create)]
        }
        var after = live
        after["spec"] = definition.applyingDefaults(to: manifest)["spec"]
        let fields = FieldChange.changes(from: live, to: after)
        return fields.isEmpty ? [] : [Change(kind: manifest.kind, key: manifest.key, action: .change(fields))]
    }

    /// What holds data stays, and PriorityClasses, which former versions had in inventories, stay too. Secrets can't be looked at.
    private static let neverPruned: Set<String> = {
        let kept = Kinds.all.flatMap { $0.childKinds }.filter { $0.holdsData || $0.type.isConfidential }.map(\.type)
        return Set((kept + [.namespace, .priorityClass]).map(\.kind))
    }()

    private func action(
        for child: DesiredChild, _ ownership: Ownership, beforeItsNamespace isAhead: Bool
    ) async throws -> Action? {
        let type = child.type
        if type.isOptional, try await client.resourceType(apiVersion: type.apiVersion, kind: type.kind) == nil {
            return nil  // It is made once its API is installed.
        }
        if type == .priorityClass { return try await client.find(type, child.object.key) == nil ? .create : nil }
        switch try await applier.preview(child.object, as: type, ownership: ownership) {
        case .nothing: return nil
        case .create:
            do {
                _ = try await tryWriting(child)
            } catch let error as APIError where error.isNotFound && isAhead {
                // The namespace is made with it; the server can't look at the child before.
            }
            return .create
        case .update(let live, _) where child.takeover != nil:
            // What an apply alone would leave of it goes.
            let after = live["spec"] == nil ? live : try await tryReplacing(child, live)
            return .change(FieldChange.changes(from: live, to: after))
        case .update(let live, _):
            let changes = FieldChange.changes(from: live, to: try await tryWriting(child))
            // Only the operator's own mark: nobody would see a difference.
            return changes.isEmpty ? nil : .change(changes)
        }
    }

    private func tryReplacing(_ child: DesiredChild, _ live: DynamicObject) async throws -> DynamicObject {
        try await client.patch(
            child.type, live.key, child.takeoverPatch(over: live),
            options: WriteOptions(fieldManager: ReconcilerEnvironment.fieldManager, dryRun: true))
    }

    /// What the server would make of the child; its refusal comes in its own words.
    private func tryWriting(_ child: DesiredChild) async throws -> DynamicObject {
        try await client.patch(
            child.type, child.object.key, .apply(child.object.json, force: true),
            options: WriteOptions(fieldManager: ReconcilerEnvironment.fieldManager, dryRun: true))
    }
}

/// No cache: everything is asked of the server.
private struct ServerObjects: LiveObjects {
    func lookUp(_ type: ResourceType, _ key: ObjectKey) -> LiveLookup { .unknown }
    func recordWrite(_ object: DynamicObject, of type: ResourceType) {}
    func recordDeletion(_ type: ResourceType, _ key: ObjectKey, uid: String) {}
}
