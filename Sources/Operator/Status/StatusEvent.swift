internal import CommandLineInterface
internal import KubeAPI

/// A change of one object, as `status --watch` and `status --wait` tell it.
struct StatusEvent: Report {
    enum Change: String, Sendable, Encodable {
        case added = "ADDED"
        case modified = "MODIFIED"
        case deleted = "DELETED"
    }

    static let kind = "StatusEvent"

    var type: Change
    var time: Timestamp
    /// As it is now; where it was deleted, as it was last.
    var object: ObjectReport

    var exitStatus: CommandStatus { .fine }

    func lines(_ style: TextStyle) -> [String] {
        guard type != .deleted else { return ["\(time.rfc3339)  \(object.kind) \(object.key): is gone"] }
        return ["\(time.rfc3339)  \(object.headline)\(object.message.isEmpty ? "" : ": \(object.message)")"]
    }

    /// What has changed from one state to the next, in the order of the objects.
    static func changes(from before: [ObjectReport], to after: [ObjectReport], at time: Timestamp) -> [StatusEvent] {
        var known: [Identity: ObjectReport] = [:]
        for object in before { known[Identity(object)] = object }
        var events: [StatusEvent] = []
        for object in after {
            let last = known.removeValue(forKey: Identity(object))
            guard last != object else { continue }
            events.append(StatusEvent(type: last == nil ? .added : .modified, time: time, object: object))
        }
        let gone = known.values.sorted { ($0.kind, $0.key) < ($1.kind, $1.key) }
        return events + gone.map { StatusEvent(type: .deleted, time: time, object: $0) }
    }

    private struct Identity: Hashable {
        var kind: String
        var key: ObjectKey

        init(_ object: ObjectReport) { (kind, key) = (object.kind, object.key) }
    }
}
