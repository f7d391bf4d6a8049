internal import KubeAPI

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
        /// Worth trying again.
        case transient
    }

    /// Such as `Deployment workers/workers-eu`.
    package var object: String
    package var kind: Kind
    /// The API server's own words where it said something.
    package var message: String
    /// What was thrown.
    package var cause: (any Error)?
    /// Another child of the same owner has the name.
    package var isDouble = false

    package init(object: String, kind: Kind, message: String, cause: (any Error)? = nil) {
        self.object = object
        self.kind = kind
        self.message = message
        self.cause = cause
    }

    /// - Throws: `error` itself where it is not about the object: the process lost the lead or stops.
    init(_ error: any Error, on object: String) throws {
        switch error {
        case is NotLeaderError, is CancellationError: throw error
        case let error as ApplyError:
            self.init(
                object: object, kind: error.code == .foreignObject ? .nameTaken : .waiting, message: error.message)
        case let error as APIError:
            self.init(
                object: object, kind: error.isTransient ? .transient : .refused, message: error.message, cause: error)
        default: self.init(object: object, kind: .transient, message: "\(error)", cause: error)
        }
    }

    /// When to look again although nothing may have changed; `nil` where the error brings the object back by itself,
    /// or where a change does.
    var retryAfter: Duration? {
        switch kind {
        // A webhook or a quota may have changed its mind, and nobody tells us.
        case .refused: .seconds(60)
        case .waiting: .seconds(15)
        // A foreign object has no label of ours, so its deletion is not seen.
        case .nameTaken: .seconds(60)
        case .contended, .transient: nil
        }
    }

    /// What the failure is to a user where nothing more is known of the object.
    var finding: Finding {
        // What the operator itself objects to begins with the object already.
        let text = message.hasPrefix("\(object) ") ? message : "\(object): \(message)"
        return switch kind {
        case .refused: Finding(.childRefused, text, .edit)
        case .nameTaken: Finding(.nameConflict, text, .edit)
        case .contended: Finding(.contended, text, .edit)
        case .waiting, .transient: Finding(.writeFailed, text, .wait)
        }
    }
}
