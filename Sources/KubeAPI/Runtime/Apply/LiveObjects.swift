/// The state of the cluster as the runtime sees it: informers where there are some.
package protocol LiveObjects: Sendable {
    func lookUp(_ type: ResourceType, _ key: ObjectKey) async throws -> LiveLookup

    /// Lays the answer of a write over the cache until the watch has caught up.
    func recordWrite(_ object: DynamicObject, of type: ResourceType)

    /// Likewise for a deletion.
    func recordDeletion(_ type: ResourceType, _ key: ObjectKey, uid: String)
}

package enum LiveLookup: Sendable {
    case found(any LiveObject)
    /// There is none: the cache holds every object of this type.
    case absent
    /// The cache holds the objects of this type that carry our labels, and this one is not among them.
    case unselected
    /// There is no cache of this type: only the server can tell.
    case unknown
}

/// One object, whose fields may have to be unpacked first.
package protocol LiveObject: Sendable {
    var uid: String { get }
    var resourceVersion: String { get }
    /// - Throws: `JSONError`.
    func dynamic() throws -> DynamicObject
}

extension DynamicObject: LiveObject {
    package func dynamic() -> DynamicObject { self }
}
