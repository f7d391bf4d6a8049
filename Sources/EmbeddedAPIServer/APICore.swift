internal import KubeAPI

internal
    /// The server without its socket: storage, kinds, and what a request does to them.
    final class APICore: Sendable
{
    let options: EmbeddedAPIServerOptions
    let store: VersionedStore
    let registry: ResourceRegistry
    let watches: WatchHub
    let random: SeededRandomness
    let authenticator: Authenticator
    let faults: FaultInjector
    let documents = DocumentCache()
    /// PEM of the authority that clients trust; `nil` without TLS.
    let certificateAuthority: String?

    init(
        options: EmbeddedAPIServerOptions, certificateAuthority: String?,
        changes: @escaping @Sendable (GroupResource, StoredEvent) -> Void
    ) {
        self.options = options
        self.certificateAuthority = certificateAuthority
        authenticator = Authenticator(tokens: options.tokens)
        registry = ResourceRegistry()
        let watches = WatchHub()
        self.watches = watches
        let random = SeededRandomness(seed: options.seed)
        self.random = random
        faults = FaultInjector(random: random)
        store = VersionedStore(historyLimit: options.historyLimit) { resource, event in
            changes(resource, event)
            watches.changed(resource)
        }
    }

    var now: Timestamp { options.now() }
    var authorizer: Authorizer { Authorizer(store: store, mode: options.authorization) }
}

/// Everything that one request is about.
struct RequestContext: Sendable {
    var request: HTTPServerRequest
    var info: RequestInfo
    var definition: ResourceDefinition
    var user: UserInfo

    var type: ResourceType { definition.type }
    var storage: GroupResource { definition.storage }
    /// Namespace and name; the namespace is empty for cluster-scoped kinds.
    var key: ObjectKey {
        ObjectKey(namespace: type.isNamespaced ? info.namespace ?? "" : "", name: info.name ?? "")
    }

    var isDryRun: Bool { request.query.contains { $0.name == "dryRun" && $0.value == "All" } }
    var manager: String {
        FieldManager.name(parameter: request.parameter("fieldManager"), userAgent: request.header("User-Agent"))
    }
    var fieldValidation: FieldValidation {
        request.parameter("fieldValidation").flatMap(FieldValidation.init) ?? .warn
    }
}

/// What a handler has to say.
struct Answer: Sendable {
    enum Content: Sendable {
        case object(JSONValue)
        case list(ListResult)
        case text(String)
    }

    var status: Int = 200
    var content: Content
    var warnings: [String] = []
    var headers: [(name: String, value: String)] = []

    static func object(_ json: JSONValue, status: Int = 200, warnings: [String] = []) -> Answer {
        Answer(status: status, content: .object(json), warnings: warnings)
    }
}
