/// A change of what an informer knows.
package enum InformerEvent: Sendable {
    /// - isInitialList: the object was there when the informer, or its handler, began.
    case added(CachedObject, isInitialList: Bool)
    case updated(old: CachedObject, new: CachedObject)
    /// The last state that was seen; where the deletion itself was missed, the one before it.
    case deleted(CachedObject)

    package var key: ObjectKey { object.key }

    /// The object as it is now, or as it was last.
    package var object: CachedObject {
        switch self {
        case .added(let object, _), .updated(_, let object), .deleted(let object): object
        }
    }

    package var isInitialList: Bool {
        if case .added(_, isInitialList: true) = self { true } else { false }
    }
}
