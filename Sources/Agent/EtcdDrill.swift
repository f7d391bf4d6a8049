internal import BackupModel

/// Restores a snapshot of etcd into a folder, and looks at what has come of it.
enum EtcdDrill {
    /// An etcd without a single key has more.
    private static let smallestDatabase: Int64 = 20_480

    static func run(_ report: inout RunReport) throws {
        let drill = try Drill(&report)
        defer { Files.removeTree(Drill.scratch) }
        let folder = Settings.artifactFolder
        try EtcdSnapshot.unpack(in: folder)
        guard Files.exists("\(folder)/\(EtcdSnapshot.plain)") else {
            throw AgentFailure("the artifact has no snapshot of etcd")
        }
        // It compares the checksum that etcd has put at the snapshot's end.
        try Program("etcdutl", ["snapshot", "restore", "\(folder)/\(EtcdSnapshot.plain)", "--data-dir", Drill.scratch])
            .text(orFail: "the snapshot can't be restored")
        guard let size = Files.size("\(Drill.scratch)/member/snap/db") else {
            throw AgentFailure("the restored etcd has no member/snap/db")
        }
        guard size >= smallestDatabase else { throw AgentFailure("the restored etcd has only \(size) bytes") }
        guard !Files.names(in: "\(Drill.scratch)/member/wal").isEmpty else {
            throw AgentFailure("the restored etcd has no member/wal")
        }
        let token = Files.size("\(folder)/\(EtcdSnapshot.token)") ?? 0
        if Settings.flag("QM_ETCD_TOKEN"), token == 0 {
            throw AgentFailure("the artifact has no token: no other host can be restored from it")
        }
        Log.say("the restored etcd has \(size) bytes")
        try drill.pass(&report)
    }
}
