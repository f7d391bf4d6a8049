internal import KubeAPI
internal import Synchronization

/// The CRD of one of our kinds as the API server has it, and whether its objects can be believed.
///
/// An API server drops every field that its CRD does not know, from what is written and from what is read. An object
/// that comes from a server with another CRD may lack what its author wrote, so nothing may follow from it.
package final class ServedSchema: Sendable {
    package enum Standing: Sendable, Hashable {
        /// The CRD is the one that this program was built with, and the objects in the cache were read under it.
        case current
        /// It was another one until a moment ago: to be looked at again then.
        case settling(Duration)
        /// In words, with what to do.
        case other(String)
    }

    private enum Phase {
        case unknown
        case other
        /// - until: when the objects are read anew.
        case settling(until: Duration)
        case reloading
        case current
    }

    private struct State {
        /// The UID and version of the CRD that was looked at last.
        var seen: String?
        var phase = Phase.unknown
        var words = "is not known yet"
    }

    let resource: CustomResource
    let definitions: Informer
    let objects: Informer
    private let time: TimeSource
    private let delay: Duration
    private let state = Mutex(State())

    init(_ resource: CustomResource, informers: InformerSet, time: TimeSource, delay: Duration) {
        self.resource = resource
        self.time = time
        self.delay = delay
        let selection = Selection(
            .customResourceDefinition, fieldSelector: "metadata.name=\(resource.type.qualifiedName)")
        definitions = informers.informer(selection)
        // The other way round, objects could be read under another CRD than the one that is seen.
        objects = informers.informer(Selection(resource.type), after: definitions)
        // That it was another one for a moment must not be missed.
        definitions.addHandler { [weak self] _ in self?.look() }
    }

    package var standing: Standing {
        look()
        let now = time.now
        return state.withLock { state in
            switch state.phase {
            case .current: return .current
            case .unknown, .other: return .other("\(name) \(state.words)")
            case .settling(let end) where now < end: return .settling(end - now)
            case .settling:
                objects.reload()
                state.phase = .reloading
            case .reloading: if !objects.isReloading { state.phase = .current }
            }
            if case .current = state.phase { return .current }
            return .settling(.seconds(1))
        }
    }

    /// For readiness; `nil` where all is well.
    package var problem: String? {
        switch standing {
        case .current: nil
        case .settling: "\(name) has just been changed"
        case .other(let words): words
        }
    }

    /// What a write would drop from an object as it is known here.
    func fieldsDropped(from object: DynamicObject) -> [String] {
        let versions = live?.value(at: "spec", "versions")?.elements ?? []
        guard let version = versions.first(where: { $0["name"]?.string == resource.type.version }) else { return [] }
        // What else an object has is not for the CRD to say.
        let own = JSONValue.object(object.fields.filter { ["spec", "status"].contains($0.key) })
        return own.fieldsDropped(by: version["schema"]?["openAPIV3Schema"] ?? [:])
    }

    private var name: String { "CustomResourceDefinition \(resource.type.qualifiedName)" }

    private var live: CachedObject? { definitions.store.get(ObjectKey(name: resource.type.qualifiedName)) }

    private func look() {
        guard definitions.hasSynced else { return }
        let live = live
        let version = live.map { "\($0.uid)/\($0.resourceVersion)" } ?? ""
        guard state.withLock({ $0.seen }) != version else { return }
        let difference = resource.difference(of: live?.dynamic().json)
        let now = time.now
        state.withLock { state in
            state.seen = version
            guard let difference else {
                switch state.phase {
                case .unknown: state.phase = .current
                case .other: state.phase = .settling(until: now + delay)
                case .settling, .reloading, .current: break
                }
                return
            }
            // Without a CRD there are no objects to be read anew.
            state.phase = live == nil ? .unknown : .other
            state.words = """
                \(difference); nothing is written or deleted for \(resource.type.kind) objects until this is mended: \
                \(CustomResource.installation)
                """
        }
    }
}

/// The CRDs of our kinds, each watched once.
package final class ServedSchemas: Sendable {
    /// How long after its CRD is the right one again a kind is left alone: other API servers follow within seconds, and
    /// manifests that are applied together with the CRD arrive. Kubernetes waits 5 s for its own servers to agree.
    /// Source: apiextensions-apiserver, establishing controller.
    package static let delay: Duration = .seconds(10)

    private let informers: InformerSet
    private let time: TimeSource
    private let delay: Duration
    private let known = Mutex<[ResourceType: ServedSchema]>([:])

    init(_ informers: InformerSet, time: TimeSource, delay: Duration) {
        self.informers = informers
        self.time = time
        self.delay = delay
    }

    package subscript(resource: CustomResource) -> ServedSchema {
        known.withLock { known in
            if let schema = known[resource.type] { return schema }
            let schema = ServedSchema(resource, informers: informers, time: time, delay: delay)
            known[resource.type] = schema
            return schema
        }
    }

    /// What is wrong with any of them, for readiness.
    package var problems: [String] { CustomResource.all.compactMap { self[$0].problem } }
}
