/// The versions of the tiers' defaults that this operator knows.
///
/// An environment stays at the version that it was made with until its spec names another one: a new operator must not
/// replace pods by itself.
package struct DefaultsCatalogue: Sendable {
    let versions: [Int: @Sendable (AppEnvironment.Tier) -> TierDefaults]

    package static let builtIn = DefaultsCatalogue(versions: [1: TierDefaults.version1])

    /// What a new environment gets.
    var newest: Int { versions.keys.max() ?? 1 }

    /// The version of an environment: what its spec says, else what its status has kept, else the newest.
    func version(of environment: AppEnvironment) -> Int {
        environment.spec.defaultsVersion ?? environment.status?.defaultsVersion ?? newest
    }

    /// - Returns: `nil` where the version is not known.
    func defaults(of environment: AppEnvironment) -> TierDefaults? {
        versions[version(of: environment)]?(environment.spec.tier)
    }

    /// What is wrong with the version that the environment asks for.
    func violation(in environment: AppEnvironment) -> Violation? {
        let version = version(of: environment)
        guard versions[version] == nil else { return nil }
        let known = versions.keys.sorted().map(String.init).joined(separator: ", ")
        return Violation(
            environment.spec.defaultsVersion == nil ? "status.defaultsVersion" : "spec.defaultsVersion",
            "version \(version) is not known to this operator, it has \(known); upgrade the operator or name one of these"
        )
    }
}
