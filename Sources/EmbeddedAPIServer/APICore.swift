internal import KubeAPI
internal import Synchronization

/// The server without its socket: storage, kinds, and what a request does to them.
final class APICore: Sendable {
    let options: EmbeddedAPIServerOptions
    let store: ObjectStore
    let registry: ResourceRegistry
    let watches: WatchHub
    let random: Randomness
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
        let random = Randomness(seed: options.seed)
        self.random = random
        faults = FaultInjector(random: random)
        store = ObjectStore(historyLimit: options.historyLimit) { resource, event in
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

/// A source of names and identifiers that a seed determines.
final class Randomness: Sendable {
    private let state: Mutex<UInt64>

    init(seed: UInt64) { state = Mutex(seed) }

    /// Source: SplitMix64.
    func next() -> UInt64 {
        state.withLock { state in
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return value ^ (value >> 31)
        }
    }

    /// A random (version 4) UUID in lower case.
    func uuid() -> String {
        let high = (next() & 0xFFFF_FFFF_FFFF_0FFF) | 0x4000
        let low = (next() & 0x3FFF_FFFF_FFFF_FFFF) | 0x8000_0000_0000_0000
        let digits = [high, low].map { value in
            let text = String(value, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }.joined()
        var result = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { result.append("-") }
            result.append(digit)
        }
        return result
    }

    /// The letters and digits that Kubernetes appends to `generateName`.
    func suffix(_ length: Int = 5) -> String {
        let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
        return String((0..<length).map { _ in alphabet[Int(next() % UInt64(alphabet.count))] })
    }
}
