internal import KubeAPI
internal import Synchronization

/// What others use of the quotas of an environment's namespace: what the quota says is used, without the
/// environment's own.
///
/// The two are counted by different hands. A pod is in the quota before it is in the cache, and out of the cache before
/// it is out of the quota. So more than before is believed only when it has been so for a while; less at once.
final class OthersUse: Sendable {
    static let patience: Duration = .seconds(15)

    private struct Entry: Hashable {
        var environment: ObjectKey
        var quota: String
        var name: String
    }

    fileprivate struct Reading {
        var believed: Quantity
        /// The least that was seen since it has been more than that, and since when.
        var rise: (amount: Quantity, since: Duration)?
    }

    private let time: TimeSource
    private let readings = Mutex<[Entry: Reading]>([:])

    init(time: TimeSource) { self.time = time }

    func forget(_ environment: ObjectKey) {
        readings.withLock { $0 = $0.filter { $0.key.environment != environment } }
    }

    /// Notes in each quota what others use of it.
    ///
    /// - Returns: when to requeue although nothing may have changed.
    func fill(_ quotas: inout [QuotaCheck.Quota], own: ResourceNeed, of environment: ObjectKey) -> Duration? {
        let now = time.now
        var waits: [Duration] = []
        readings.withLock { readings in
            for index in quotas.indices {
                for (name, text) in quotas[index].used {
                    guard let used = Quantity(text) else { continue }
                    let mine = own.amount(of: name) ?? Quantity(nano: 0)
                    let entry = Entry(environment: environment, quota: quotas[index].name, name: name)
                    let seen = max(used - mine, Quantity(nano: 0))
                    var reading = readings[entry] ?? Reading(believed: seen)
                    if let wait = reading.take(seen, at: now) { waits.append(wait) }
                    readings[entry] = reading
                    quotas[index].usedByOthers[name] = reading.believed
                }
            }
        }
        return waits.min()
    }
}

extension OthersUse.Reading {
    /// - Returns: how long it will be until it is believed.
    fileprivate mutating func take(_ seen: Quantity, at now: Duration) -> Duration? {
        guard seen > believed else {
            self = Self(believed: seen)
            return nil
        }
        let since = rise?.since ?? now
        let least = min(rise?.amount ?? seen, seen)
        guard now - since < OthersUse.patience else {
            self = Self(believed: least)
            return nil
        }
        rise = (least, since)
        return since + OthersUse.patience - now
    }
}
