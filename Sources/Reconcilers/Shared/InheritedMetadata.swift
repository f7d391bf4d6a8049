/// Labels and annotations that a user wants on every child. Nothing else of an object's metadata is copied: a copied
/// tracking label of a deployment tool would get the children pruned.
package struct InheritedMetadata: Sendable, Hashable, Codable {
    package var labels: [String: String]?
    package var annotations: [String: String]?

    package init(labels: [String: String]? = nil, annotations: [String: String]? = nil) {
        self.labels = labels
        self.annotations = annotations
    }
}
