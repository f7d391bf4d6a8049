internal import KubeAPI

/// A destination of a policy with where it is and what is known of it there.
package struct PolicyDestination: Sendable {
    let spec: BackupPolicy.Destination
    /// As the agent is told.
    let place: [(String, String)]
    /// What the status says of it; nothing of one that was somewhere else.
    let known: BackupPolicy.DestinationStatus
    /// The sources of which a run has succeeded at a destination that is not known to be ready: an operator of a former version
    /// has recorded no more than that. What a move to another place began with is not there.
    let expectedSources: [String]
    /// Whether the policy can't do without it.
    let isRequired: Bool

    var name: String { spec.name }
    var credentials: String { spec.credentialsSecretRef.name }

    init(_ spec: BackupPolicy.Destination, of policy: BackupPolicy) {
        self.spec = spec
        place = policy.place(of: spec)
        isRequired = policy.requiredDestinations.contains(spec.name)
        let hash = ChildName.stableHash(place.map { "\($0)=\($1)" }.joined(separator: "\n"))
        let entry = policy.status?.destination(spec.name)
        if let entry, entry.place == hash {
            known = entry
        } else {
            var new = BackupPolicy.DestinationStatus(name: spec.name)
            new.place = hash
            known = new
        }
        let stored = (policy.status?.targets ?? []).filter { target in
            guard target.destination == spec.name, let success = target.lastSuccessTime else { return false }
            return entry?.movedTime.map { success > $0 } ?? true
        }
        expectedSources = entry == nil || entry?.place == hash ? stored.map(\.source).sorted() : []
    }
}

extension BackupPolicy {
    /// Where the destination is.
    func place(of destination: Destination) -> [(String, String)] {
        if let restic = destination.restic {
            return [("QM_KIND", "restic"), ("QM_REPOSITORY", restic.repository)]
        }
        if let borg = destination.borg {
            return [
                ("QM_KIND", "borg"), ("QM_REPOSITORY", borg.repository), ("QM_REMOTE_PATH", borg.remotePath ?? ""),
            ]
        }
        if let rclone = destination.rclone {
            return [("QM_KIND", "rclone"), ("QM_REMOTE", "\(rclone.remote):\(folder(rclone.path))")]
        }
        guard let s3 = destination.s3 else { preconditionFailure("a destination without a kind passed validation") }
        return [
            ("QM_KIND", "s3"), ("QM_REMOTE", "TARGET:\(folder("\(s3.bucket)/\(s3.prefix ?? "")"))"),
            ("QM_S3_ENDPOINT", s3.endpoint), ("QM_S3_REGION", s3.region),
            ("QM_S3_PATH_STYLE", String(s3.forcePathStyle)),
        ]
    }

    /// A folder of this policy alone; the agent puts those of the sources into it.
    private func folder(_ base: String) -> String {
        var base = Substring(base)
        while base.last == "/" { base.removeLast() }
        let own = "\(metadata.namespace ?? "").\(metadata.name ?? "")"
        return base.isEmpty ? own : "\(base)/\(own)"
    }

    /// A number below `limit`, always the same for one policy, so that several of them spread.
    func spread(over limit: Int) -> Int {
        let name = "\(metadata.namespace ?? "")/\(metadata.name ?? "")"
        return ChildName.stableHash(name).utf8.reduce(0) { ($0 * 31 + Int($1)) % 1_000_003 } % limit
    }
}
