import Foundation
import Glibc
import Support
import Testing

@Suite("Backups of volumes by the agent", .onThreadsOfItsOwn)
struct VolumeBackupTests {
    @Test("A volume goes to restic and comes back as it was; a second pod replaces the first one's snapshot")
    func restic() throws {
        let sandbox = try Sandbox()
        try sandbox.fillVolume()
        try sandbox.recordArguments(of: "restic")
        for _ in 0..<2 {
            let source = try sandbox.run("source-pvc", sandbox.volumeSource)
            try #require(source.result == "Succeeded", "\(source.all)")
            let stored = try sandbox.deliver(sandbox.resticDestination())
            try #require(stored.result == "Succeeded", "\(stored.all)")
            // Two runs of one day, whatever their pods are called.
            #expect(stored.number("count") == 1 && stored.string("verified") == "read", "\(stored.all)")
            #expect(!stored.all.contains("restic-secret-5512"))
            untilTheNextSecond()
        }
        #expect(try !sandbox.recordedArguments().contains("restic-secret-5512"))
        let environment = [
            "RESTIC_PASSWORD": "restic-secret-5512", "RESTIC_REPOSITORY": sandbox.path("restic"),
            "RESTIC_CACHE_DIR": sandbox.path("c"),
        ]
        try Sandbox.tool("restic", ["restore", "latest", "--target", sandbox.path("back")], environment: environment)
        let archive = sandbox.path("back") + sandbox.path("staging/artifact/data.tar")
        #expect(try sandbox.differences(from: archive) == "")
    }

    @Test("A volume goes to borg over ssh and comes back as it was")
    func borgOverSSH() throws {
        let sandbox = try Sandbox()
        try sandbox.fillVolume()
        let server = try SSHServer(sandbox)
        defer { server.stop() }
        let source = try sandbox.run("source-pvc", sandbox.volumeSource)
        try #require(source.result == "Succeeded", "\(source.all)")
        let stored = try sandbox.deliver(server.destination(sandbox))
        try #require(stored.result == "Succeeded", "\(stored.all)")
        #expect(stored.string("pruned") == "Done" && stored.number("count") == 1)
        #expect(!stored.all.contains("borg-secret-9931"))
        let environment = [
            "BORG_PASSPHRASE": "borg-secret-9931", "BORG_REPO": sandbox.path("borg"),
            "BORG_BASE_DIR": sandbox.path("b"), "BORG_RELOCATED_REPO_ACCESS_IS_OK": "yes",
        ]
        let archive = "::shop.nightly.db@\(try #require(stored.string("artifact")))"
        try Sandbox.tool(
            "sh", ["-c", "cd \(sandbox.path("tmp")) && borg extract \(archive)"], environment: environment)
        #expect(try sandbox.differences(from: sandbox.path("tmp/data.tar")) == "")
    }

    @Test("A volume goes to a folder of rclone and comes back as it was")
    func objects() throws {
        let sandbox = try Sandbox()
        try sandbox.fillVolume()
        let source = try sandbox.run("source-pvc", sandbox.volumeSource)
        try #require(source.result == "Succeeded", "\(source.all)")
        let stored = try sandbox.deliver(sandbox.localDestination())
        try #require(stored.result == "Succeeded" && stored.string("verified") == "read", "\(stored.all)")
        // As docs/guides/restore.md has it, with a folder for the remote.
        let artifact = try #require(stored.string("artifact"))
        try Sandbox.tool(
            "rclone", ["copy", sandbox.path("remote/shop.nightly/db/\(artifact)"), sandbox.path("artifact")],
            environment: ["RCLONE_CONFIG": "/dev/null"])
        #expect(try sandbox.differences(from: sandbox.path("artifact/data.tar")) == "")
    }

    @Test(
        "What is another file system below the volume is named, and makes the run a partial one",
        .enabled(if: getuid() == 0))
    func otherFileSystem() throws {
        let sandbox = try Sandbox()
        try sandbox.fillVolume()
        for name in ["volume/mount point", "volume/cache/left out"] {
            try FileManager.default.createDirectory(atPath: sandbox.path(name), withIntermediateDirectories: true)
            try Sandbox.tool("mount", ["-t", "tmpfs", "none", sandbox.path(name)])
        }
        defer {
            for name in ["volume/mount point", "volume/cache/left out"] {
                _ = try? Sandbox.tool("umount", [sandbox.path(name)])
            }
        }
        try sandbox.write("of another file system", to: "volume/mount point/file")
        let report = try sandbox.run("source-pvc", sandbox.volumeSource)
        #expect(report.result == "Partial" && report.status == 0, "\(report.all)")
        #expect(report.message == "not archived, because they are other file systems: mount point", "\(report.all)")
        let stored = try sandbox.deliver(sandbox.localDestination())
        #expect(stored.result == "Partial" && stored.message.contains("mount point"), "\(stored.all)")
    }

    @Test("File capabilities come back with the options that a restore has", .enabled(if: getuid() == 0))
    func capabilities() throws {
        let sandbox = try Sandbox()
        try sandbox.fillVolume()
        try Sandbox.tool("setcap", ["cap_net_bind_service=ep", sandbox.path("volume/deep/er/tool.sh")])
        let report = try sandbox.run("source-pvc", sandbox.volumeSource)
        try #require(report.result == "Succeeded", "\(report.all)")
        try FileManager.default.createDirectory(atPath: sandbox.path("out"), withIntermediateDirectories: true)
        try Sandbox.tool(
            "tar",
            [
                "--extract", "--file", sandbox.path("staging/artifact/data.tar"), "--directory", sandbox.path("out"),
                "--numeric-owner", "--acls", "--xattrs", "--xattrs-include=*", "--same-permissions",
            ])
        #expect(try Sandbox.tool("getcap", [sandbox.path("out/deep/er/tool.sh")]).contains("cap_net_bind_service=ep"))
    }

    @Test("Files that change while they are read are named, and those that may change are no fault")
    func changing() throws {
        let sandbox = try Sandbox()
        try sandbox.fillVolume()
        for name in ["log/app.log", "log/other.log", "data.bin"] {
            try sandbox.write(String(repeating: "x", count: 400_000), to: "volume/\(name)")
        }
        // At each tenth record that tar writes something grows.
        let grow = "for f in log/app.log log/other.log data.bin; do echo x >>\(sandbox.path("volume"))/$f; done"
        try sandbox.write("#!/bin/sh\n" + grow + "\n", to: "grow", isExecutable: true)
        try sandbox.shim(
            "tar", "exec /usr/bin/tar --checkpoint=10 --checkpoint-action=exec=\(sandbox.path("grow")) \"$@\"\n")
        let partial = try sandbox.run("source-pvc", sandbox.volumeSource.merging(["QM_CHANGING": "/log/app*"]) { $1 })
        #expect(partial.result == "Partial", "\(partial.all)")
        #expect(partial.message.contains("log/other.log") && partial.message.contains("data.bin"), "\(partial.all)")
        #expect(!partial.message.contains("app.log"), "\(partial.all)")
        let expected = try sandbox.run("source-pvc", sandbox.volumeSource.merging(["QM_CHANGING": "log\n*.bin"]) { $1 })
        #expect(expected.result == "Succeeded" && expected.message.isEmpty, "\(expected.all)")
    }

    @Test("An empty volume is no success")
    func emptyVolume() throws {
        let sandbox = try Sandbox()
        for name in ["volume", "volume/lost+found", "volume/cache"] {
            try FileManager.default.createDirectory(atPath: sandbox.path(name), withIntermediateDirectories: true)
        }
        let failed = try sandbox.run("source-pvc", sandbox.volumeSource)
        #expect(failed.result == "Failed" && failed.message.contains("the volume is empty"), "\(failed.all)")
    }

    @Test("With one destination down the others have their backup, each with its own report")
    func oneDestinationDown() throws {
        let sandbox = try Sandbox()
        try sandbox.fillVolume()
        let source = try sandbox.run("source-pvc", sandbox.volumeSource)
        try #require(source.result == "Succeeded", "\(source.all)")
        var down = try sandbox.localDestination()
        down["QM_CREDENTIALS"] = try sandbox.credentials(
            "down", ["rclone.conf": "[box]\ntype = webdav\nurl = http://127.0.0.1:\(try freePort())\nvendor = other\n"])
        let failed = try sandbox.run("deliver", down)
        #expect(failed.status == 1 && failed.message.contains("connection refused"), "\(failed.all)")
        let stored = try sandbox.deliver(sandbox.localDestination())
        #expect(stored.result == "Succeeded", "\(stored.all)")
    }

    @Test("What is stored and then changes is noticed when it is read back")
    func readBack() throws {
        let sandbox = try Sandbox()
        try sandbox.fillVolume()
        _ = try sandbox.run("source-pvc", sandbox.volumeSource)
        try sandbox.shim(
            "rclone",
            "/usr/bin/rclone \"$@\" || exit\n[ \"$1\" != copy ] || find \(sandbox.path("remote")) -name data.tar -exec sh -c 'printf X | dd of=\"$1\" bs=1 seek=600 conv=notrunc 2>/dev/null' _ {} \\;\n"
        )
        let failed = try sandbox.deliver(sandbox.localDestination())
        #expect(failed.result == "Failed" && failed.string("reason") == "VerificationFailed", "\(failed.all)")
        #expect(sandbox.files(in: "remote/shop.nightly/db").filter { $0.hasSuffix(".json") }.isEmpty)
    }

    @Test("An artifact that shrank by more than half is kept and stops the pruning, until it is grown again")
    func shrunk() throws {
        let sandbox = try Sandbox()
        var destination = try sandbox.localDestination()
        destination["QM_MAX_SHRINK"] = "50"
        destination["QM_KEEP"] = "last=1 minKeep=1"
        var reports: [Report] = []
        for size in [400_000, 1000, 1000, 400_000] {
            try sandbox.write(String(repeating: "x", count: size), to: "volume/file")
            _ = try sandbox.run("source-pvc", sandbox.volumeSource)
            reports.append(try sandbox.deliver(destination))
            untilTheNextSecond()
        }
        #expect(reports.map(\.result) == Array(repeating: "Succeeded", count: 4), "\(reports.map(\.all))")
        #expect(reports.map { $0.string("pruned") } == ["Done", "Refused", "Refused", "Done"])
        #expect(reports.map { $0.number("count") } == [1, 2, 3, 1])
        #expect(reports[1].string("suspicion")?.contains("shrank by more than 50 %") == true)
    }
}

/// An sshd on the loopback that knows one key.
final class SSHServer: Sendable {
    private let port: Int
    private let process: Running
    private let hostKey: String
    private let userKey: String

    init(_ sandbox: Sandbox) throws {
        port = try freePort()
        for name in ["host", "user"] {
            try Sandbox.tool("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", sandbox.path(name)])
        }
        if getuid() == 0 {
            try FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true)
        }
        hostKey = try String(contentsOfFile: sandbox.path("host.pub"), encoding: .utf8)
        userKey = try String(contentsOfFile: sandbox.path("user"), encoding: .utf8)
        process = try Running(
            "/usr/sbin/sshd",
            [
                "-D", "-e", "-f", "/dev/null", "-h", sandbox.path("host"), "-o", "ListenAddress=127.0.0.1", "-p",
                String(port), "-o", "AuthorizedKeysFile=\(sandbox.path("user.pub"))", "-o", "StrictModes=no", "-o",
                "UsePAM=no", "-o", "PermitRootLogin=yes", "-o", "PidFile=none",
            ], environment: ["PATH": "/usr/bin:/bin"], log: sandbox.path("sshd.log"))
        let log = process
        try eventually("sshd listens") { log.log.contains("Server listening") }
    }

    /// To be deferred by the test: the server must live longer than its last mention.
    func stop() {
        process.terminate()
        process.wait()
    }

    func destination(_ sandbox: Sandbox) throws -> [String: String] {
        let words = hostKey.split(separator: " ")
        return [
            "QM_KIND": "borg", "QM_DESTINATION": "borg",
            "QM_REPOSITORY": "ssh://\(NSUserName())@127.0.0.1:\(port)\(sandbox.path("borg"))",
            "QM_CREDENTIALS": try sandbox.credentials(
                "borg-secret",
                [
                    "BORG_PASSPHRASE": "borg-secret-9931", "ssh-privatekey": userKey,
                    "known_hosts": "[127.0.0.1]:\(port) \(words[0]) \(words[1])\n",
                ]),
        ]
    }
}
