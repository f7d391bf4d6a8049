import KubeAPI

@testable import Reconcilers

extension ResolvedEnvironment {
    /// An environment `shop` with one component `web`, unless the spec says otherwise.
    ///
    /// - Parameter spec: YAML of the spec's fields beside `tier`.
    static func fixture(
        tier: AppEnvironment.Tier = .production,
        _ spec: String = "components: [{name: web, image: 'web:1', ports: [{name: http, port: 80}]}]",
        name: String = "shop", uid: String = "uid-shop"
    ) throws -> ResolvedEnvironment {
        var object = try DynamicObject.fixture(
            "apiVersion: quartermaster.dev/v1alpha1\nkind: AppEnvironment\nmetadata: {name: \(name), uid: \(uid)}")
        object["spec"] = try YAML.parseDocument(Array(spec.utf8))
        object[path: "spec", "tier"] = .string(tier.rawValue)
        return try ResolvedEnvironment(AppEnvironment(defaulting: object))
    }
}
