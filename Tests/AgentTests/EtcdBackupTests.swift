import Foundation
import Support
import Testing

@Suite("Backups of the etcd of K3s by the agent", .onThreadsOfItsOwn)
struct EtcdBackupTests {
    @Test("The snapshot of this run, the token and the manifests are the artifact; one snapshot stays on the server")
    func wholeWay() throws {
        let sandbox = try Sandbox()
        let k3s = try K3s(sandbox)
        for _ in 0..<3 {
            let source = try sandbox.run("source-etcd", k3s.source)
            try #require(source.result == "Succeeded", "\(source.all)")
            #expect(
                sandbox.files(in: "staging/artifact") == [
                    "SHA256SUMS", "etcd-snapshot.zip", "manifests.tar", "token",
                ])
            #expect(!source.all.contains(K3s.token))
            untilTheNextSecond()
        }
        // Those of the server's own schedule, and of a series whose name goes on, are not ours to prune.
        let left = sandbox.files(in: "k3s/db/snapshots")
        #expect(left.count { $0.hasPrefix("nightly-db-abcdefgh-node-1-") } == 1, "\(left)")
        #expect(left.contains("etcd-snapshot-node-1-1700000000") && left.contains("nightly-db-1700000001"))
        #expect(try String(contentsOfFile: sandbox.path("staging/artifact/token"), encoding: .utf8) == K3s.token)
        let manifests = try Sandbox.tool("tar", ["-xOf", sandbox.path("staging/artifact/manifests.tar")])
        #expect(manifests == "kind: Addon\n")
    }

    @Test("Uncompressed, without token and manifests, where the policy says so")
    func options() throws {
        let sandbox = try Sandbox()
        let k3s = try K3s(sandbox)
        let source = try sandbox.run(
            "source-etcd",
            k3s.source.merging(
                ["QM_ETCD_COMPRESS": "false", "QM_ETCD_TOKEN": "false", "QM_ETCD_MANIFESTS": "false"]
            ) { $1 })
        try #require(source.result == "Succeeded", "\(source.all)")
        #expect(sandbox.files(in: "staging/artifact") == ["SHA256SUMS", "etcd-snapshot.db"])
    }

    @Test(
        "An answer of success is none where there is no snapshot, or an empty one",
        arguments: [("nothing", "left no nightly-db-abcdefgh"), ("empty", "is empty"), ("old", "left no nightly")])
    func answersSuccess(fault: String, words: String) throws {
        let sandbox = try Sandbox()
        let k3s = try K3s(sandbox, fault: fault)
        let source = try sandbox.run("source-etcd", k3s.source)
        #expect(source.result == "Failed" && source.message.contains(words), "\(source.all)")
        #expect(source.log.contains("upload failed"))
        #expect(sandbox.files(in: "staging/artifact").isEmpty)
    }

    @Test("Another datastore is told apart from a failure, in old words and in new ones")
    func otherDatastore() throws {
        let sandbox = try Sandbox()
        for fault in ["disabled", "not found"] {
            let k3s = try K3s(sandbox, fault: fault)
            let source = try sandbox.run("source-etcd", k3s.source)
            #expect(source.string("reason") == "UnsupportedDatastore" && source.result == "Failed", "\(source.all)")
        }
        let k3s = try K3s(sandbox, fault: "refused")
        let refused = try sandbox.run("source-etcd", k3s.source)
        #expect(refused.string("reason") == nil && refused.message.contains("connection refused"), "\(refused.all)")
        try FileManager.default.removeItem(atPath: sandbox.path("k3s/db/etcd"))
        let none = try sandbox.run("source-etcd", k3s.source)
        #expect(none.string("reason") == "UnsupportedDatastore", "\(none.all)")
    }

    @Test("A snapshot of a real etcd goes through the backup and a drill, and the new etcd has the keys")
    func realEtcd() throws {
        let sandbox = try Sandbox()
        let etcd = try EtcdServer()
        defer { etcd.stop() }
        for number in 0..<50 { try etcd.control(["put", "/registry/test/\(number)", "value \(number)"]) }
        let k3s = try K3s(sandbox, etcd: etcd)
        let folder = try sandbox.localDestination()
        let source = try sandbox.run("source-etcd", k3s.source)
        try #require(source.result == "Succeeded", "\(source.all)")
        let stored = try sandbox.deliver(folder)
        try #require(stored.result == "Succeeded", "\(stored.all)")
        let want = try etcd.control(["get", "--prefix", "/registry", "--print-value-only=false"])

        let fetched = try sandbox.run("fetch", folder.merging(["QM_UNPACK": "true"]) { $1 })
        try #require(fetched.result == "Succeeded", "\(fetched.all)")
        #expect(sandbox.files(in: "staging/artifact").contains("etcd-snapshot.db"))
        // The distribution's version has it in etcdctl. What it has restored is looked at before the drill removes it.
        let kept = sandbox.path("kept")
        try sandbox.shim(
            "etcdutl", "ETCDCTL_API=3 etcdctl \"$@\" || exit\ncp -r \(sandbox.path("staging/scratch")) \(kept)\n")
        let drill = try sandbox.run("drill-etcd", ["QM_ETCD_TOKEN": "true", "QM_MAX_SECONDS": "600"])
        #expect(drill.result == "Succeeded" && drill.string("artifact") == stored.string("artifact"), "\(drill.all)")
        let again = try EtcdServer(data: kept)
        defer { again.stop() }
        #expect(try again.control(["get", "--prefix", "/registry", "--print-value-only=false"]) == want)

        // Half a snapshot does not pass, nor one without the token.
        #expect(sandbox.files(in: "staging/scratch").isEmpty)
        try FileManager.default.removeItem(atPath: kept)
        try FileManager.default.removeItem(atPath: sandbox.path("staging/artifact/token"))
        let bare = try sandbox.run("drill-etcd", ["QM_ETCD_TOKEN": "true"])
        #expect(bare.result == "Failed" && bare.message.contains("no token"), "\(bare.all)")
        try Sandbox.tool("truncate", ["-s", "-3000", sandbox.path("staging/artifact/etcd-snapshot.db")])
        let failed = try sandbox.run("drill-etcd", [:])
        #expect(failed.result == "Failed" && failed.message.contains("can't be restored"), "\(failed.all)")
    }
}

/// A stand-in for `k3s` and its server's folder, which behaves as documented: snapshots are named
/// NAME-NODE-SECONDS, and what goes wrong on the server is logged there and still answered with success.
struct K3s {
    static let token = "K10fedcba::server:token-of-this-cluster"
    let source: [String: String]

    /// - Parameters:
    ///   - fault: what goes wrong.
    ///   - etcd: whose snapshots are taken; `nil`: they are nothing but bytes.
    init(_ sandbox: Sandbox, fault: String = "", etcd: EtcdServer? = nil) throws {
        let snapshots = sandbox.path("k3s/db/snapshots")
        try FileManager.default.createDirectory(atPath: snapshots, withIntermediateDirectories: true)
        try sandbox.write("member", to: "k3s/db/etcd/name")
        try sandbox.write(Self.token, to: "k3s/token")
        try sandbox.write("kind: Addon\n", to: "k3s/manifests/addon.yaml")
        for name in ["etcd-snapshot-node-1-1700000000", "nightly-db-1700000001"] {
            try sandbox.write("of somebody else", to: "k3s/db/snapshots/\(name)")
        }
        let take =
            etcd.map { "ETCDCTL_API=3 etcdctl --endpoints=\($0.address) snapshot save \"$file\" >/dev/null" }
            ?? "head -c 50000 /dev/urandom >\"$file\""
        try sandbox.shim(
            "k3s",
            #"""
            [ "$1" = etcd-snapshot ] || exit 2
            # As a server whose configuration has etcd-s3, with an address that does not answer.
            case " $* " in
                *" --etcd-s3=false "*) ;;
                *) echo 'FATA[0000] failed to initialize S3 client' >&2; exit 1 ;;
            esac
            verb=$2; shift 2
            name=on-demand; dir=; compress=; retention=5
            while [ $# -gt 0 ]; do
                case $1 in
                    --name) name=$2; shift ;;
                    --etcd-snapshot-dir) dir=$2; shift ;;
                    --etcd-snapshot-retention) retention=$2; shift ;;
                    --etcd-snapshot-compress) compress=true ;;
                    --etcd-s3=false) ;;
                    *) echo "flag provided but not defined: $1" >&2; exit 1 ;;
                esac
                shift
            done
            if [ "$verb" = prune ]; then
                ls -1t "$dir" | grep "^$name" | tail -n +$((retention + 1)) | while read -r old; do rm "$dir/$old"; done
                exit 0
            fi
            case '\#(fault)' in
                disabled) echo 'FATA[0000] see server log for details: etcd datastore disabled' >&2; exit 1 ;;
                'not found') echo 'FATA[0000] etcd database not found in /var/lib/rancher/k3s/server' >&2; exit 1 ;;
                refused) echo 'FATA[0000] dial tcp 127.0.0.1:6443: connect: connection refused' >&2; exit 1 ;;
                nothing | old) echo 'level=error msg="upload failed"' >&2; exit 0 ;;
            esac
            file="$dir/$name-node-1-$(date +%s)"
            \#(take)
            [ -z "$compress" ] || { (cd "$dir" && zip -q "$file.zip" "$(basename "$file")"); rm "$file"; file="$file.zip"; }
            [ '\#(fault)' != empty ] || { : >"$file"; echo 'level=error msg="upload failed"' >&2; }
            echo "level=info msg=\"Snapshot $(basename "$file") saved.\""
            """#)
        if fault == "old" {
            try sandbox.write("yesterday's", to: "k3s/db/snapshots/nightly-db-abcdefgh-node-1-1700000000")
        }
        source = [
            "QM_K3S": sandbox.path("k3s"), "QM_SNAPSHOTS": snapshots, "QM_SNAPSHOT_NAME": "nightly-db-abcdefgh",
            "QM_ETCD_COMPRESS": "true", "QM_ETCD_TOKEN": "true", "QM_ETCD_MANIFESTS": "true",
        ]
    }
}

/// An etcd of the distribution on free ports of the loopback.
final class EtcdServer: Sendable {
    let address: String
    private let folder: URL
    private let process: Running

    /// - Parameter data: a data folder that is there; `nil`: an empty one.
    init(data: String? = nil) throws {
        let client = try freePort()
        let peer = try freePort()
        address = "http://127.0.0.1:\(client)"
        folder = FileManager.default.temporaryDirectory.appending(path: "qm-etcd-\(UUID().uuidString.prefix(8))")
        process = try Running(
            "/usr/bin/etcd",
            [
                "--data-dir", data ?? folder.path, "--listen-client-urls", address, "--advertise-client-urls", address,
                "--listen-peer-urls", "http://127.0.0.1:\(peer)",
            ], environment: ["PATH": "/usr/bin:/bin"],
            log: FileManager.default.temporaryDirectory.appending(path: "qm-etcd-\(client).log").path)
        try eventually("etcd answers") { (try? control(["endpoint", "health"])) != nil }
    }

    /// To be deferred by the test: the server must live longer than its last mention.
    func stop() {
        process.terminate()
        process.wait()
        try? FileManager.default.removeItem(at: folder)
    }

    @discardableResult
    func control(_ arguments: [String]) throws -> String {
        try Sandbox.tool("etcdctl", ["--endpoints=\(address)"] + arguments, environment: ["ETCDCTL_API": "3"])
    }
}
