internal import KubeAPI

/// Says how an object of ours is: in its status, and by an event where `Ready` has changed.
struct StatusReporter: Sendable {
    let type: ResourceType
    let writer: StatusWriter
    let events: any EventSink
    let backlog: StatusBacklog

    init(
        _ type: ResourceType, in environment: ReconcilerEnvironment,
        wallClock: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.type = type
        writer = StatusWriter(environment.client, wallClock: wallClock)
        events = environment.events
        backlog = StatusBacklog(time: environment.time)
    }

    /// Writes the status where its content has changed.
    ///
    /// - Parameter news: events beside that of `Ready`, written once with the status that they belong to.
    /// - Throws: `APIError`, but for that of an object that is gone; `NotLeaderError`.
    func report(_ status: some Encodable, on object: DynamicObject, news: [ObjectEvent] = []) async throws {
        let written: JSONObject?
        do {
            written = try await writer.write(status, to: object, as: type)
        } catch let error as APIError where error.isNotFound {
            // It went meanwhile, and nobody is left to be told.
            backlog.forget(object.key)
            return
        }
        // Told, whether for its time or for a failure: nothing is deferred any more.
        backlog.forget(object.key)
        guard let written else { return }
        for event in news { events.emit(event) }
        let transition = ReadyTransition(before: object["status"]?.object ?? [:], after: written)
        if let event = transition?.event(on: object) { events.emit(event) }
    }

    /// Says one thing about the object and leaves the rest of its status.
    func report(_ finding: Finding, on object: DynamicObject) async throws {
        var conditions = Conditions()
        conditions.block(finding)
        var status = object["status"]?.object ?? [:]
        status["conditions"] = try JSONValueEncoder().encode(conditions.assembled(ready: (.ready, "")))
        try await report(JSONValue.object(status), on: object)
    }
}
