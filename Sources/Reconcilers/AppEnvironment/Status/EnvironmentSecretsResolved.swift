internal import KubeAPI

extension EnvironmentObservation {
    static func addSecrets(_ observed: EnvironmentObservation, to conditions: inout Conditions) {
        guard let dependencies = observed.dependencies else { return }
        observed.environment.addSecrets(dependencies.secrets, dependencies.makers, to: &conditions)
    }
}

extension ResolvedEnvironment {
    /// The condition `SecretsResolved`.
    func addSecrets(
        _ secrets: EnvironmentSecrets, _ makers: SecretMakers = SecretMakers(), to conditions: inout Conditions
    ) {
        let wanted = secretNames
        conditions.add(
            .secretsResolved, secretsFinding(secrets, makers), orElse: .resolved,
            wanted.isEmpty ? "no component needs a Secret" : "\(wanted.count.counted("Secret")) there")
    }

    /// What is wrong with the Secrets, never what is in them.
    private func secretsFinding(_ secrets: EnvironmentSecrets, _ makers: SecretMakers) -> Finding? {
        if let source = spec.secretsFrom {
            guard secrets.isSourcePermitted else {
                return Finding(
                    .notPermitted,
                    """
                    spec.secretsFrom: the operator's --secret-source-namespaces does not list \(source.namespace); add it \
                    there or name another namespace
                    """, .edit)
            }
            for name in source.names {
                switch secrets.sources[name] ?? .missing {
                case .found: continue
                case .unread(let problem):
                    return unread(source.namespace, problem)
                case .missing:
                    return Finding(
                        .missing,
                        """
                        Secret \(source.namespace)/\(name) is missing or has no label \(LabelKey.share)=true; its copy \
                        stays as it is\(words(ObjectKey(namespace: source.namespace, name: name), makers))
                        """, .wait)
                }
            }
        }
        for (name, user) in secretUsers {
            switch secrets.lookup(name) {
            case .found: continue
            case .unread(let problem): return unread(namespace, problem)
            case .missing:
                let secret = ObjectKey(namespace: namespace, name: name)
                return Finding(
                    .missing, "Secret \(secret), which \(user) needs, is missing; \(cure(secret, makers))", .wait)
            }
        }
        return nil
    }

    /// A Secret that is made beside a database of another namespace does not come by itself.
    private func cure(_ secret: ObjectKey, _ makers: SecretMakers) -> String {
        let service = boundServices.first { service in
            service.credentials == secret.name && service.spec.credentialsSecretRef == nil
                && service.namespace != namespace
        }
        guard makers.found[secret] == nil, let service else { return makers.cure(secret) }
        return """
            copy it from \(service.namespace ?? "") by secretsFrom, or name another one in credentialsSecretRef of service \
            \(service.name)
            """
    }

    /// Who makes a Secret that is to be shared. One that is there already, as its maker says, lacks the label.
    private func words(_ secret: ObjectKey, _ makers: SecretMakers) -> String {
        guard let maker = makers.found[secret] else { return "" }
        let place = maker.labelField.map { "by its \($0)" } ?? "on the Secret"
        let label = maker.isDone ? "; set the label \(place)" : ""
        return "; \(maker.sentence)\(label)"
    }

    /// The Secrets that are known to be missing, here and where copies come from.
    func missingSecrets(_ secrets: EnvironmentSecrets) -> [ObjectKey] {
        let source = spec.secretsFrom.flatMap { secrets.isSourcePermitted ? $0 : nil }
        let shared = (source?.names ?? []).filter { secrets.sources[$0] == .missing }
            .map { ObjectKey(namespace: source?.namespace ?? "", name: $0) }
        let own = Set(secretUsers.map(\.name)).sorted().filter { secrets.lookup($0) == .missing }
            .map { ObjectKey(namespace: namespace, name: $0) }
        return shared + own
    }

    private func unread(_ namespace: String, _ problem: String?) -> Finding {
        Finding(
            .unread, "the Secrets of \(namespace) are not read yet\(problem.map { ": \($0)" } ?? "")", .wait)
    }

    /// Secrets that must be there, with who needs them.
    private var secretUsers: [(name: String, user: String)] {
        (spec.imagePullSecrets ?? []).map { ($0.name, "every component, for its image,") }
            + components.flatMap { component in
                component.secretUses.filter { !$0.isOptional }.map { ($0.name, component.name) }
            }
    }

    private var secretNames: Set<String> {
        Set(secretUsers.map(\.name) + (spec.secretsFrom?.names ?? []))
    }
}
