internal import KubeAPI

/// Stores what a source has left, in the one order that never leaves less than there was: store, read back, commit, and only
/// then prune.
package struct Delivery {
    package enum Verification: String, Sendable { case none, stat, read }

    package struct Settings: Sendable {
        package var verification: Verification
        package var retention: RetentionRules
        package var minSizeBytes: Int64
        /// 100 switches it off.
        package var maxShrinkPercent: Int64

        package init(
            verification: Verification, retention: RetentionRules, minSizeBytes: Int64 = 1,
            maxShrinkPercent: Int64 = 100
        ) {
            self.verification = verification
            self.retention = retention
            self.minSizeBytes = minSizeBytes
            self.maxShrinkPercent = maxShrinkPercent
        }
    }

    private let store: any ArtifactStore
    private let settings: Settings
    private let context: RunContext

    package init(to store: any ArtifactStore, _ settings: Settings, _ context: RunContext) {
        self.store = store
        self.settings = settings
        self.context = context
    }

    /// - Parameters:
    ///   - omission: what the source says of a partial artifact.
    ///   - report: what is known so far, also where it throws.
    package func run(_ artifact: NewArtifact, omission: String? = nil, report: inout RunReport) throws {
        guard try store.isPresent() else { throw RunFailure.missing }
        try store.acquire()
        defer { store.release() }
        var artifact = artifact
        let before = try store.ownArtifacts()
        report.suspicion = suspicion(of: artifact, after: before)
        if report.suspicion != nil { artifact.flaws.insert(.suspect) }
        if let suspicion = report.suspicion { context.say("suspicious: \(suspicion)") }

        let (id, unread) = try store.put(artifact)
        if unread != nil { artifact.flaws.insert(.partial) }
        report.artifact = artifact.stamp.description
        report.sizeBytes = artifact.sizeBytes
        try verify(artifact, id: id)
        let committed = try store.commit(artifact, id: id)
        // Only what counts has been verified.
        if settings.verification != .none { report.verified = settings.verification.rawValue }

        let omissions = [omission, unread].compactMap(\.self).joined(separator: "; ")
        report.result = artifact.flaws.contains(.partial) ? .partial : .succeeded
        report.message = report.result == .partial ? omissions : ""
        do {
            try prune(committed, before: before, report: &report)
        } catch let failure as RunFailure where !failure.isEnd {
            // What was stored is stored.
            report.pruned = "Failed"
            report.finding = "what is too old could not be deleted: \(failure)"
        }
        context.say("\(report.result.rawValue): \(artifact.stamp), \(artifact.sizeBytes) bytes")
    }

    /// Compares with the newest artifact that nothing was wrong with.
    private func suspicion(of artifact: NewArtifact, after before: [Artifact]) -> String? {
        let bytes = artifact.sizeBytes
        if bytes < settings.minSizeBytes {
            return "the artifact has \(bytes) bytes, less than minSizeBytes (\(settings.minSizeBytes))"
        }
        let last = before.newestComplete(at: context.now())
        guard let last, Double(bytes) * 100 < Double(last.sizeBytes) * Double(100 - settings.maxShrinkPercent) else {
            return nil
        }
        return "the artifact has \(bytes) bytes, the one before had \(last.sizeBytes): it shrank by more than "
            + "\(settings.maxShrinkPercent) %"
    }

    private func verify(_ artifact: NewArtifact, id: String) throws {
        let differences: [String]
        switch settings.verification {
        case .none: return
        case .stat:
            let stored = try store.files(of: id)
            differences = artifact.checksums.entries.compactMap { entry in
                guard let size = stored[entry.file] else { return "\(entry.file) is not there" }
                return size == nil || size == artifact.sizes[entry.file] ? nil : "\(entry.file) differs in size"
            }
        case .read:
            differences = store.differences(from: artifact.checksums, in: id)
        }
        guard differences.isEmpty else {
            throw RunFailure(differences.prefix(3).joined(separator: "; "), .verificationFailed)
        }
    }

    private func prune(_ committed: Artifact, before: [Artifact], report: inout RunReport) throws {
        let now = context.now()
        let after = try store.ownArtifacts()
        report.describe(after, at: now)
        if let ahead = after.filter({ $0.isFromFuture(at: now) }).max(by: { $0.stamp < $1.stamp }) {
            report.finding =
                "\(ahead.stamp) lies in the future: the clock of a node is or was wrong. It is kept, and no measure"
        }
        // A listing that shows less than is known to be there is no ground to delete anything.
        let listed = Set(after.map(\.stamp))
        if let missing = ([committed] + before).map(\.stamp).first(where: { !listed.contains($0) }) {
            report.pruned = "Failed"
            report.finding = "the artifact \(missing) is not in the listing after it was; nothing was pruned"
            return
        }
        guard report.suspicion == nil, report.result == .succeeded else {
            report.pruned = "Refused"
            return
        }
        let plan = settings.retention.plan(for: after, storing: committed.stamp, at: now)
        report.finding = try report.finding ?? store.sweep(at: now)
        guard !plan.deleted.isEmpty else {
            report.pruned = "Done"
            return
        }
        if let gone = try store.missing(of: plan.kept).first {
            report.pruned = "Failed"
            report.finding = "the artifact \(gone.stamp) is listed and not there; nothing was pruned"
            return
        }
        var left = after
        // Also where the run is ended in the middle: what it has deleted is not missing.
        defer {
            report.deleted = Int64(after.count - left.count)
            report.describe(left, at: now)
        }
        for old in plan.deleted {
            context.say("deleting \(old.stamp)")
            try store.erase(old)
            left.removeAll { $0 == old }
        }
        try store.reclaim()
        report.pruned = "Done"
    }
}

extension RunReport {
    fileprivate mutating func describe(_ artifacts: [Artifact], at now: Timestamp) {
        count = Int64(artifacts.count)
        oldest = artifacts.map(\.stamp).min()?.description
        complete = artifacts.newestComplete(at: now)?.stamp.description
    }
}

extension [Artifact] {
    /// One from the future is no measure: a clock was wrong.
    fileprivate func newestComplete(at now: Timestamp) -> Artifact? {
        filter { $0.isComplete && !$0.isFromFuture(at: now) }.max { $0.stamp < $1.stamp }
    }
}

extension ArtifactStore {
    /// Reads every file of the artifact where it is stored.
    ///
    /// - Returns: what is not as the checksums say.
    package func differences(from checksums: Checksums, in id: String) -> [String] {
        checksums.entries.compactMap { entry in
            let digest = SHA256()
            do {
                try read(entry.file, of: id) { digest.update($0) }
            } catch {
                return "\(entry.file) could not be read back: \(error)"
            }
            return digest.finish() == entry.digest ? nil : "\(entry.file) was read back and is not what was stored"
        }
    }
}
