internal import BackupModel
internal import Glibc
internal import KubeAPI

/// An S3 bucket or any remote of rclone: a folder for each source, in it a folder for each artifact, and a mark that says that it
/// is whole.
///
///     POLICY/owner.json                  whose it is; without it nothing was ever made here
///     POLICY/SOURCE/STAMP/…              the files
///     POLICY/SOURCE/STAMP_SIZE.json      the mark, written last; its name carries what a listing needs
///     POLICY/SOURCE/lock/…               leases of runs
///     POLICY/SOURCE/leftover/STAMP_TIME  a folder without a mark, and when it was first seen so
final class ObjectStore: ArtifactStore {
    var series: Series

    /// rclone's name of the policy's folder.
    private let root: String
    private let environment: [String: String]
    private let scratch: String
    private let isBucket: Bool
    private var lease: ObjectLease?
    private var objects = 0

    init(_ series: Series, kind: String) throws {
        self.series = series
        root = try Settings.required("QM_REMOTE")
        isBucket = kind == "s3"
        scratch = try Files.makeScratchFolder()
        environment = try Self.environment(kind, scratch: scratch)
    }

    deinit { Files.removeTree(scratch) }

    private static func environment(_ kind: String, scratch: String) throws -> [String: String] {
        var environment = [
            "RCLONE_RETRIES": "3", "RCLONE_LOW_LEVEL_RETRIES": "5", "RCLONE_CONTIMEOUT": "20s", "RCLONE_TIMEOUT": "5m",
            "RCLONE_CACHE_DIR": "\(scratch)/cache", "RCLONE_CONFIG": "/dev/null",
        ]
        if kind == "s3" {
            environment.merge(
                [
                    "TYPE": "s3", "PROVIDER": "Other", "ENDPOINT": try Settings.required("QM_S3_ENDPOINT"),
                    "REGION": Settings.text("QM_S3_REGION") ?? "",
                    "FORCE_PATH_STYLE": Settings.text("QM_S3_PATH_STYLE") ?? "true",
                    // The key may well be allowed to write objects and not to create buckets.
                    "NO_CHECK_BUCKET": "true", "ACCESS_KEY_ID": try Secrets.required("AWS_ACCESS_KEY_ID"),
                    "SECRET_ACCESS_KEY": try Secrets.required("AWS_SECRET_ACCESS_KEY"),
                    "SESSION_TOKEN": Secrets.text("AWS_SESSION_TOKEN") ?? "",
                ].mapKeys { "RCLONE_CONFIG_TARGET_\($0)" }
            ) { $1 }
        } else {
            // rclone writes new tokens into its file.
            try Files.write(try Secrets.required("rclone.conf") + "\n", to: "\(scratch)/rclone.conf", mode: 0o600)
            environment["RCLONE_CONFIG"] = "\(scratch)/rclone.conf"
        }
        if Secrets.bytes("ca.crt") != nil { environment["RCLONE_CA_CERT"] = "\(Secrets.folder)/ca.crt" }
        return environment
    }

    private var folder: String { "\(root)/\(series.source)" }

    private func rclone(_ arguments: String...) -> Program {
        var program = Program("rclone", arguments)
        program.environment = environment
        return program
    }

    // MARK: Presence

    private var ownerFile: String { "\(root)/owner.json" }

    func isPresent() throws -> Bool {
        guard let bytes = try contents(of: ownerFile) else { return false }
        guard let owner = try? JSONValue.parse(bytes)["cluster"]?.string else {
            throw AgentFailure("\(ownerFile) is not what a run has written; look at it")
        }
        guard series.isOwn(owner) else { throw AgentFailure.foreign(owner, series) }
        // Taken over: from now on the one before is refused.
        if owner != series.cluster { try create() }
        return true
    }

    var mayHoldUnmarked: Bool { true }

    func create() throws {
        try put(
            JSONValue.object(JSONObject([("version", 1), ("cluster", .string(series.cluster))])).serialized(),
            as: ownerFile)
    }

    /// `nil` where there is no such object.
    private func contents(of path: String) throws -> [UInt8]? {
        var program = rclone("cat", path)
        program.isLogged = false
        let (ending, output) = try program.collect(limit: 16 << 20)
        if ending.status == 0 {
            // Some versions print nothing, and find no fault, where there is nothing.
            return output.isEmpty ? nil : output
        }
        guard Self.isMissing(ending) else { throw AgentFailure("\(path) could not be read", ending) }
        return nil
    }

    /// rclone has statuses of its own for a folder and for a file that is not there.
    private static func isMissing(_ ending: Program.Ending) -> Bool { ending.status == 3 || ending.status == 4 }

    private func put(_ bytes: [UInt8], as path: String) throws {
        // A lease may be renewed while something else is on its way.
        let file = "\(scratch)/object-\(objects)"
        objects += 1
        defer { unlink(file) }
        try Files.write(String(decoding: bytes, as: UTF8.self), to: file, mode: 0o600)
        let (ending, _) = try rclone("copyto", file, path).collect()
        guard ending.status == 0 else {
            throw missingBucket(ending) ?? AgentFailure("\(path) could not be written", ending)
        }
        guard try contents(of: path) == bytes else {
            throw AgentFailure("\(path) was read back and is not what was stored")
        }
    }

    /// The first write finds out: to a listing a bucket that is not there is an empty one.
    private func missingBucket(_ ending: Program.Ending) -> AgentFailure? {
        guard isBucket, ending.words.contains("NoSuchBucket") else { return nil }
        let bucket = root.split(separator: ":", maxSplits: 1).last?.split(separator: "/").first ?? ""
        return AgentFailure(
            "the bucket \(bucket) does not exist; make it, or correct the destination's bucket or endpoint",
            .destinationMissing)
    }

    /// The names in a folder; empty where there is no such folder.
    private func names(in folder: String, _ selection: String...) throws -> [String] {
        var program = rclone("lsf")
        program.arguments += selection + [folder]
        program.isLogged = false
        let (ending, output) = try program.collect()
        if Self.isMissing(ending) { return [] }
        guard ending.status == 0 else { throw AgentFailure("the destination could not be listed", ending) }
        return String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    // MARK: Leases

    func acquire() throws {
        let lease = try ObjectLease(
            list: { [unowned self] in try names(in: "\(folder)/lock", "--files-only") },
            add: { [unowned self] name in try put(Array("\(name)\n".utf8), as: "\(folder)/lock/\(name)") },
            remove: { [unowned self] name in
                (try? rclone("deletefile", "\(folder)/lock/\(name)").run { _ in })?.status == 0
            })
        try lease.acquire()
        self.lease = lease
    }

    func release() {
        lease?.release()
        lease = nil
    }

    // MARK: Artifacts

    func list() throws -> [Artifact] {
        try names(in: folder, "--files-only", "--include", "*.json").compactMap(Self.artifact(fromMark:))
            .map { artifact in
                // Whose it is stands in `owner.json`.
                var artifact = artifact
                artifact.cluster = nil
                return artifact
            }
    }

    private static func artifact(fromMark name: String) -> Artifact? {
        let parts = name.dropLast(".json".count).split(separator: "_").map(String.init)
        guard name.hasSuffix(".json"), parts.count >= 2, let stamp = Stamp(parts[0]), let size = Int64(parts[1]) else {
            return nil
        }
        let flaws = parts.dropFirst(2).map(Flaw.init(rawValue:))
        guard !flaws.contains(nil) else { return nil }
        return Artifact(stamp: stamp, sizeBytes: size, flaws: Set(flaws.compactMap(\.self)), id: stamp.description)
    }

    private static func mark(of artifact: Artifact) -> String {
        let flaws = artifact.flaws.map { "_\($0.rawValue)" }.sorted().joined()
        return "\(artifact.stamp)_\(artifact.sizeBytes)\(flaws).json"
    }

    func put(_ artifact: NewArtifact) throws -> (id: String, omission: String?) {
        try rclone("copy", "--checksum", "--no-traverse", artifact.folder, "\(folder)/\(artifact.stamp)")
            .text(orFail: "the upload failed")
        return (artifact.stamp.description, nil)
    }

    func read(_ file: String, of id: String, into sink: (UnsafeRawBufferPointer) throws -> Void) throws {
        let ending = try rclone("cat", "\(folder)/\(id)/\(file)").run(output: sink)
        guard ending.status == 0 else { throw AgentFailure("it could not be read", ending) }
    }

    func files(of id: String) throws -> [String: Int64?] {
        let text = try rclone(
            "lsf", "--recursive", "--files-only", "--format", "sp", "--separator", " ", "\(folder)/\(id)"
        )
        .text(orFail: "\(id) could not be listed")
        var files: [String: Int64?] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 1)
            guard words.count == 2 else { continue }
            files[String(words[1])] = .some(Int64(words[0]))
        }
        return files
    }

    func commit(_ new: NewArtifact, id: String) throws -> Artifact {
        let artifact = Artifact(stamp: new.stamp, sizeBytes: new.sizeBytes, flaws: new.flaws, id: id)
        let sums = JSONObject(new.checksums.entries.map { ($0.file, .string($0.digest)) })
        let mark: JSONValue = [
            "version": 1, "cluster": .string(series.cluster), "namespace": .string(series.namespace),
            "policy": .string(series.policy), "source": .string(series.source), "artifact": .string(id),
            "sizeBytes": .integer(artifact.sizeBytes), "partial": .bool(new.flaws.contains(.partial)),
            "suspect": .bool(new.flaws.contains(.suspect)), "files": .object(sums),
        ]
        try put(mark.serialized() + [UInt8(ascii: "\n")], as: "\(folder)/\(Self.mark(of: artifact))")
        return artifact
    }

    /// Each by its mark and its checksums, which are read by their names. To list with a list of files, rclone lists folders
    /// all the same.
    func missing(of artifacts: [Artifact]) throws -> [Artifact] {
        guard !artifacts.isEmpty else { return [] }
        func files(_ artifact: Artifact) -> [String] {
            [Self.mark(of: artifact), "\(artifact.id)/\(Checksums.fileName)"]
        }
        let (list, copies) = ("\(scratch)/asked", "\(scratch)/copies")
        defer { for path in [list, copies] { Files.removeTree(path) } }
        try Files.write(artifacts.flatMap(files).map { "\($0)\n" }.joined(), to: list)
        try rclone(
            "copy", "--no-traverse", "--files-from-raw", list, "--checkers", "32", "--transfers", "32", folder, copies
        ).text(orFail: "what is there could not be looked at")
        let there = Set(Files.tree(of: copies))
        return artifacts.filter { !files($0).allSatisfy(there.contains) }
    }

    /// The mark goes first: an artifact that is half gone must not be listed.
    func erase(_ artifact: Artifact) throws {
        try rclone("deletefile", "\(folder)/\(Self.mark(of: artifact))").text(orFail: "\(artifact.stamp) stays")
        // It is no artifact any more, and a folder without a mark goes later.
        if try rclone("purge", "\(folder)/\(artifact.id)").run(output: { _ in }).status != 0 {
            Log.say("files of \(artifact.stamp) stay for now")
        }
    }

    func reclaim() throws {}

    func checkWhole(part: Int) throws -> Int? { nil }

    func recordedChecksums(of artifact: Artifact) throws -> Checksums? {
        guard let bytes = try contents(of: "\(folder)/\(Self.mark(of: artifact))"),
            let files = (try? JSONValue.parse(bytes))?["files"]?.object
        else { throw AgentFailure("the mark of \(artifact.stamp) can't be read") }
        return Checksums(files.map { Checksums.Entry(file: $0.key, digest: $0.value.string ?? "") })
    }

    // MARK: What killed runs left

    /// A folder without a mark is removed only where it was seen so before, by a run some time ago, and where the listing shows
    /// the marks of others: what a listing lacks once may well be there.
    func sweep(at now: Timestamp) throws -> String? {
        let marked = Set(try list().map(\.stamp.description))
        if !marked.isEmpty { try sweepFolders(without: marked, at: now) }
        return unfinishedUploads(at: now)
    }

    private func sweepFolders(without marked: Set<String>, at now: Timestamp) throws {
        let old = now + .seconds(-Leftover.minimumAge)
        let unmarked = try names(in: folder, "--dirs-only").compactMap { name -> Stamp? in
            let stamp = Stamp(name.dropLast())
            return stamp.flatMap { $0.time < old && !marked.contains($0.description) ? $0 : nil }
        }
        let notes = try names(in: "\(folder)/leftover", "--files-only").compactMap(Leftover.init(name:))
        for stamp in unmarked {
            guard let note = notes.first(where: { $0.stamp == stamp }) else {
                let name = Leftover(stamp: stamp, seen: now).name
                Log.say("\(stamp) has no mark: it was never completed, or its mark is lost; noted")
                try put(Array("\(name)\n".utf8), as: "\(folder)/leftover/\(name)")
                continue
            }
            guard note.seen < now + .seconds(-Leftover.patience) else { continue }
            Log.say("removing \(stamp), which was never completed")
            if try rclone("purge", "\(folder)/\(stamp)").run(output: { _ in }).status != 0 {
                Log.say("it stays for now")
            }
        }
        let left = Set(unmarked)
        for note in notes where !left.contains(note.stamp) {
            _ = try rclone("deletefile", "\(folder)/leftover/\(note.name)").run { _ in }
        }
    }

    /// Parts of uploads that never ended cost space and show in no listing. Others may upload to the bucket as well, so it is for
    /// its owner to end them.
    private func unfinishedUploads(at now: Timestamp) -> String? {
        guard isBucket else { return nil }
        let path = root.split(separator: ":", maxSplits: 1).last.map(String.init) ?? ""
        let parts = path.split(separator: "/", maxSplits: 1).map(String.init)
        guard parts.count == 2,
            let (ending, output) = try? rclone("backend", "list-multipart-uploads", "TARGET:\(parts[0])").collect(),
            ending.status == 0, let uploads = try? JSONValue.parse(output)
        else { return nil }
        let limit = now + .seconds(-Leftover.minimumAge)
        let old = (uploads[parts[0]]?.array ?? []).filter { upload in
            upload["Key"]?.string?.hasPrefix("\(parts[1])/\(series.source)/") == true
                && upload["Initiated"]?.string.flatMap(Timestamp.init(rfc3339:)).map { $0 < limit } == true
        }
        guard !old.isEmpty else { return nil }
        return
            "\(old.count) uploads to the bucket were begun and never ended; a lifecycle rule that aborts incomplete multipart "
            + "uploads gives back their space"
    }

    /// A folder that was seen without a mark.
    fileprivate struct Leftover {
        var stamp: Stamp
        var seen: Timestamp

        /// In seconds: longer than any run takes.
        static let minimumAge: Int64 = 172_800
        /// In seconds: what one outage shows is over by then.
        static let patience: Int64 = 72_000

        var name: String { "\(stamp)_\(seen.secondsSinceEpoch)" }
    }
}

extension ObjectStore.Leftover {
    fileprivate init?(name: String) {
        let parts = name.split(separator: "_")
        guard parts.count == 2, let stamp = Stamp(parts[0]), let seconds = Int64(parts[1]) else { return nil }
        self.init(stamp: stamp, seen: Timestamp(secondsSinceEpoch: seconds))
    }
}

extension Dictionary {
    fileprivate func mapKeys<New: Hashable>(_ transform: (Key) -> New) -> [New: Value] {
        Dictionary<New, Value>(uniqueKeysWithValues: map { (transform($0.key), $0.value) })
    }
}
