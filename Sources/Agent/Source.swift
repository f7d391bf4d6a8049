internal import BackupModel
internal import Glibc
internal import KubeAPI

/// What every source begins and ends with.
///
/// A source leaves its files in the artifact's folder. A file stands there under its own name only when it is whole.
enum Source {
    /// What was saved is not all.
    struct Omissions {
        private(set) var notes: [String] = []

        mutating func add(_ note: String) {
            notes.append(note)
            Log.say("incomplete: \(note)")
        }
    }

    /// Policies do not all begin at once. The first container that halts or reads anything waits.
    static func waitForTurn() throws {
        guard let delay = try Settings.number("QM_DELAY_SECONDS"), delay > 0 else { return }
        Log.say("waiting \(delay) s, so that policies do not all begin at once")
        try Stop.sleep(.seconds(delay))
    }

    /// - Parameter save: makes the files; what it adds to the omissions makes the artifact a partial one.
    static func run(
        _ report: inout RunReport, save: (_ omissions: inout Omissions, _ report: inout RunReport) throws -> Void
    ) throws {
        // A new attempt in the same folder begins anew.
        for folder in [Settings.artifactFolder, Settings.runFolder] { Files.removeTree(folder) }
        if let failure = Files.text("\(Settings.staging)/hooks/failed") { throw AgentFailure(failure) }
        let began = Timestamp.now()
        try waitForTurn()
        let stamp = try Handover.begin(podBegan: began)
        report.artifact = stamp.description
        do {
            var omissions = Omissions()
            try save(&omissions, &report)
            let omission = omissions.notes.isEmpty ? nil : omissions.notes.joined(separator: "; ")
            try Handover.complete(stamp, omission: omission, report: &report)
        } catch {
            Files.removeTree(Settings.artifactFolder)
            throw error
        }
    }

    /// The path of a file of the artifact that is being made.
    static func part(_ name: String) -> String { "\(Settings.artifactFolder)/\(name).part" }

    /// Gives a file of the artifact its own name, now that it is whole.
    ///
    /// - Parameter ending: of the name, where that of the part has none.
    static func finish(_ name: String, as ending: String = "") throws {
        try Files.move(part(name), to: "\(Settings.artifactFolder)/\(name)\(ending)")
    }
}
