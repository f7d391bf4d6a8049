internal import KubeAPI
internal import Synchronization

/// What the server serves: the built-in kinds, and those of the CRDs at hand.
final class ResourceRegistry: Sendable {
    private struct State {
        /// By the name of their CRD.
        var custom: [String: [ResourceDefinition]] = [:]
        var order: [String] = []
        var storageVersions: [GroupResource: String] = [:]
        /// Grows with every change, for the tags of discovery documents.
        var revision = 0
    }

    private let builtIn: [ResourceDefinition]
    private let state = Mutex(State())

    init(builtIn: [ResourceDefinition] = BuiltInKinds.all) {
        self.builtIn = builtIn
    }

    var definitions: [ResourceDefinition] {
        state.withLock { state in builtIn + state.order.flatMap { state.custom[$0] ?? [] } }
    }

    var revision: Int { state.withLock { $0.revision } }

    func definition(group: String, version: String, plural: String) -> ResourceDefinition? {
        definitions.first { $0.type.group == group && $0.type.version == version && $0.type.plural == plural }
    }

    func definition(apiVersion: String, kind: String) -> ResourceDefinition? {
        definitions.first { $0.type.apiVersion == apiVersion && $0.type.kind == kind }
    }

    /// The definition by which stored objects of a resource are kept.
    func stored(_ resource: GroupResource) -> ResourceDefinition? {
        let version = state.withLock { $0.storageVersions[resource] }
        return definitions.first {
            GroupResource($0.type) == resource && (version == nil || $0.type.version == version)
        }
    }

    func serves(group: String) -> Bool { definitions.contains { $0.type.group == group } }

    /// Serves the versions of a CRD from now on.
    func set(_ definitions: [ResourceDefinition], storageVersion: String, of crd: String) {
        state.withLock { state in
            if state.custom.updateValue(definitions, forKey: crd) == nil { state.order.append(crd) }
            if let first = definitions.first { state.storageVersions[GroupResource(first.type)] = storageVersion }
            state.revision += 1
        }
    }

    func remove(crd: String) {
        state.withLock { state in
            guard let removed = state.custom.removeValue(forKey: crd) else { return }
            state.order.removeAll { $0 == crd }
            for definition in removed { state.storageVersions.removeValue(forKey: GroupResource(definition.type)) }
            state.revision += 1
        }
    }
}

extension ResourceDefinition {
    /// Where the kind's objects are kept. Events of both groups are the same objects.
    var storage: GroupResource {
        type.plural == "events" && type.group == "events.k8s.io"
            ? GroupResource(group: "", plural: "events") : GroupResource(type)
    }
}
