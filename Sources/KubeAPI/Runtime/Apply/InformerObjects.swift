/// Live objects out of the informers of a process.
package struct InformerObjects: LiveObjects {
    private let informers: InformerSet

    package init(_ informers: InformerSet) { self.informers = informers }

    package func lookUp(_ type: ResourceType, _ key: ObjectKey) -> LiveLookup {
        var lookup = LiveLookup.unknown
        for informer in informers.informers(of: type) where informer.selection.covers(key) && informer.hasSynced {
            if let object = informer.store.get(key) {
                // What is kept in part only is nothing to compare a desired state with.
                return object.isWhole ? .found(object) : .unknown
            }
            if informer.selection.isWhole {
                lookup = .absent
            } else if case .unknown = lookup, informer.selection.fieldSelector == nil {
                lookup = .unselected
            }
        }
        return lookup
    }

    package func recordWrite(_ object: DynamicObject, of type: ResourceType) {
        for informer in informers.informers(of: type) { informer.recordWrite(object) }
    }

    package func recordDeletion(_ type: ResourceType, _ key: ObjectKey, uid: String) {
        for informer in informers.informers(of: type) { informer.recordDeletion(key, uid: uid) }
    }
}

extension CachedObject: LiveObject {}

extension Selection {
    fileprivate func covers(_ key: ObjectKey) -> Bool { namespace == nil || namespace == key.namespace }

    /// Whether an object that is not in the store does not exist.
    fileprivate var isWhole: Bool { labelSelector == nil && fieldSelector == nil }
}
