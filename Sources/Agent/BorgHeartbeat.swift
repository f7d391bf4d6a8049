internal import BackupModel
internal import Glibc
internal import KubeAPI

/// What tells a lock of a run that was killed from one of a run that lives, in a borg repository on a mounted folder.
///
/// borg knows by the process whether a lock is stale, and pods do not see one another's. So each run leaves a file with its lock's
/// name beside the repository and touches it; a lock whose file is old is broken. Over ssh the server holds the lock, and its
/// process ends with the connection.
final class BorgHeartbeat {
    private let holder: String
    private let repository: String
    private let breakLock: () throws -> Void
    private var isRunning = false
    private var beaten = ContinuousClock.now

    private let life: Int64

    /// - Parameter breakLock: takes all locks of the repository away.
    init(of holder: String, at repository: String, breakLock: @escaping () throws -> Void) throws(AgentFailure) {
        life = try LeaseLength.seconds
        self.holder = holder
        self.repository = repository
        self.breakLock = breakLock
    }

    private var folder: String { "\(repository).runs" }
    private var file: String { "\(folder)/\(holder)" }

    /// Shows that this run lives, and breaks the lock of one that does not.
    func begin() throws {
        guard !isRunning, Files.isFolder(repository) || Files.isFolder(repository.parentFolder) else { return }
        try Files.makeFolder(folder)
        try touch()
        isRunning = true
        breakDeadLock()
        Program.onTick = { [weak self] in
            guard let self, ContinuousClock.now - beaten >= .seconds(life / 10) else { return }
            try? touch()
            breakDeadLock()
        }
    }

    func end() {
        guard isRunning else { return }
        isRunning = false
        Program.onTick = nil
        unlink(file)
        rmdir(folder)
    }

    private func touch() throws {
        beaten = .now
        try Files.write("\(Timestamp.now().secondsSinceEpoch)\n", to: file)
    }

    /// Who holds the lock: the exclusive one is a folder with a file `HOLDER.PID-THREAD`, the shared ones stand in a list.
    private var holders: Set<String> {
        let exclusive = Files.names(in: "\(repository)/lock.exclusive").compactMap { name in
            name.split(separator: ".").first.map(String.init)
        }
        let roster = Files.read("\(repository)/lock.roster").flatMap { try? JSONValue.parse($0) }
        let listed = ["shared", "exclusive"].flatMap { roster?[$0]?.array ?? [] }.compactMap { $0[0]?.string }
        return Set((exclusive + listed).map { String($0.prefix { $0 != "@" }) }).subtracting([holder])
    }

    /// Only where all that hold it are runs of ours that are gone.
    private func breakDeadLock() {
        let holders = holders
        guard !holders.isEmpty, holders.allSatisfy(isDead) else { return }
        Log.say("breaking the lock of \(holders.sorted().joined(separator: ", ")): no such run lives any more")
        guard (try? breakLock()) != nil else { return Log.say("it could not be broken") }
        for dead in holders { unlink("\(folder)/\(dead)") }
    }

    private func isDead(_ other: String) -> Bool {
        guard other.hasPrefix("qm-") else { return false }
        guard let beat = Files.line("\(folder)/\(other)").flatMap(Int64.init) else { return true }
        return beat + life < Timestamp.now().secondsSinceEpoch
    }
}
