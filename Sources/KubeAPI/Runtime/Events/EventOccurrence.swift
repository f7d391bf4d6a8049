/// Something that happened to an object, as a reconciler tells it.
package struct EventOccurrence: Sendable, Hashable {
    package var regarding: ObjectReference
    package var type: Event.Kind
    /// A word in CamelCase.
    package var reason: String
    /// What was being done, in CamelCase: `Reconcile`, `ClaimNode`.
    package var action: String
    /// For people; never with a secret. Cut at 1,024 bytes.
    package var note: String

    package init(regarding: ObjectReference, type: Event.Kind, reason: String, action: String, note: String) {
        self.regarding = regarding
        self.type = type
        self.reason = reason
        self.action = action
        self.note = note.cut(toBytes: 1024)
    }
}

extension ObjectReference {
    /// A reference to this object, for events about it.
    package init(to object: DynamicObject) {
        self.init(
            apiVersion: object.apiVersion, kind: object.kind,
            namespace: object.namespace.isEmpty ? nil : object.namespace, name: object.name, uid: object.uid)
    }
}

extension String {
    /// The text itself, or as much of it as fits, with an ellipsis, and without breaking a character.
    package func cut(toBytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var text = ""
        var count = "…".utf8.count
        for character in self {
            count += character.utf8.count
            guard count <= limit else { break }
            text.append(character)
        }
        return text + "…"
    }
}
