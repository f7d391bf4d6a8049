internal import KubeAPI
internal import Synchronization

/// What the server serves: the built-in kinds, and those of the CRDs at hand.
final class ResourceRegistry: Sendable {
    private struct Address: Hashable {
        var group: String
        var version: String
        var plural: String
    }

    private struct State {
        /// By the name of their CRD.
        var custom: [String: [ResourceDefinition]] = [:]
        var order: [String] = []
        var storageVersions: [GroupResource: String] = [:]
        var definitions: [ResourceDefinition]
        var byAddress: [Address: ResourceDefinition] = [:]
        /// Grows with every change, for the tags of discovery documents.
        var revision = 0
    }

    private let builtIn: [ResourceDefinition]
    private let state: Mutex<State>

    init(builtIn: [ResourceDefinition] = BuiltInKinds.all) {
        self.builtIn = builtIn
        var state = State(definitions: builtIn)
        Self.index(&state)
        self.state = Mutex(state)
    }

    var definitions: [ResourceDefinition] { state.withLock { $0.definitions } }

    var revision: Int { state.withLock { $0.revision } }

    func definition(group: String, version: String, plural: String) -> ResourceDefinition? {
        let address = Address(group: group, version: version, plural: plural)
        return state.withLock { $0.byAddress[address] }
    }

    /// The definition by which stored objects of a resource are kept.
    func stored(_ resource: GroupResource) -> ResourceDefinition? {
        state.withLock { state in
            guard let version = state.storageVersions[resource] else {
                return state.definitions.first { GroupResource($0.type) == resource }
            }
            return state.byAddress[Address(group: resource.group, version: version, plural: resource.plural)]
        }
    }

    func serves(group: String) -> Bool { state.withLock { $0.byAddress.keys.contains { $0.group == group } } }

    /// Serves the versions of a CRD from now on.
    func set(_ definitions: [ResourceDefinition], storageVersion: String, of crd: String) {
        state.withLock { state in
            if state.custom.updateValue(definitions, forKey: crd) == nil { state.order.append(crd) }
            // A storage version that is not served is read by one that is.
            let isServed = definitions.contains { $0.type.version == storageVersion }
            if let first = definitions.first, isServed {
                state.storageVersions[GroupResource(first.type)] = storageVersion
            }
            change(&state)
        }
    }

    func remove(crd: String) {
        state.withLock { state in
            guard let removed = state.custom.removeValue(forKey: crd) else { return }
            state.order.removeAll { $0 == crd }
            for definition in removed { state.storageVersions.removeValue(forKey: GroupResource(definition.type)) }
            change(&state)
        }
    }

    private func change(_ state: inout State) {
        state.definitions = builtIn + state.order.flatMap { state.custom[$0] ?? [] }
        Self.index(&state)
        state.revision += 1
    }

    private static func index(_ state: inout State) {
        state.byAddress = [:]
        for definition in state.definitions {
            let type = definition.type
            state.byAddress[Address(group: type.group, version: type.version, plural: type.plural)] = definition
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
