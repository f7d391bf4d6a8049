internal import BackupModel
internal import Glibc
internal import KubeAPI

/// A restic repository. Snapshots carry the policy as their host and source, stamp, size and cluster as tags, because the pods' own
/// names change with every run. One that has not been verified yet carries the tag `pending` and counts for nothing.
final class ResticStore: ArtifactStore {
    var series: Series

    private let environment: [String: String]
    private let scratch: String
    private static let pending = "pending"

    init(_ series: Series) throws {
        self.series = series
        scratch = try Files.makeScratchFolder()
        // restic leaves out what is blank at either end of the file.
        let password = try Secrets.required("RESTIC_PASSWORD")
        try Files.write(password + "\n", to: "\(scratch)/password", mode: 0o600)
        var environment = [
            "RESTIC_REPOSITORY": try Settings.required("QM_REPOSITORY"), "RESTIC_PASSWORD_FILE": "\(scratch)/password",
            "RESTIC_CACHE_DIR": "\(scratch)/cache", "RESTIC_PROGRESS_FPS": "0",
        ]
        if Secrets.bytes("ca.crt") != nil { environment["RESTIC_CACERT"] = "\(Secrets.folder)/ca.crt" }
        let backends = ["AWS_", "B2_", "AZURE_", "GOOGLE_", "OS_", "ST_", "RESTIC_REST_"]
        for key in Secrets.keys where backends.contains(where: key.hasPrefix) {
            guard let value = Secrets.text(key) else { continue }
            if key == "GOOGLE_APPLICATION_CREDENTIALS", value.contains("{") {
                // The program wants the name of a file, and people give its content.
                try Files.write(value, to: "\(scratch)/google.json", mode: 0o600)
                environment[key] = "\(scratch)/google.json"
            } else {
                environment[key] = value
            }
        }
        self.environment = environment
    }

    deinit { Files.removeTree(scratch) }

    private var host: String { "\(series.namespace).\(series.policy)" }

    private func restic(_ arguments: [String]) -> Program {
        var program = Program("restic", arguments)
        program.environment = environment
        return program
    }

    // MARK: Locks

    /// Another run may hold the repository for a while; a lock whose owner is gone is removed, any other is waited for.
    private func locked(
        _ arguments: [String], output: ((UnsafeRawBufferPointer) throws -> Void)? = nil
    ) throws -> (ending: Program.Ending, output: [UInt8]) {
        // Longer than a lock is taken for alive after its owner was killed: half an hour.
        let attempts = try Settings.number("QM_LOCK_ATTEMPTS") ?? 80
        let pause = try Settings.number("QM_LOCK_PAUSE") ?? 30
        var attempt: Int64 = 0
        let reads = ["snapshots", "dump", "ls", "check"]
        if let verb = arguments.first, !reads.contains(verb) { known = nil }
        while true {
            let program = restic(arguments)
            let result = try output.map { (ending: try program.run(output: $0), output: []) } ?? program.collect()
            guard result.ending.status != 0, result.ending.messages.lowercased().contains("already locked"),
                attempt < attempts
            else { return result }
            attempt += 1
            Log.say("the repository is locked; trying again")
            try unlockStale()
            // Not all of them at the same time again.
            try Stop.sleep(.seconds(pause) + .milliseconds(Int64(secretBytes(1)[0]) * 20))
        }
    }

    /// restic takes a lock for stale whose process is gone from a host of this name: true of pods, each a host of its own, and not
    /// of two that have the name of their node. There only age counts; a live lock is renewed every five minutes.
    private func unlockStale() throws {
        if Settings.flag("QM_SHARED_HOST") {
            let limit = Timestamp.now() + .seconds(-(try LeaseLength.resticSeconds))
            guard let list = try? restic(["list", "locks", "--no-lock"]).collect(), list.ending.status == 0 else {
                return
            }
            for lock in String(decoding: list.output, as: UTF8.self).split(separator: "\n") {
                guard let (ending, output) = try? restic(["cat", "lock", String(lock), "--no-lock"]).collect(),
                    ending.status == 0, let json = try? JSONValue.parse(output),
                    let since = json["time"]?.string.flatMap(Timestamp.init(rfc3339:)), since < limit
                else { return }
            }
        }
        _ = try? restic(["unlock"]).run { _ in }
    }

    func acquire() throws {}
    func release() {}

    // MARK: Presence

    func isPresent() throws -> Bool {
        let (ending, _) = try restic(["cat", "config", "--no-lock"]).collect()
        if ending.status == 0 { return true }
        let words = ending.messages.lowercased()
        let isClosed = ["wrong password", "no key found"].contains(where: words.contains)
        let isMissing = [
            "is there a repository", "does not exist", "no such file", "no such bucket", "no such key", "404",
            "not found",
        ].contains(where: words.contains)
        guard isMissing, !isClosed else { throw AgentFailure("the repository could not be opened", ending) }
        return false
    }

    func create() throws { try restic(["init"]).text(orFail: "the repository could not be made") }

    // MARK: Artifacts

    func list() throws -> [Artifact] {
        try snapshots().compactMap { snapshot in
            let tags = snapshot.tags
            guard !tags.contains(Self.pending), let stamp = tags.value(of: "at").flatMap({ Stamp($0) }) else {
                return nil
            }
            return Artifact(
                stamp: stamp, sizeBytes: tags.value(of: "bytes").flatMap(Int64.init) ?? 0,
                flaws: Set(Flaw.allCases.filter { tags.contains($0.rawValue) }), cluster: tags.value(of: "cluster"),
                id: snapshot.id)
        }
    }

    private struct Snapshot {
        var id: String
        var tags: [String]
        var paths: [String]
    }

    /// Until something is written: each call of the program costs a second of work with the password.
    private var known: (source: String, snapshots: [Snapshot])?

    private func snapshots() throws -> [Snapshot] {
        if let known, known.source == series.source { return known.snapshots }
        let (ending, output) = try locked(["snapshots", "--json", "--host", host, "--tag", "source=\(series.source)"])
        guard ending.status == 0 else { throw AgentFailure("the snapshots could not be listed", ending) }
        guard let list = try JSONValue.parse(output).array else { return [] }
        let snapshots: [Snapshot] = list.compactMap { json in
            guard let id = json["id"]?.string else { return nil }
            func strings(_ name: String) -> [String] { json[name]?.array?.compactMap(\.string) ?? [] }
            return Snapshot(id: id, tags: strings("tags"), paths: strings("paths"))
        }
        known = (series.source, snapshots)
        return snapshots
    }

    private func tags(of artifact: NewArtifact, isPending: Bool) -> [String] {
        let tags =
            [
                "source=\(series.source)", "at=\(artifact.stamp)", "bytes=\(artifact.sizeBytes)",
                "cluster=\(series.cluster)",
            ] + artifact.flaws.map(\.rawValue).sorted() + (isPending ? [Self.pending] : [])
        return tags.flatMap { ["--tag", $0] }
    }

    private func backup(_ artifact: NewArtifact, isPending: Bool) throws -> (id: String, omission: String?) {
        let (ending, output) = try locked(
            ["backup", "--json", "--quiet", "--host", host, "--time", artifact.stamp.spoken]
                + tags(of: artifact, isPending: isPending) + [artifact.folder])
        // 3: some files could not be read; there is a snapshot, and it is not whole.
        guard ending.status == 0 || ending.status == 3 else { throw AgentFailure("the upload failed", ending) }
        for line in output.split(separator: UInt8(ascii: "\n")).reversed() {
            guard let json = try? JSONValue.parse(Array(line)), let id = json["snapshot_id"]?.string else { continue }
            return (id, ending.status == 3 ? ending.words : nil)
        }
        throw AgentFailure("restic answered success, and named no snapshot")
    }

    func put(_ artifact: NewArtifact) throws -> (id: String, omission: String?) {
        try backup(artifact, isPending: true)
    }

    func commit(_ artifact: NewArtifact, id: String) throws -> Artifact {
        let flaws = artifact.flaws.map(\.rawValue).sorted().flatMap { ["--add", $0] }
        let (ending, _) = try locked(["tag", "--remove", Self.pending] + flaws + [id])
        var committed: Snapshot?
        if ending.status == 0 {
            committed = try snapshots().first {
                $0.tags.value(of: "at") == artifact.stamp.description && !$0.tags.contains(Self.pending)
            }
        } else {
            // A repository to which one can only add keeps every snapshot as it is. The same once more costs no space, and is read
            // once more.
            Log.say("the snapshot can't be changed (\(ending.words)); storing it once more")
            let (again, _) = try backup(artifact, isPending: false)
            let differences = differences(from: artifact.checksums, in: again)
            guard differences.isEmpty else {
                throw AgentFailure(differences.prefix(3).joined(separator: "; "), .verificationFailed)
            }
            committed = try snapshots().first { $0.id.hasPrefix(again) }
        }
        guard let committed else { throw AgentFailure("restic answered success, but there is no snapshot of this run") }
        return Artifact(
            stamp: artifact.stamp, sizeBytes: artifact.sizeBytes, flaws: artifact.flaws, cluster: series.cluster,
            id: committed.id)
    }

    /// The folder that a snapshot was made from: that of this pod, or of another one.
    private func path(in id: String) throws -> String {
        if let known = paths[id] { return known }
        for snapshot in try snapshots() { paths[snapshot.id] = snapshot.paths.first }
        if let known = paths.first(where: { $0.key.hasPrefix(id) }) {
            paths[id] = known.value
            return known.value
        }
        throw AgentFailure("there is no snapshot \(id) of source \(series.source)")
    }
    private var paths: [String: String] = [:]

    func read(_ file: String, of id: String, into sink: (UnsafeRawBufferPointer) throws -> Void) throws {
        let path = try path(in: id)
        let (ending, _) = try withoutActuallyEscaping(sink) { sink in
            try locked(["dump", id, "\(path)/\(file)"], output: sink)
        }
        guard ending.status == 0 else { throw AgentFailure("it could not be read", ending) }
    }

    func files(of id: String) throws -> [String: Int64?] {
        let path = try path(in: id)
        let (ending, output) = try locked(["ls", "--json", id])
        guard ending.status == 0 else { throw AgentFailure("the snapshot can't be listed", ending) }
        var files: [String: Int64?] = [:]
        for line in output.split(separator: UInt8(ascii: "\n")) {
            guard let json = try? JSONValue.parse(Array(line)), json["type"]?.string == "file",
                let name = json["path"]?.string, name.hasPrefix(path + "/")
            else { continue }
            files[String(name.dropFirst(path.count + 1))] = .some(json["size"]?.integer)
        }
        return files
    }

    /// By the names of their files, and not from the cache.
    func missing(of artifacts: [Artifact]) throws -> [Artifact] {
        let (ending, output) = try restic(["list", "snapshots", "--no-lock", "--no-cache"]).collect()
        guard ending.status == 0 else { throw AgentFailure("the snapshots could not be looked for", ending) }
        let there = Set(String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init))
        return artifacts.filter { !there.contains($0.id) }
    }

    func erase(_ artifact: Artifact) throws {
        let (ending, _) = try locked(["forget", artifact.id])
        guard ending.status == 0 else { throw AgentFailure("\(artifact.stamp) stays", ending) }
    }

    func reclaim() throws {
        let (ending, _) = try locked(["prune"])
        guard ending.status == 0 else { throw AgentFailure("the space of what was deleted is not given back", ending) }
    }

    /// Snapshots of runs that ended before they were verified.
    func sweep(at now: Timestamp) throws -> String? {
        let limit = now + .seconds(-172_800)
        for snapshot in try snapshots() where snapshot.tags.contains(Self.pending) {
            guard let stamp = snapshot.tags.value(of: "at").flatMap({ Stamp($0) }), stamp.time < limit,
                series.isOwn(snapshot.tags.value(of: "cluster"))
            else { continue }
            Log.say("removing the snapshot of \(stamp), which was never verified")
            if try locked(["forget", snapshot.id]).ending.status != 0 { Log.say("it stays for now") }
        }
        return nil
    }

    func checkWhole(part: Int) throws -> Int? {
        Log.say("reading part \(part) of 8")
        let (ending, output) = try locked(["check", "--read-data-subset=\(part)/8"])
        guard ending.status != 0 else { return part }
        let text = Secrets.hide(String(decoding: output, as: UTF8.self)) + ending.messages
        let lines = text.split(separator: "\n")
        if let lock = lines.first(where: { $0.lowercased().contains("already locked") }) {
            throw AgentFailure("the repository stays locked: \(lock)")
        }
        let errors = lines.filter { line in
            ["error", "damaged", "not found", "different"].contains(where: line.lowercased().contains)
        }
        let words = errors.isEmpty ? ending.words : errors.suffix(3).joined(separator: " ")
        throw AgentFailure("the repository is not sound (status \(ending.status)): \(words)")
    }

    func recordedChecksums(of artifact: Artifact) throws -> Checksums? { nil }
}

extension [String] {
    /// Of tags such as `at=20260131T020000Z`.
    fileprivate func value(of name: String) -> String? {
        first { $0.hasPrefix("\(name)=") }.map { String($0.dropFirst(name.count + 1)) }
    }
}
