internal import BackupModel
internal import KubeAPI

/// What every drill begins and ends with: the artifact lies in the staging folder, fetched from where it is stored.
struct Drill {
    /// Where the drill restores to; it is gone afterwards.
    static var scratch: String { "\(Settings.staging)/scratch" }

    private let stamp: String
    private let began: Int64

    /// - Throws: where there is no artifact.
    init(_ report: inout RunReport) throws {
        guard let stamp = Files.line("\(Settings.runFolder)/stamp") else {
            throw AgentFailure("there is no artifact to restore")
        }
        self.stamp = stamp
        // The fetching is part of a restore.
        began = Files.line("\(Settings.runFolder)/pod-began").flatMap(Int64.init) ?? Timestamp.now().secondsSinceEpoch
        report.artifact = stamp
        Files.removeTree(Self.scratch)
    }

    /// - Throws: where the restore took longer than it may.
    func pass(_ report: inout RunReport) throws {
        let seconds = Timestamp.now().secondsSinceEpoch - began
        report.durationSeconds = seconds
        if let limit = try Settings.number("QM_MAX_SECONDS"), seconds > limit {
            throw AgentFailure("the restore of \(stamp) took \(seconds) s, more than maxDuration (\(limit) s)")
        }
        report.result = .succeeded
        Log.say("restored \(stamp) in \(seconds) s")
    }
}
