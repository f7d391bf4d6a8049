internal import BackupModel
internal import Glibc
internal import KubeAPI

/// A borg repository. Archives are named `NAMESPACE.POLICY.SOURCE@STAMP`; one that has not been verified yet has `.pending` behind
/// its name and counts for nothing. What else is to be known stands in the comment: `BYTES FLAW… cluster=UID`.
final class BorgStore: ArtifactStore {
    var series: Series

    private let environment: [String: String]
    private let repository: String
    private let scratch: String
    private let wait: String
    private var heartbeat: BorgHeartbeat?

    init(_ series: Series) throws {
        self.series = series
        repository = try Settings.required("QM_REPOSITORY")
        scratch = try Files.makeScratchFolder()
        wait = Settings.text("QM_LOCK_WAIT") ?? "1800"
        try Files.write(try Secrets.required("BORG_PASSPHRASE") + "\n", to: "\(scratch)/passphrase", mode: 0o600)
        // Pods do not share their processes: an id of this run alone keeps borg from taking a live lock for a stale one.
        let holder = "qm-\(secretBytes(8).map { String($0, radix: 16) }.joined())"
        var environment = [
            "BORG_REPO": repository, "BORG_PASSCOMMAND": "cat \(scratch)/passphrase", "BORG_BASE_DIR": scratch,
            "BORG_RELOCATED_REPO_ACCESS_IS_OK": "yes", "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "no",
            "BORG_HOST_ID": holder,
        ]
        environment["BORG_REMOTE_PATH"] = Settings.text("QM_REMOTE_PATH")
        let isRemote = repository.hasPrefix("ssh://") || repository.contains("@")
        if isRemote { environment["BORG_RSH"] = try Self.remoteShell(scratch) }
        self.environment = environment
        guard !isRemote else { return }
        heartbeat = try BorgHeartbeat(of: holder, at: repository) {
            var program = Program("borg", ["break-lock"])
            program.environment = environment
            program.deadline = .seconds(60)
            try program.text(orFail: "the lock could not be broken")
        }
    }

    deinit {
        // A check or a fetch acquires nothing, and has shown that it lives all the same.
        heartbeat?.end()
        Files.removeTree(scratch)
    }

    private static func remoteShell(_ scratch: String) throws -> String {
        // ssh refuses a key that the group may read, and one without a line end.
        try Files.write(try Secrets.required("ssh-privatekey") + "\n", to: "\(scratch)/key", mode: 0o600)
        try Files.write(try Secrets.required("known_hosts") + "\n", to: "\(scratch)/known_hosts", mode: 0o600)
        let options = [
            "IdentitiesOnly=yes", "BatchMode=yes", "StrictHostKeyChecking=yes",
            "UserKnownHostsFile=\(scratch)/known_hosts", "ServerAliveInterval=30", "ConnectTimeout=30",
        ]
        return "ssh -i \(scratch)/key " + options.map { "-o \($0)" }.joined(separator: " ")
    }

    private func borg(_ command: String, _ arguments: [String] = []) -> Program {
        var program = Program("borg", [command, "--lock-wait", wait] + arguments)
        program.environment = environment
        return program
    }

    /// A status of 1 (and from 100 to 127 in later versions) is a warning.
    private static func isGood(_ ending: Program.Ending) -> Bool { ending.status == 0 || isWarning(ending) }
    private static func isWarning(_ ending: Program.Ending) -> Bool {
        ending.status == 1 || (100...127).contains(ending.status)
    }

    // MARK: Presence

    func isPresent() throws -> Bool {
        try heartbeat?.begin()
        let (ending, _) = try borg("list", ["--short", "--last", "1"]).collect()
        if ending.status == 0 { return true }
        let words = ending.messages.lowercased()
        guard words.contains("does not exist") || words.contains("is not a valid repository") else {
            throw AgentFailure("the repository could not be opened", ending)
        }
        return false
    }

    func create() throws {
        try borg("init", ["--encryption", "repokey-blake2", "--make-parent-dirs"])
            .text(orFail: "the repository could not be made")
    }

    func acquire() throws { try heartbeat?.begin() }
    func release() { heartbeat?.end() }

    // MARK: Artifacts

    private var prefix: String { "\(series.namespace).\(series.policy).\(series.source)@" }
    private static let pending = ".pending"

    private struct Archive {
        /// Without the series.
        var name: String
        var comment: [String]
    }

    private func archives() throws -> [Archive] {
        let text = try borg("list", ["--glob-archives", "\(prefix)*", "--format", "{archive} {comment}{NL}"])
            .text(orFail: "the archives could not be listed")
        // The glob's own characters can't be in a name, so what it finds is this series and no other.
        return text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            guard let name = words.first, name.hasPrefix(prefix) else { return nil }
            return Archive(name: String(name.dropFirst(prefix.count)), comment: Array(words.dropFirst()))
        }
    }

    func list() throws -> [Artifact] {
        try archives().compactMap { archive in
            guard let stamp = Stamp(archive.name) else { return nil }
            return Artifact(
                stamp: stamp, sizeBytes: archive.comment.first.flatMap { Int64($0) } ?? 0,
                flaws: Set(archive.comment.compactMap(Flaw.init(rawValue:))),
                cluster: archive.comment.first { $0.hasPrefix("cluster=") }.map { String($0.dropFirst(8)) },
                id: prefix + archive.name)
        }
    }

    func put(_ artifact: NewArtifact) throws -> (id: String, omission: String?) {
        let id = "\(prefix)\(artifact.stamp)\(Self.pending)"
        let comment =
            ["\(artifact.sizeBytes)"] + artifact.flaws.map(\.rawValue).sorted() + ["cluster=\(series.cluster)"]
        var program = borg("create", ["--comment", comment.joined(separator: " "), "::\(id)", "."])
        program.folder = artifact.folder
        let (ending, _) = try program.collect()
        guard Self.isGood(ending) else { throw AgentFailure("the upload failed", ending) }
        return (id, Self.isWarning(ending) ? ending.words : nil)
    }

    func commit(_ artifact: NewArtifact, id: String) throws -> Artifact {
        let name = "\(prefix)\(artifact.stamp)"
        let flaws = artifact.flaws.map(\.rawValue).sorted()
        let comment = ["\(artifact.sizeBytes)"] + flaws + ["cluster=\(series.cluster)"]
        // What turned out while it was stored.
        if try archives().first(where: { prefix + $0.name == id })?.comment != comment {
            let recreated = try borg("recreate", ["--comment", comment.joined(separator: " "), "::\(id)"]).collect()
            guard Self.isGood(recreated.ending) else {
                throw AgentFailure("the archive can't be marked", recreated.ending)
            }
        }
        try borg("rename", ["::\(id)", name]).text(orFail: "the archive can't be given its name")
        return Artifact(
            stamp: artifact.stamp, sizeBytes: artifact.sizeBytes, flaws: artifact.flaws, cluster: series.cluster,
            id: name)
    }

    func read(_ file: String, of id: String, into sink: (UnsafeRawBufferPointer) throws -> Void) throws {
        let ending = try borg("extract", ["--stdout", "::\(id)", "pp:\(file)"]).run(output: sink)
        guard ending.status == 0 else { throw AgentFailure("it could not be read", ending) }
    }

    func files(of id: String) throws -> [String: Int64?] {
        let text = try borg("list", ["--format", "{type} {size} {path}{NL}", "::\(id)"])
            .text(orFail: "the archive can't be listed")
        var files: [String: Int64?] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 2)
            guard words.count == 3, words[0] == "-" else { continue }
            files[String(words[2])] = .some(Int64(words[1]))
        }
        return files
    }

    /// The list of archives is one authenticated object: it can't show one of them too many.
    func missing(of artifacts: [Artifact]) throws -> [Artifact] {
        let there = Set(try list().map(\.id))
        return artifacts.filter { !there.contains($0.id) }
    }

    func erase(_ artifact: Artifact) throws {
        try borg("delete", ["::\(artifact.id)"]).text(orFail: "\(artifact.stamp) stays")
    }

    func reclaim() throws {
        let (ending, _) = try borg("compact").collect()
        // Before 1.2 there is no compact, and nothing to be done.
        guard ending.status == 0 || ending.messages.contains("invalid choice") else {
            throw AgentFailure("the space of what was deleted is not given back", ending)
        }
    }

    /// Archives of runs that ended before they were verified.
    func sweep(at now: Timestamp) throws -> String? {
        let limit = now + .seconds(-172_800)
        for archive in try archives() where archive.name.hasSuffix(Self.pending) {
            guard let stamp = Stamp(archive.name.dropLast(Self.pending.count)), stamp.time < limit,
                series.isOwn(archive.comment.first { $0.hasPrefix("cluster=") }.map { String($0.dropFirst(8)) })
            else { continue }
            Log.say("removing the archive of \(stamp), which was never verified")
            if try borg("delete", ["::\(prefix)\(archive.name)"]).run(output: { _ in }).status != 0 {
                Log.say("it stays for now")
            }
        }
        return nil
    }

    func checkWhole(part: Int) throws -> Int? {
        try borg("check", ["--verify-data"]).text(orFail: "the repository is not sound")
        return nil
    }

    func recordedChecksums(of artifact: Artifact) throws -> Checksums? { nil }
}
