/// Notices that somebody undoes our writes again and again, and slows down instead of fighting.
///
/// Three corrections of a field within ten minutes are repairs. From then on each further one has to wait, twice as
/// long each time, until the field has been left alone for a while.
package struct Contention: Sendable {
    package struct Policy: Sendable {
        var freeCorrections = 3
        var window: Duration = .seconds(600)
        var initialHold: Duration = .seconds(30)
        var maximumHold: Duration = .seconds(1800)

        package init() {}
    }

    /// Fields that have to be left alone, with who changes them, and for how long.
    package struct Hold: Sendable {
        package var drift: [Drift]
        package var remaining: Duration
    }

    private struct Record {
        var manager: String?
        var suspect: String?
        var corrections = 0
        var lastAt: Duration
        var hold: Duration = .zero
    }

    private let policy: Policy
    private var records: [FieldPath: Record] = [:]

    package init(policy: Policy = Policy()) { self.policy = policy }

    package var isEmpty: Bool { records.isEmpty }

    /// Whether these fields have to be left alone; `nil` where they may be corrected now.
    package mutating func hold(on paths: [FieldPath], now: Duration) -> Hold? {
        records = records.filter { now - $0.value.lastAt < $0.value.hold + policy.window }
        let held = paths.compactMap { path in
            records[path].map {
                (Drift(path: path, manager: $0.manager, suspect: $0.suspect), $0.lastAt + $0.hold - now)
            }
        }.filter { $0.1 > .zero }
        guard let longest = held.map(\.1).max() else { return nil }
        return Hold(drift: held.map(\.0), remaining: longest)
    }

    /// These changes are put right now.
    package mutating func noteCorrection(of drift: [Drift], now: Duration) {
        for change in drift {
            var record = records[change.path] ?? Record(lastAt: now)
            record.manager = change.manager
            record.suspect = change.suspect
            record.corrections += 1
            record.lastAt = now
            let beyond = record.corrections - policy.freeCorrections
            record.hold = beyond < 0 ? .zero : min(policy.initialHold * (1 << min(beyond, 20)), policy.maximumHold)
            records[change.path] = record
        }
    }

    /// The object is desired otherwise now: an old quarrel is over.
    package mutating func reset() { records = [:] }
}
