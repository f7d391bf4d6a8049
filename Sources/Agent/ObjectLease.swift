internal import BackupModel
internal import Glibc
internal import KubeAPI

/// One run at a time in a folder of objects.
///
/// There is no way to make an object only where there is none, so each run leaves its lease and then looks: whoever sees another
/// one takes its own back and tries again. Of two that see nobody the later would have seen the first. A lease ends by itself:
/// its name begins with the second of its end. It is short and renewed, so that a run that was killed is not waited for long, with
/// a key that may not delete either.
final class ObjectLease {
    private let list: () throws -> [String]
    private let add: (String) throws -> Void
    private let remove: (String) -> Bool
    private let holder: String
    private var name: String?
    private var renewed = ContinuousClock.now
    /// Since when leases of others were seen.
    private var seen: [String: ContinuousClock.Instant] = [:]

    private let length: Int64

    init(
        list: @escaping () throws -> [String], add: @escaping (String) throws -> Void,
        remove: @escaping (String) -> Bool
    )
        throws(AgentFailure)
    {
        length = try LeaseLength.seconds
        self.list = list
        self.add = add
        self.remove = remove
        holder = secretBytes(8).map { String($0, radix: 16) }.joined()
    }

    func acquire() throws {
        do {
            try wait()
        } catch {
            release()
            throw error
        }
        Program.onTick = { [weak self] in
            guard let self, ContinuousClock.now - renewed >= .seconds(length / 3) else { return }
            do { try renew() } catch { Log.say("the lease could not be renewed: \(error)") }
        }
    }

    private func wait() throws {
        let attempts = try Settings.number("QM_LOCK_ATTEMPTS") ?? 60
        let pause = try Settings.number("QM_LOCK_PAUSE") ?? 30
        var attempt: Int64 = 0
        while true {
            var other = try others().first
            if other == nil {
                try renew()
                other = try others().first
                if other == nil { break }
                release()
            }
            attempt += 1
            guard attempt <= attempts else { throw AgentFailure("another run works in this folder: \(other ?? "")") }
            Log.say("locked by \(other ?? ""); trying again")
            // Not all of them at the same time again.
            try Stop.sleep(.seconds(pause) + .milliseconds(Int64(secretBytes(1)[0]) * 20))
        }
        for ended in try list() where hasEnded(ended) { _ = remove(ended) }
    }

    /// The leases of others that have not ended. One that lives has another name after a third of its time, so what stays for
    /// the whole of it is dead, whatever end its name says.
    private func others() throws -> [String] {
        let now = Timestamp.now().secondsSinceEpoch
        return try list().filter { name in
            guard !name.hasSuffix("-\(holder)"), Self.end(of: name) > now else { return false }
            let first = seen[name] ?? .now
            seen[name] = first
            return ContinuousClock.now - first <= .seconds(length)
        }
    }

    private func hasEnded(_ name: String) -> Bool {
        let hasStayed = seen[name].map { ContinuousClock.now - $0 > .seconds(length) } ?? false
        return Self.end(of: name) + length / 10 < Timestamp.now().secondsSinceEpoch || hasStayed
    }

    /// A lease with a new end, and then the one before goes.
    private func renew() throws {
        let next = "\(Timestamp.now().secondsSinceEpoch + length)-\(holder)"
        guard next != name else { return }
        let before = name
        do {
            try add(next)
        } catch {
            // It may be there all the same, and nobody should wait for it.
            Stop.cleanUp { _ = remove(next) }
            throw error
        }
        name = next
        renewed = .now
        if let before { _ = remove(before) }
    }

    func release() {
        Program.onTick = nil
        guard let name else { return }
        self.name = nil
        Stop.cleanUp {
            if !remove(name) { Log.say("the lease \(name) stays until its time") }
        }
    }

    /// `EPOCHSECONDS-…`
    private static func end(of name: String) -> Int64 {
        name.split(separator: "-", maxSplits: 1).first.flatMap { Int64($0) } ?? 0
    }
}

/// How long a run that shows nothing is taken for alive, in seconds.
enum LeaseLength {
    /// Clocks of nodes differ by less than a tenth of it.
    static var seconds: Int64 { get throws(AgentFailure) { try given ?? 900 } }

    /// restic renews its locks every five minutes.
    static var resticSeconds: Int64 { get throws(AgentFailure) { try given ?? 2100 } }

    private static var given: Int64? { get throws(AgentFailure) { try Settings.number("QM_LEASE_SECONDS") } }
}
