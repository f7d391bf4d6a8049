internal import KubeAPI

/// What has to be done to get one artifact back, as commands for a shell. Nothing of it is done by the operator: what a
/// restore overwrites is for a person to decide.
package struct RestorePlan: Sendable, Hashable {
    package struct Step: Sendable, Hashable {
        package var title: String
        /// Lines of shell; `#` begins what is to be read.
        package var lines: [String]
    }

    package struct Refusal: Error, Sendable, Hashable, CustomStringConvertible {
        package var description: String
    }

    package var source: String
    package var destination: String
    /// Such as `20260131T020000Z`.
    package var artifact: String
    package var steps: [Step]
    /// What is to be known of the artifact before anything else is read.
    package var remarks: [String] = []

    /// - Parameters:
    ///   - target: `SOURCE` or `SOURCE/DESTINATION`.
    ///   - artifact: where it is `nil` the newest one that is known to be complete, else the newest one.
    /// - Throws: `Refusal` that says what to write instead.
    package init(of policy: BackupPolicy, target: String, at artifact: String?) throws(Refusal) {
        let words = target.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let names = policy.spec.sources.map(\.name).joined(separator: ", ")
        guard let source = policy.spec.sources.first(where: { $0.name == words[0] }), words.count <= 2 else {
            throw Refusal(description: "\"\(target)\" is no target; the sources of the policy are \(names)")
        }
        if source.velero != nil {
            let name = BackupPolicy.veleroDestination
            guard words.count == 1 || words[1] == name,
                let backup = artifact ?? policy.status?.target(source.name, name)?.artifact
            else {
                throw Refusal(
                    description:
                        "no backup of \(source.name) is known; look with velero backup get, and name it with --at")
            }
            self.source = source.name
            self.destination = name
            self.artifact = backup
            steps = RestoreCommands.restore(fromVelero: backup, in: policy.metadata.namespace ?? "")
            return
        }
        let destination = try Self.destination(of: policy, source.name, words.count == 2 ? words[1] : nil)
        let known = policy.status?.targets?.first { $0.source == source.name && $0.destination == destination.name }
        guard let artifact = artifact ?? known?.complete ?? known?.artifact else {
            throw Refusal(
                description: "no artifact of \(source.name) at \(destination.name) is known; look what is there as "
                    + "docs/guides/restore.md shows, and name it with --at 20260131T020000Z")
        }
        guard Self.artifactName.isFound(in: artifact) else {
            throw Refusal(description: "--at \"\(artifact)\" is no artifact; they are named as in 20260131T020000Z")
        }
        self.source = source.name
        self.destination = destination.name
        self.artifact = artifact
        let commands = RestoreCommands(policy: policy, source: source, destination: destination, artifact: artifact)
        remarks = known?.remarks(choosing: artifact) ?? []
        steps = [commands.credentials, commands.fetch, commands.check] + commands.restore
    }

    private static let artifactName = LazyExpression("^[0-9]{8}T[0-9]{6}Z$")

    /// The one that is named, else the one with the newest good backup.
    private static func destination(
        of policy: BackupPolicy, _ source: String, _ name: String?
    ) throws(Refusal) -> BackupPolicy.Destination {
        let all = policy.spec.destinations
        if let name {
            if let found = all.first(where: { $0.name == name }) { return found }
            let names = all.map(\.name).joined(separator: ", ")
            throw Refusal(description: "\"\(name)\" is no destination; those of the policy are \(names)")
        }
        let newest = (policy.status?.targets ?? []).filter { $0.source == source && $0.lastSuccessTime != nil }
            .max { ($0.lastSuccessTime ?? .distantPast) < ($1.lastSuccessTime ?? .distantPast) }
        return all.first { $0.name == newest?.destination } ?? all[0]
    }

    /// Each step counts on those before it.
    package static let preamble = [
        "# For a bash of its own, step by step or as a file: the first command that fails ends it.",
        "set -eo pipefail",
    ]

    /// As a script to be read: each step under its title.
    package var text: String {
        let parts = steps.enumerated().map { index, step in
            (["# \(index + 1). \(step.title)"] + step.lines).joined(separator: "\n")
        }
        let head = [remarks.map { "# \($0)" }, Self.preamble].filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
        return (head + parts).joined(separator: "\n\n") + "\n"
    }
}

extension BackupPolicy.Target {
    /// What is odd about the choice of an artifact, as far as the status knows it.
    fileprivate func remarks(choosing chosen: String) -> [String] {
        guard let newest = artifact else { return [] }
        let isComplete = newest == complete
        let words = suspicion.map { "suspicious: \($0)" } ?? "not known to be complete"
        switch chosen {
        case newest: return isComplete ? [] : ["The artifact \(newest) is \(words)."]
        case complete:
            return [
                "The artifact \(chosen) is not the newest one. \(newest) is \(words);",
                "with --at \(newest) it is the one that is restored.",
            ]
        default: return chosen < newest ? ["The artifact \(chosen) is not the newest one: that is \(newest)."] : []
        }
    }
}

extension Timestamp {
    fileprivate static let distantPast = Timestamp(secondsSinceEpoch: 0)
}
