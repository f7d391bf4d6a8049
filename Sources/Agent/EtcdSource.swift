internal import BackupModel
internal import Glibc

/// Takes a snapshot of the etcd that K3s has built in, on one of its servers.
///
/// The running server takes it; what its program answers is not enough: the snapshot counts when its file is there. The
/// program is the node's own, so that it is of the server's version.
enum EtcdSource {
    private static var program: String { Settings.text("QM_K3S_PROGRAM") ?? "k3s" }

    static func run(_ report: inout RunReport) throws {
        let server = try Settings.required("QM_K3S")
        let snapshots = try Settings.required("QM_SNAPSHOTS")
        let name = try Settings.required("QM_SNAPSHOT_NAME")
        try Source.run(&report) { _, _ in
            guard Files.isFolder("\(server)/db/etcd") else { throw unsupported("there is no \(server)/db/etcd") }
            let taken = try take(name, in: snapshots)
            try copy("\(snapshots)/\(taken)", compressed: taken.hasSuffix(".zip"))
            // Without it no other host can read what the snapshot has encrypted.
            if Settings.flag("QM_ETCD_TOKEN") { try copyToken(of: server) }
            if Settings.flag("QM_ETCD_MANIFESTS") { try archiveManifests(of: server) }
        }
        prune(name, in: snapshots)
    }

    /// - Returns: the name of the new snapshot's file.
    private static func take(_ name: String, in folder: String) throws -> String {
        let before = Set(EtcdSnapshotName.files(of: name, among: Files.names(in: folder)))
        var arguments = ["etcd-snapshot", "save"] + options(name, folder)
        if Settings.flag("QM_ETCD_COMPRESS") { arguments.append("--etcd-snapshot-compress") }
        let (ending, output) = try Program(program, arguments).collect()
        let answer = Secrets.hide(String(decoding: output, as: UTF8.self))
        Log.say(answer)
        guard ending.status == 0 else {
            let words = "\(answer)\n\(ending.messages)".lowercased()
            if ["etcd datastore disabled", "etcd database not found"].contains(where: words.contains) {
                throw unsupported(ending.words.isEmpty ? answer : ending.words)
            }
            let said = Program.Ending(status: ending.status, messages: "\(answer)\n\(ending.messages)")
            throw AgentFailure("the snapshot could not be taken", said)
        }
        let new = EtcdSnapshotName.files(of: name, among: Files.names(in: folder)).filter { !before.contains($0) }
        guard let taken = new.first else {
            throw AgentFailure(
                "k3s answered success, but left no \(name)-… in \(folder); see the log of the K3s server")
        }
        guard new.count == 1 else {
            throw AgentFailure("more than one snapshot of this name was taken at once: \(new.joined(separator: " "))")
        }
        guard let size = Files.size("\(folder)/\(taken)"), size > 0 else {
            throw AgentFailure("the snapshot \(taken) is empty; see the log of the K3s server")
        }
        return taken
    }

    private static func copy(_ path: String, compressed: Bool) throws {
        let file = compressed ? EtcdSnapshot.compressed : EtcdSnapshot.plain
        try Program("cp", [path, Source.part(file)]).text(orFail: "the snapshot could not be copied")
        guard try Files.sha256(path) == Files.sha256(Source.part(file)) else {
            throw AgentFailure("the snapshot \(path) changed while it was copied")
        }
        try Source.finish(file)
    }

    private static func copyToken(of server: String) throws {
        guard let token = Files.text("\(server)/token"), !token.isEmpty else {
            throw AgentFailure("the server's token could not be read from \(server)/token")
        }
        try Files.write(token, to: "\(Settings.artifactFolder)/\(EtcdSnapshot.token)", mode: 0o640)
    }

    private static func archiveManifests(of server: String) throws {
        let file = EtcdSnapshot.manifests
        try Program("tar", ["-cf", Source.part(file), "-C", server, "manifests"])
            .text(orFail: "the server's manifests could not be archived")
        try Source.finish(file, as: ".tar")
    }

    /// One stays on the server. That older ones could not be removed is no reason to lose this one.
    private static func prune(_ name: String, in folder: String) {
        let arguments = ["etcd-snapshot", "prune"] + options(name, folder) + ["--etcd-snapshot-retention", "1"]
        do {
            try Program(program, arguments).text(orFail: "older snapshots of this name stay on the server for now")
        } catch {
            Log.say("\(error)")
        }
    }

    /// A server that keeps snapshots in S3 by its configuration would store this one there too, and fail with it;
    /// pruning would delete there.
    private static func options(_ name: String, _ folder: String) -> [String] {
        ["--name", name, "--etcd-snapshot-dir", folder, "--etcd-s3=false"]
    }

    private static func unsupported(_ words: String) -> AgentFailure {
        AgentFailure("this server does not keep its data in the embedded etcd of K3s: \(words)", .unsupportedDatastore)
    }
}
