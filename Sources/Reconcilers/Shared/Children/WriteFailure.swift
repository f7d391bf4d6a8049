package import KubeAPI

/// A write that did not go through.
package struct WriteFailure: Error, Sendable {
    /// What the failure means for the user.
    package enum Kind: Sendable, Hashable {
        /// The API server refused what was written: nothing gets better without an edit.
        case refused
        /// An object of this name belongs to somebody else.
        case nameTaken
        /// Somebody keeps undoing our writes.
        case contended
        /// It has to wait for something that is on its way.
        case waiting
        /// Its namespace is being deleted: nothing is written there any more.
        case terminating
        /// Worth trying again.
        case transient
    }

    package var object: WrittenObject
    package var kind: Kind
    /// The API server's own words where it said something.
    package var message: String
    /// What was thrown.
    package var cause: (any Error)?
    /// Another child of the same owner has the name.
    package var isDouble = false

    package init(object: WrittenObject, kind: Kind, message: String, cause: (any Error)? = nil) {
        self.object = object
        self.kind = kind
        self.message = message
        self.cause = cause
    }

    /// - Throws: `error` itself where it is not about the object: the process lost the lead or stops.
    init(_ error: any Error, on object: WrittenObject) throws {
        switch error {
        case is NotLeaderError, is CancellationError: throw error
        case let error as ApplyError:
            self.init(
                object: object, kind: error.code == .foreignObject ? .nameTaken : .waiting, message: error.message)
        case let error as APIError where error.isNamespaceTerminating:
            self.init(object: object, kind: .terminating, message: error.message, cause: error)
        case let error as APIError where error.isMalformed:
            self.init(object: object, kind: .refused, message: Self.cure(of: error.malformation ?? ""), cause: error)
        case let error as APIError:
            self.init(
                object: object, kind: error.isTransient ? .transient : .refused, message: error.message, cause: error)
        default: self.init(object: object, kind: .transient, message: "\(error)", cause: error)
        }
    }

    /// In a namespace that is being deleted.
    static func terminating(_ namespace: String, _ object: WrittenObject) -> WriteFailure {
        WriteFailure(
            object: object, kind: .terminating,
            message: "Namespace \(namespace) is being deleted, and nothing is written in it any more")
    }

    /// The server's words about a field, with what to do.
    private static func cure(of words: String) -> String {
        if words.contains("field not declared in schema") {
            return "\(words); the API server knows no such field: correct or remove it"
        }
        if words.contains("duplicate entries") { return "\(words); an entry of a list is there twice: remove one" }
        return "\(words); a value has another type or form than its field takes: correct it"
    }

    /// When to requeue although nothing may have changed; `nil` where the error brings the object back by itself,
    /// or where a change does.
    var retryAfter: Duration? {
        // Only another version of the API server would take it.
        if (cause as? APIError)?.isMalformed == true { return .seconds(600) }
        return switch kind {
        // A webhook or a quota may have changed its mind, and nobody tells us.
        case .refused: .seconds(60)
        case .waiting, .terminating: .seconds(15)
        // A foreign object has no label of ours, so its deletion is not seen.
        case .nameTaken: .seconds(60)
        case .contended, .transient: nil
        }
    }

    /// What the failure is to a user where nothing more is known of the object.
    var finding: Finding {
        let text = "\(object): \(message)"
        return switch kind {
        case .refused: Finding(.childRefused, text, .edit)
        // What the operator itself objects to begins with the object already.
        case .nameTaken: Finding(.nameConflict, message, .edit)
        case .waiting: Finding(.writeFailed, message, .wait)
        case .contended: Finding(.contended, text, .edit)
        case .terminating: Finding(.terminating, message, .wait)
        case .transient: Finding(.writeFailed, text, .wait)
        }
    }
}

/// Which object a write is about. Decisions go by its fields; `description` is for people.
package struct WrittenObject: Sendable, Hashable, CustomStringConvertible {
    package var kind: String
    package var key: ObjectKey

    package init(_ type: ResourceType, _ key: ObjectKey) {
        kind = type.kind
        self.key = key
    }

    init(_ entry: InventoryEntry) {
        kind = entry.kind
        key = entry.key
    }

    /// `Deployment workers/workers-eu`.
    package var description: String { "\(kind) \(key)" }

    func isOne(of types: [ResourceType]) -> Bool { types.contains { $0.kind == kind } }
}

extension [WriteFailure] {
    /// The one to be told: what an edit has to mend comes before what passes by itself.
    var mostPressing: WriteFailure? { first { $0.finding.consequence == .edit } ?? first }
}
