/// Turns occurrences into requests: the task side of the recorder.
struct EventWriter: Sendable {
    private let recorder: EventRecorder
    private var aggregator = EventAggregator()
    private var lastName: Int64 = 0

    private static let attempts = 3

    init(recorder: EventRecorder) { self.recorder = recorder }

    var nextDue: Duration? { aggregator.nextDue }

    mutating func write(_ occurrences: [(occurrence: EventOccurrence, time: Timestamp)]) async {
        for (occurrence, time) in occurrences {
            let key = name(for: occurrence, time)
            switch aggregator.admit(occurrence, as: key, now: recorder.time.now, wallClock: time) {
            case .counted: break
            case .rateLimited: recorder.countDrop(.rateLimited)
            case .create:
                let event = event(occurrence, key, time)
                let isWritten = await send { api in
                    _ = try await api.create(event.dynamicObject(), as: .event, options: WriteOptions())
                }
                if !isWritten { aggregator.forget(occurrence) }
            }
        }
    }

    mutating func writeSeries() async {
        for (occurrence, series) in aggregator.due(now: recorder.time.now) {
            let value = Event.Series(count: series.count, lastObservedTime: MicroTime(series.lastObserved))
            let isWritten = await send { api in
                let patch: JSONValue = ["series": try JSONValueEncoder().encode(value)]
                _ = try await api.patch(.event, series.event, .merge(patch), subresource: nil, options: WriteOptions())
            }
            // Events live for an hour; a series may outlive its own.
            if !isWritten { aggregator.forget(occurrence) }
        }
    }

    /// Whether the request succeeded, perhaps after some attempts.
    private func send(_ request: @Sendable (any ObjectAPI) async throws -> Void) async -> Bool {
        for attempt in 1...Self.attempts {
            guard recorder.gate.isOpen else {
                recorder.countDrop(.notLeader)
                return false
            }
            do {
                try await request(recorder.api)
                return true
            } catch let error as APIError where error.isTransient && attempt < Self.attempts {
                if (try? await recorder.time.sleep(for: .seconds(1 << (attempt - 1)))) == nil { break }
            } catch let error as APIError where error.isAlreadyExists {
                return true  // an earlier attempt arrived, its answer did not
            } catch {
                recorder.logger.debug("an event was not written", ["error": .string("\(error)")])
                break
            }
        }
        recorder.countDrop(.refused)
        return false
    }

    private func event(_ occurrence: EventOccurrence, _ key: ObjectKey, _ time: Timestamp) -> Event {
        Event(
            metadata: ObjectMeta(name: key.name, namespace: key.namespace), eventTime: MicroTime(time),
            type: occurrence.type, reason: occurrence.reason, action: occurrence.action, note: occurrence.note,
            regarding: occurrence.regarding, reportingController: recorder.options.reportingController,
            reportingInstance: recorder.options.reportingInstance)
    }

    /// `<object>.<time in hex>`, as client-go names events, and never twice the same.
    private mutating func name(for occurrence: EventOccurrence, _ time: Timestamp) -> ObjectKey {
        lastName = max(lastName + 1, time.secondsSinceEpoch * 1_000_000_000 + Int64(time.nanoseconds))
        let suffix = "." + String(lastName, radix: 16)
        // A name may have 253 bytes. Object names are ASCII.
        let base = (occurrence.regarding.name ?? "unknown").prefix(253 - suffix.utf8.count)
        return ObjectKey(namespace: occurrence.regarding.namespace ?? "default", name: base + suffix)
    }
}
