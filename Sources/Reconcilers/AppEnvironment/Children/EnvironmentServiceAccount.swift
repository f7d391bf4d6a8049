internal import KubeAPI

extension ResolvedEnvironment {
    /// One for each component, without a token in pods that do not ask for it, as the component's own do with `apiAccess`; the Secrets for pulling images hang on it.
    func serviceAccounts() throws -> [DesiredChild] {
        let secrets = (spec.imagePullSecrets ?? []).map { JSONValue.object(["name": .string($0.name)]) }
        return try components.map { component in
            var account = try child(
                .serviceAccount, named: component.name, of: component, ["automountServiceAccountToken": false])
            if !secrets.isEmpty { account.object["imagePullSecrets"] = .array(secrets) }
            return account
        }
    }
}
