internal import KubeAPI

/// What was found of the Secrets that an environment has to do with, by their names.
package struct EnvironmentSecrets: Sendable, Hashable {
    enum Lookup: Sendable, Hashable {
        /// Nothing is known, and why where that is known.
        case unread(String?)
        case missing
        case found(SecretContent)
    }

    /// Whether the namespace that `secretsFrom` names may be copied from.
    var isSourcePermitted = true
    /// What `secretsFrom` names, where it comes from.
    var sources: [String: Lookup] = [:]
    /// The Secrets of the environment's own namespace.
    var own: [String: Lookup] = [:]
    /// What the pods of a component were given last, by the component: see `secretsHash`.
    var rolledOut: [String: String] = [:]

    /// Whether the Secrets are taken to be as they were rolled out: whoever asks for a preview need not be able to read them.
    var isAssumedUnchanged = false

    package init() {}

    /// A Secret as it is in the namespace, or will be as soon as its copy is written.
    func lookup(_ name: String) -> Lookup {
        if case .found = sources[name] { return sources[name] ?? .missing }
        return own[name] ?? .missing
    }
}

/// The content of a Secret. It shows in no description.
struct SecretContent: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    var type: String
    /// In base64, as the API has it; of a Secret of the environment's own namespace the values may be replaced by codes.
    var data: JSONObject
    /// Tells contents apart. Whoever reads it can't test guesses of the content with it, since it is made with a key.
    var digest: String

    init(_ secret: CachedObject, _ seal: Seal) {
        self.init(
            type: secret.value(at: "type")?.string ?? "Opaque", data: secret.value(at: "data")?.object ?? [:], seal)
    }

    init(type: String = "Opaque", data: JSONObject, _ seal: Seal) {
        self.type = type
        self.data = data
        digest = seal.code("secret", Self.codes(data, seal).sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] })
    }

    /// What is kept of a Secret that is only looked at: of a large one codes in place of the values.
    static func trim(_ seal: Seal) -> InformerOptions.Trim {
        { secret in
            guard secret.byteCount > largest else { return nil }
            var kept = ForeignObjects.outline(secret)
            kept["type"] = secret.value(at: "type")
            kept["data"] = .strings(codes(secret.value(at: "data")?.object ?? [:], seal))
            return kept
        }
    }

    /// No larger Secret is kept whole, in bytes.
    private static let largest = 8 * 1024
    /// What a code begins with; no base64 does.
    private static let codeMark = "sealed:"

    /// More keys than this have one code together: each by itself would be larger than what it stands for.
    private static let mostKeys = 256

    private static func codes(_ data: JSONObject, _ seal: Seal) -> [String: String] {
        guard data.count <= mostKeys else {
            let parts = data.map { ($0.key, $0.value.string ?? "") }.sorted { $0.0 < $1.0 }.flatMap { [$0.0, $0.1] }
            return ["": codeMark + seal.code("secret values", parts)]
        }
        return data.reduce(into: [:]) { codes, field in
            let value = field.value.string ?? ""
            codes[field.key] =
                value.hasPrefix(codeMark) ? value : codeMark + seal.code("secret value", [field.key, value])
        }
    }

    var description: String { "\(data.count.counted("key")) of type \(type)" }
    var customMirror: Mirror { Mirror(self, children: []) }
}

extension Component {
    /// A Secret that the component's environment comes from.
    struct SecretUse: Sendable, Hashable {
        var name: String
        var isOptional: Bool
    }

    /// Each once, in the order in which they stand in the spec. Secrets that the template mounts are not among them: the
    /// kubelet brings those up to date in running pods.
    var secretUses: [SecretUse] {
        let named = (spec.secrets ?? []).map { SecretUse(name: $0.name, isOptional: $0.optional) }
        let references =
            (spec.envFrom ?? []).map { $0["secretRef"] }
            + (spec.env ?? []).map { $0["valueFrom"]?["secretKeyRef"] }
        let others = references.compactMap { reference in
            reference?["name"]?.string.map {
                SecretUse(name: $0, isOptional: reference?["optional"]?.bool ?? false)
            }
        }
        let credentials = services.compactMap(\.credentials).map { SecretUse(name: $0, isOptional: false) }
        var seen: Set<String> = []
        return (named + others + credentials).filter { seen.insert($0.name).inserted }
    }
}

extension ResolvedEnvironment {
    /// Whether the environment has anything to do with Secrets.
    var usesSecrets: Bool {
        spec.secretsFrom != nil || !(spec.imagePullSecrets ?? []).isEmpty
            || components.contains { !$0.secretUses.isEmpty }
    }
}

/// What the pod template says of the Secrets that a component's environment comes from: when it changes, the pods are
/// replaced, once.
enum SecretsHash: Sendable, Hashable {
    /// The value of the annotation; `nil`: there is none.
    case value(String?)
    /// Not known yet: whatever is written now could replace pods for nothing.
    case unknown
}

extension EnvironmentSecrets {
    /// Made of the contents alone, so that an edit of a Secret's metadata replaces nothing.
    ///
    /// A required Secret that is gone leaves the annotation as it is: its pods run on, and new ones could not start. It
    /// is salted with the environment's name and namespace, so that equal Secrets of two environments do not look alike and
    /// one that is made again finds its pods as they are.
    func hash(of component: Component, in environment: AppEnvironment) -> SecretsHash {
        let uses = component.secretUses
        guard !uses.isEmpty else { return .value(nil) }
        if isAssumedUnchanged { return .value(rolledOut[component.name]) }
        var contents: [JSONValue] = [.string("\(environment.metadata.name ?? "")/\(environment.namespaceName)")]
        for use in uses {
            switch lookup(use.name) {
            case .unread: return .unknown
            case .missing:
                guard use.isOptional else { return .value(rolledOut[component.name]) }
            case .found(let content): contents.append([.string(use.name), .string(content.digest)])
            }
        }
        return .value(String(sha256Hex(JSONValue.array(contents).canonicalBytes()).prefix(16)))
    }
}
