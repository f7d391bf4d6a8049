internal import KubeAPI

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
