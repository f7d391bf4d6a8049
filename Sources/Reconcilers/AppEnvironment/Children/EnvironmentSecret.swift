internal import KubeAPI

extension ResolvedEnvironment {
    /// Copies of the Secrets that another namespace shares. They are data: nothing but their leaving the list takes them
    /// away, and a copy whose source is gone stays as it is.
    func secretCopies() throws -> [DesiredChild] {
        // `render` knows no Secrets and shows none.
        guard let secrets = inputs.secrets, let source = spec.secretsFrom else { return [] }
        return try source.names.map { name in
            var copy = try child(
                .secret, named: name, annotations: [AnnotationKey.copiedFrom: "\(source.namespace)/\(name)"], [:])
            // Until the Secrets of the namespace can be read they can't be written either.
            if case .found(let content)? = secrets.sources[name], secrets.isSourcePermitted, !secrets.isOwnUnread {
                copy.object["type"] = .string(content.type)
                copy.object["data"] = .object(content.data)
            } else {
                copy.isHeld = true
            }
            return copy
        }
    }
}

extension EnvironmentSecrets {
    fileprivate var isOwnUnread: Bool {
        own.values.contains { if case .unread = $0 { true } else { false } }
    }
}
