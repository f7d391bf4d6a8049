import KubeAPI

@testable import Reconcilers

extension AppEnvironment {
    /// An environment `shop`.
    ///
    /// - Parameter spec: YAML of the spec.
    static func fixture(_ spec: String = "tier: staging\ncomponents: [{name: web, image: 'web:1'}]") throws
        -> AppEnvironment
    {
        var object = try DynamicObject.fixture(
            "apiVersion: quartermaster.dev/v1alpha1\nkind: AppEnvironment\nmetadata: {name: shop, uid: uid-shop}")
        object["spec"] = try YAML.parseDocument(Array(spec.utf8))
        return try AppEnvironment(defaulting: object)
    }
}

extension ResolvedEnvironment {
    static func written(_ spec: String = "tier: staging\ncomponents: [{name: web, image: 'web:1'}]") throws
        -> ResolvedEnvironment
    {
        try ResolvedEnvironment(AppEnvironment.fixture(spec))
    }
}
