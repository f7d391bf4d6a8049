package import KubeAPI

/// A tool that delivers objects and says on them that they are its own.
///
/// What it delivers it prunes, and puts back: two cannot have one namespace.
package struct NamespaceTracker: Sendable, Hashable {
    /// Such as `Argo CD`.
    package var tool: String
    /// The label or annotation, with its value.
    var mark: String

    private static let labels = [
        ("argocd.argoproj.io/instance", "Argo CD"), ("kustomize.toolkit.fluxcd.io/name", "Flux"),
        ("helm.toolkit.fluxcd.io/name", "Flux"), ("helm.sh/chart", "Helm"),
        ("objectset.rio.cattle.io/hash", "Fleet"), ("kapp.k14s.io/app", "kapp"),
        ("config.k8s.io/owning-inventory", "an inventory of cli-utils"),
        // Argo CD's own label, where nothing else is configured, and that of charts.
        ("app.kubernetes.io/instance", "Argo CD or a release"),
    ]
    private static let annotations = [
        ("argocd.argoproj.io/tracking-id", "Argo CD"), ("meta.helm.sh/release-name", "Helm"),
        ("objectset.rio.cattle.io/id", "Fleet"), ("configmanagement.gke.io/managed", "Config Sync"),
        ("config.k8s.io/owning-inventory", "an inventory of cli-utils"),
    ]

    /// - Returns: `nil` where the namespace carries the marks of none.
    package init?(of namespace: DynamicObject) {
        let (labels, annotations) = (namespace.labels, namespace.annotations)
        if let (key, tool) = Self.labels.first(where: { labels[$0.0] != nil }) {
            (self.tool, mark) = (tool, "label \(key)=\(labels[key] ?? "")")
        } else if let (key, tool) = Self.annotations.first(where: { annotations[$0.0] != nil }) {
            (self.tool, mark) = (tool, "annotation \(key)=\(annotations[key] ?? "")")
        } else {
            return nil
        }
    }

    package var objection: String { "its \(mark.cut(to: 256)) says that \(tool) keeps it" }
}
