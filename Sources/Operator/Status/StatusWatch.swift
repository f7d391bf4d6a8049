internal import KubeAPI

/// `status --watch`: a terminal always shows the present state; elsewhere each change is a line, or a document, of its own.
struct StatusWatch: Sendable {
    let stream: StatusStream
    let format: OutputFormat
    /// Of the terminal; `nil` where it is none.
    let width: Int?
    /// Takes a line.
    ///
    /// - Returns: false where nobody reads it any more.
    let write: @Sendable (String) -> Bool

    /// Until a signal comes, or nobody reads any more.
    func run() async throws {
        var shown: [ObjectReport]?
        _ = try await stream.follow { objects in
            defer { shown = objects }
            guard objects != shown else { return false }
            if width != nil, format.isText { return !(try redraw(objects)) }
            let events = StatusEvent.changes(from: shown ?? [], to: objects, at: .now())
            return !(try events.allSatisfy { write(try $0.text(inStreamAs: format)) })
        }
    }

    private func redraw(_ objects: [ObjectReport]) throws -> Bool {
        let choice = stream.choice
        let text =
            choice.name != nil && objects.isEmpty
            ? StatusReport.NotFound(choice: choice).description
            : try StatusReport(objects, unread: stream.unread, choice).text(as: format, width: width)
        // The cursor goes to the corner, and what is below it goes.
        return write("\u{1B}[H\u{1B}[2J\(Timestamp.now().rfc3339)\n\n\(text)")
    }
}

extension StatusEvent {
    /// One of several that follow each other.
    func text(inStreamAs format: OutputFormat) throws -> String {
        (format == .yaml ? "---\n" : "") + (try text(as: format, width: nil))
    }
}
