internal import Synchronization

/// Remembers which resources the server has: what it has for ten minutes, what it has not for ten seconds, so that a
/// definition that is installed later is noticed soon.
final class DiscoveryCache: Sendable {
    /// `nil` resources: the group version does not exist.
    private struct Entry {
        var resources: [APIResource]?
        var expiry: Duration
    }

    private static let lifetime = Duration.seconds(600)
    private static let lifetimeOfAbsence = Duration.seconds(10)

    private let entries = Mutex<[String: Entry]>([:])
    private let elapsed: @Sendable () -> Duration

    init(clock: any Clock<Duration>) { elapsed = stopwatch(clock) }

    /// - Returns: `nil` where nothing is known.
    func resources(of groupVersion: String) -> [APIResource]?? {
        let now = elapsed()
        return entries.withLock { entries in
            guard let entry = entries[groupVersion], entry.expiry > now else { return nil }
            return .some(entry.resources)
        }
    }

    func store(_ resources: [APIResource]?, of groupVersion: String) {
        let expiry = elapsed() + (resources == nil ? Self.lifetimeOfAbsence : Self.lifetime)
        entries.withLock { $0[groupVersion] = Entry(resources: resources, expiry: expiry) }
    }

    /// A kind is missing from a group version that exists: it is looked up again as soon as an absent one would be.
    func shortenLife(of groupVersion: String) {
        let soon = elapsed() + Self.lifetimeOfAbsence
        entries.withLock { entries in
            guard let entry = entries[groupVersion] else { return }
            entries[groupVersion]?.expiry = min(entry.expiry, soon)
        }
    }

    func invalidate(_ groupVersion: String?) {
        entries.withLock { entries in
            if let groupVersion { entries[groupVersion] = nil } else { entries = [:] }
        }
    }
}
