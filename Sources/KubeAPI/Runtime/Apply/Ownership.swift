/// What makes a live object ours.
package struct Ownership: Sendable, Hashable {
    /// An annotation whose value for this object nobody but us can know.
    package struct Mark: Sendable, Hashable {
        package var annotation: String
        package var value: String

        package init(annotation: String, value: String) {
            self.annotation = annotation
            self.value = value
        }

        package func stands(on object: DynamicObject) -> Bool { object.annotations[annotation] == value }
    }

    /// Every one of these labels must stand on the object with the same value.
    package var labels: [String: String]
    /// The object that the children belong to, where it may be named as their controller.
    package var controller: OwnerReference?
    /// UIDs in the inventory: what we made and somebody has stripped of its labels.
    package var recordedUIDs: Set<String>
    /// Takes over an object that nobody controls and that carries none of the labels and no mark.
    package var adoptsUnmanaged: Bool
    /// What is put on every object that we write. With a mark labels alone make nothing ours: whoever may change an object can
    /// write them.
    package var mark: Mark?

    /// - Parameter labels: at least one, and at least one that no other kind of ours uses with this value.
    package init(
        labels: [String: String], controller: OwnerReference? = nil, recordedUIDs: Set<String> = [],
        adoptsUnmanaged: Bool = false, mark: Mark? = nil
    ) {
        self.labels = labels
        self.controller = controller
        self.recordedUIDs = recordedUIDs
        self.adoptsUnmanaged = adoptsUnmanaged
        self.mark = mark
    }

    /// Why the object is not ours; `nil` where it is.
    package func objection(to object: DynamicObject) -> String? {
        if let other = object.ownerReferences.first(where: { $0.controller == true }), other.uid != controller?.uid {
            return "it is controlled by \(other.kind) \(other.name)"
        }
        if let controller, object.ownerReferences.contains(where: { $0.uid == controller.uid }) { return nil }
        if recordedUIDs.contains(object.uid) { return nil }
        if mark?.stands(on: object) == true { return nil }
        let live = object.labels
        let missing = labels.sorted { $0.key < $1.key }.filter { live[$0.key] != $0.value }
        guard let first = missing.first else {
            return mark == nil ? nil : "it carries the labels of a child, but the operator has not made it"
        }
        if let other = missing.first(where: { live[$0.key] != nil }), let value = live[other.key] {
            return "its label \(other.key) is \(value), not \(other.value)"
        }
        if adoptsUnmanaged {
            // What another one of ours has made stays its own, though somebody has taken the labels away.
            guard let mark, object.annotations[mark.annotation] != nil else { return nil }
            return "its annotation \(mark.annotation) says that it belongs to another object"
        }
        return "it has no label \(first.key)=\(first.value)"
    }
}

/// Why a child could not be applied, other than by an error of the API.
package struct ApplyError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// An object of this name exists and is somebody else's.
        case foreignObject
        /// The object is on its way out; its successor has to wait.
        case beingDeleted
    }

    package var code: Code
    /// One line: the object, the cause, and what to do.
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }

    static func foreign(_ kind: String, _ key: ObjectKey, _ objection: String) -> ApplyError {
        // Nobody shall delete data because a message told them to.
        let fix = holdingData.contains(kind) ? "choose" : "delete or rename it, or choose"
        return ApplyError(
            .foreignObject, "\(kind) \(key) exists and is left alone: \(objection); \(fix) another name here")
    }

    private static let holdingData: Set = ["PersistentVolumeClaim", "PersistentVolume", "Namespace", "Secret"]

    static func beingDeleted(_ kind: String, _ object: DynamicObject) -> ApplyError {
        ApplyError(.beingDeleted, Finalizers.progress(of: "\(kind) \(object.key)", heldBy: object.finalizers))
    }
}
