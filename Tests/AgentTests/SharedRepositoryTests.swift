import Foundation
import Support
import Testing

@Suite("Repositories that several runs share", .onThreadsOfItsOwn)
struct SharedRepositoryTests {
    @Test("Retention of one series leaves the others alone, also those whose names begin alike")
    func series() throws {
        let sandbox = try Sandbox()
        try sandbox.fillVolume()
        for destination in [try sandbox.borgDestination(), try sandbox.resticDestination()] {
            var counts: [Int?] = []
            for source in ["app", "app-staging", "app", "app-staging", "app"] {
                let name = ["QM_SOURCE": source, "QM_KEEP": "last=1 minKeep=1"]
                _ = try sandbox.run("source-pvc", sandbox.volumeSource.merging(name) { $1 })
                let stored = try sandbox.deliver(destination.merging(name) { $1 })
                try #require(stored.result == "Succeeded", "\(stored.all)")
                counts.append(stored.number("count"))
                untilTheNextSecond()
            }
            #expect(counts == [1, 1, 1, 1, 1])
            let both = try sandbox.run("check", destination.merging(["QM_SOURCES": "app\napp-staging"]) { $1 })
            #expect(both.list("checked") == ["app", "app-staging"], "\(both.all)")
        }
    }

    @Test("In a pod with the name of its node a live lock of restic is not taken for a stale one, an old one is")
    func sharedHost() throws {
        let sandbox = try Sandbox()
        try sandbox.fillVolume()
        let destination = try sandbox.resticDestination().merging(["QM_SHARED_HOST": "true", "QM_LOCK_ATTEMPTS": "1"]) {
            $1
        }
        _ = try sandbox.run("source-pvc", sandbox.volumeSource)
        let first = try sandbox.deliver(destination)
        try #require(first.result == "Succeeded", "\(first.all)")
        // The lock of a process that is gone from this host: restic alone would take it away at once.
        let environment = [
            "RESTIC_PASSWORD": "restic-secret-5512", "RESTIC_REPOSITORY": sandbox.path("restic"),
            "RESTIC_CACHE_DIR": sandbox.path("c"),
        ]
        // It is held while its input does not end.
        let holding = try Running(
            "/bin/sh", ["-c", "sleep 300 | restic backup --stdin"],
            environment: environment.merging(["PATH": "/usr/bin:/bin"]) { $1 }, log: sandbox.path("hold.log"))
        // Under its own name: restic writes it under another one first.
        let locks = { sandbox.files(in: "restic/locks").filter { !$0.contains("-tmp-") } }
        try eventually("there is a lock") { !locks().isEmpty }
        holding.killGroup()
        try #require(!locks().isEmpty)
        // Checks need the repository for themselves.
        let check = ["QM_SOURCES": "db"]
        let waiting = try sandbox.run("check", destination.merging(check) { $1 })
        #expect(waiting.result == "Failed" && waiting.message.contains("locked"), "\(waiting.all)")
        // As if that time had passed already.
        let later = try sandbox.run(
            "check", destination.merging(check) { $1 }.merging(["QM_LEASE_SECONDS": "1"]) { $1 })
        #expect(later.result == "Succeeded", "\(later.all)")
        #expect(sandbox.files(in: "restic/locks").isEmpty)
    }

    @Test("Files that changed while they were read make the run incomplete: it is stored, and prunes nothing")
    func partial() throws {
        let sandbox = try Sandbox()
        try sandbox.fillVolume()
        try sandbox.shim(
            "tar",
            """
            /usr/bin/tar "$@"; status=$?
            case "$*" in *--create*) echo 'tar: ./plain.txt: file changed as we read it' >&2; exit 1 ;; esac
            exit $status
            """)
        let source = try sandbox.run("source-pvc", sandbox.volumeSource)
        #expect(source.result == "Partial" && source.status == 0, "\(source.all)")
        let stored = try sandbox.deliver(sandbox.resticDestination())
        #expect(stored.result == "Partial" && stored.string("pruned") == "Refused", "\(stored.all)")
        #expect(stored.message.contains("files changed while they were read: plain.txt"))
    }
}
