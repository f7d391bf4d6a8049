internal import BackupModel

/// The snapshot of an etcd in an artifact.
enum EtcdSnapshot {
    static let plain = "etcd-snapshot.db"
    static let compressed = "etcd-snapshot.zip"
    static let token = "token"
    static let manifests = "manifests"

    /// Leaves the snapshot as etcd's own programs read it. Nothing is done where it was never compressed.
    static func unpack(in folder: String) throws {
        let archive = "\(folder)/\(compressed)"
        guard Files.exists(archive), !Files.exists("\(folder)/\(plain)") else { return }
        let part = "\(folder)/\(plain).part"
        let writer = try FileWriter(part)
        let ending = try Program("unzip", ["-p", archive]).run { try writer.write($0) }
        try writer.close()
        guard ending.status == 0 else { throw AgentFailure("\(compressed) can't be unpacked", ending) }
        try Files.move(part, to: "\(folder)/\(plain)")
    }
}
