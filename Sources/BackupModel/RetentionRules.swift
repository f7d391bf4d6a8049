package import KubeAPI

/// How many artifacts stay: the newest one of each of the newest so many hours, days, ISO weeks, months and years that
/// have one, in UTC, as `restic forget` reckons.
package struct RetentionRules: Sendable, Hashable {
    package enum Period: String, Sendable, Hashable, CaseIterable { case hourly, daily, weekly, monthly, yearly }

    package var counts: [Period: Int]
    /// So many of the newest stay whatever else; at least 1.
    package var always: Int

    /// - Parameters:
    ///   - last: the newest so many, whatever their times.
    ///   - minKeep: the larger of it and `last` counts.
    package init(_ counts: [Period: Int], last: Int = 0, minKeep: Int = 1) {
        self.counts = counts
        always = max(last, minKeep, 1)
    }

    /// Reads `daily=7 weekly=4 minKeep=1`; `nil` where a word is not of that form.
    package init?(words: String) {
        var numbers: [String: Int] = [:]
        for word in words.split(separator: " ") {
            let parts = word.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let number = Int(parts[1]), number >= 0 else { return nil }
            numbers[String(parts[0])] = number
        }
        let periods = Dictionary(
            uniqueKeysWithValues: Period.allCases.compactMap { period in
                numbers.removeValue(forKey: period.rawValue).map { (period, $0) }
            })
        self.init(
            periods, last: numbers.removeValue(forKey: "last") ?? 0,
            minKeep: numbers.removeValue(forKey: "minKeep") ?? 1)
        guard numbers.isEmpty else { return nil }
    }

    /// Which artifacts stay.
    ///
    /// The rules count complete artifacts alone, so that no incomplete and no suspicious one takes the place of a good one.
    /// Where a period has none that is complete, its newest other one stays as well. What lies in the future is no measure for
    /// anything, and stays until its time has come: a clock was wrong, and nobody knows which.
    ///
    /// - Parameter stored: the artifact that was just stored, which always stays.
    package func plan(for artifacts: [Artifact], storing stored: Stamp? = nil, at now: Timestamp) -> RetentionPlan {
        let newestFirst = artifacts.sorted { ($0.stamp, $0.id) > ($1.stamp, $1.id) }
        let past = newestFirst.filter { !$0.isFromFuture(at: now) }
        var kept = Set(newestFirst.filter { $0.isFromFuture(at: now) || $0.stamp == stored })
        let complete = past.filter(\.isComplete)
        kept.formUnion(self.kept(of: complete))
        // What is newer than the newest complete one may be all that there is of it.
        kept.formUnion(past.prefix { !$0.isComplete })
        kept.formUnion(self.kept(of: past, preferring: \.isComplete))
        return RetentionPlan(
            kept: newestFirst.filter(kept.contains), deleted: newestFirst.filter { !kept.contains($0) })
    }

    /// - Parameter isPreferred: of the artifacts of one period the newest of these stays where there is one.
    private func kept(of newestFirst: [Artifact], preferring isPreferred: (Artifact) -> Bool = { _ in true })
        -> Set<Artifact>
    {
        var kept = Set(newestFirst.prefix(always))
        for (period, count) in counts where count > 0 {
            var left = count
            var current: Int64?
            var chosen: Artifact?
            for artifact in newestFirst {
                let number = period.number(of: artifact.stamp)
                if number != current {
                    chosen.map { _ = kept.insert($0) }
                    chosen = nil
                    guard left > 0 else { break }
                    left -= 1
                    current = number
                }
                if chosen == nil || (!isPreferred(chosen ?? artifact) && isPreferred(artifact)) { chosen = artifact }
            }
            chosen.map { _ = kept.insert($0) }
        }
        return kept
    }
}

package struct RetentionPlan: Sendable, Hashable {
    /// Newest first.
    package var kept: [Artifact]
    package var deleted: [Artifact]
}

extension Artifact {
    /// Clocks differ by some seconds; whatever is further ahead was stored by a clock that was wrong.
    static let clockTolerance = Duration.seconds(300)

    package func isFromFuture(at now: Timestamp) -> Bool { stamp.time > now + Self.clockTolerance }
}

extension RetentionRules.Period {
    /// A number for each period: equal within it, and different outside of it.
    fileprivate func number(of stamp: Stamp) -> Int64 {
        let seconds = stamp.time.secondsSinceEpoch
        let day = (seconds - (seconds % 86400 + 86400) % 86400) / 86400
        switch self {
        case .hourly: return day * 24 + (seconds - day * 86400) / 3600
        case .daily: return day
        // The first day of the epoch was a Thursday, and a week begins on Monday.
        case .weekly: return (day + 3 - ((day + 3) % 7 + 7) % 7) / 7
        case .monthly: return stamp.year * 12 + stamp.month
        case .yearly: return stamp.year
        }
    }
}

extension Stamp {
    fileprivate var year: Int64 { Int64(description.prefix(4)) ?? 0 }
    fileprivate var month: Int64 { Int64(description.dropFirst(4).prefix(2)) ?? 0 }
}
