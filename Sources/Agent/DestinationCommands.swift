internal import BackupModel
internal import Glibc
internal import KubeAPI

/// What the containers of a destination do.
enum DestinationCommands {
    private static var context: RunContext { RunContext(now: Timestamp.now, say: Log.say) }

    /// Makes the destination ready for its first artifacts. One pod of a policy does it, before there is anything, and no other
    /// ever makes a repository.
    static func prepare(_ report: inout RunReport) throws {
        let store = try Destination.store()
        defer { store.release() }
        try Preparation(of: store, context).run(
            patience: .seconds(try Settings.number("QM_PREPARE_DELAY_SECONDS") ?? 0),
            expecting: Settings.list("QM_EXPECTED_SOURCES"), sleep: { try Stop.sleep($0) })
        report.result = .succeeded
    }

    static func deliver(_ report: inout RunReport) throws {
        let handover = try Handover()
        guard let retention = RetentionRules(words: Settings.text("QM_KEEP") ?? "") else {
            throw AgentFailure("QM_KEEP holds no rules: \(Settings.text("QM_KEEP") ?? "")")
        }
        let settings = Delivery.Settings(
            verification: Delivery.Verification(rawValue: Settings.text("QM_VERIFY") ?? "read") ?? .read,
            retention: retention, minSizeBytes: try Settings.number("QM_MIN_SIZE") ?? 1,
            maxShrinkPercent: try Settings.number("QM_MAX_SHRINK") ?? 100)
        try Delivery(to: try Destination.store(), settings, context)
            .run(handover.artifact, omission: handover.omission, report: &report)
    }

    static func check(_ report: inout RunReport) throws {
        try Inspection(of: try Destination.store(), context).run(
            sources: Settings.list("QM_SOURCES"), part: Int(try Settings.number("QM_CHECK_PART") ?? 1), report: &report)
    }

    /// Prints what is stored of the source, newest first.
    static func list(_ report: inout RunReport) throws {
        let store = try Destination.store()
        guard try store.isPresent() else { throw AgentFailure.missing }
        let artifacts = try store.ownArtifacts().sorted { $0.stamp > $1.stamp }
        for artifact in artifacts {
            let flaws = artifact.flaws.map(\.rawValue).sorted().joined(separator: ", ")
            Log.say("\(artifact.stamp) \(artifact.sizeBytes) bytes\(flaws.isEmpty ? "" : ", \(flaws)")")
        }
        report.count = Int64(artifacts.count)
        report.result = .succeeded
    }

    static func fetch(_ report: inout RunReport) throws {
        let began = Timestamp.now()
        for folder in [Settings.artifactFolder, Settings.runFolder] {
            Files.removeTree(folder)
            try Files.makeFolder(folder)
        }
        try Files.write("\(began.secondsSinceEpoch)\n", to: "\(Settings.runFolder)/pod-began")
        let retrieval = Retrieval(from: try Destination.store(), context)
        let name = Settings.text("QM_ARTIFACT")
        let stamp = name.flatMap { Stamp($0) }
        guard name == nil || stamp != nil else {
            throw AgentFailure("QM_ARTIFACT is \(name ?? "") and no artifact's name")
        }
        let artifact = try retrieval.choose(stamp)
        report.artifact = artifact.stamp.description
        try retrieval.fetch(artifact) { file in
            let path = "\(Settings.artifactFolder)/\(file)"
            try Files.makeFolder(path.parentFolder)
            let writer = try FileWriter(path)
            return { try writer.write($0) }
        }
        if Settings.flag("QM_UNPACK") { try EtcdSnapshot.unpack(in: Settings.artifactFolder) }
        try Files.write("\(artifact.stamp)\n", to: "\(Settings.runFolder)/stamp")
        report.result = .succeeded
        report.sizeBytes = artifact.sizeBytes
        Log.say("fetched \(artifact.stamp), \(artifact.sizeBytes) bytes")
    }
}

extension String {
    /// The path without its last part.
    var parentFolder: String { String(self[..<(lastIndex(of: "/") ?? startIndex)]) }
}
