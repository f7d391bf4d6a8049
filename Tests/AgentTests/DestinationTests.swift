import Foundation
import Support
import Testing

@Suite("Destinations", .onThreadsOfItsOwn)
struct DestinationTests {
    @Test("An artifact is stored, read back, kept by the rules and brought back as it was", arguments: Place.allCases)
    func roundTrip(place: Place) throws {
        let sandbox = try Sandbox()
        try place.with(sandbox) { destination in
            let destination = destination.merging(["QM_KEEP": "daily=2"]) { $1 }
            var counts: [Int?] = []
            for day in 0..<4 {
                let report = try sandbox.store("day \(day)\n", at: Sandbox.stamp(Double(day - 4) * 86400), destination)
                #expect(report.result == "Succeeded" && report.string("verified") == "read", "\(report.all)")
                counts.append(report.number("count"))
            }
            #expect(counts == [1, 2, 2, 2])
            #expect(try sandbox.listed(destination).count == 2)
            #expect(try sandbox.fetched(destination) == "day 3\n")
            let stat = try sandbox.store("day 4\n", destination.merging(["QM_VERIFY": "stat"]) { $1 })
            #expect(stat.result == "Succeeded" && stat.string("verified") == "stat", "\(stat.all)")
            let none = try sandbox.store("day 5\n", destination.merging(["QM_VERIFY": "none"]) { $1 })
            #expect(none.result == "Succeeded" && none.string("verified") == nil, "\(none.all)")
            #expect(try sandbox.fetched(destination) == "day 5\n")
            #expect(sandbox.files(in: "borg.runs").isEmpty, "what says that a run lives is left behind")
        }
    }

    @Test("What is gone is not made anew, by a run, a check or a fetch", arguments: Place.near)
    func gone(place: Place) throws {
        let sandbox = try Sandbox()
        try place.with(sandbox) { destination in
            try sandbox.stage("x\n")
            for verb in ["deliver", "check", "fetch"] {
                if verb == "deliver" { try sandbox.stage("x\n") }
                let report = try sandbox.run(verb, destination.merging(["QM_SOURCES": "db"]) { $1 })
                #expect(report.result == "Failed" && report.string("reason") == "DestinationMissing", "\(report.all)")
            }
            #expect(["restic", "borg", "remote"].allSatisfy { sandbox.files(in: $0).isEmpty })
        }
    }

    @Test("A bucket that does not exist is told as that, and not as what could not be written there")
    func missingBucket() throws {
        let sandbox = try Sandbox()
        try Place.s3.with(sandbox) { destination in
            let nowhere = destination.merging(["QM_REMOTE": "TARGET:elsewhere/prod/shop.nightly"]) { $1 }
            let made = try sandbox.run("prepare", nowhere)
            #expect(made.result == "Failed" && made.string("reason") == "DestinationMissing", "\(made.all)")
            #expect(made.message.hasPrefix("the bucket elsewhere does not exist; make it"), "\(made.all)")
            try sandbox.stage("x\n")
            let stored = try sandbox.run("deliver", nowhere)
            #expect(
                stored.string("reason") == "DestinationMissing" && !stored.message.contains("lock"), "\(stored.all)")
        }
    }

    @Test(
        "A destination that is not required fails no run: its report says it, and a retry would store anew elsewhere",
        arguments: Place.near)
    func optional(place: Place) throws {
        let sandbox = try Sandbox()
        try place.with(sandbox) { destination in
            try sandbox.stage("x\n")
            for (settings, status) in [([:], 1), (["QM_OPTIONAL": "true"], 0)] as [([String: String], Int32)] {
                // It was never made ready.
                let report = try sandbox.run("deliver", destination.merging(settings) { $1 })
                #expect(report.result == "Failed" && report.string("reason") == "DestinationMissing", "\(report.all)")
                #expect(report.status == status, "\(report.all)")
            }
        }
    }

    @Test(
        "What is incomplete or suspicious is no measure, and a restore takes the complete one",
        arguments: Place.near)
    func flaws(place: Place) throws {
        let sandbox = try Sandbox()
        try place.with(sandbox) { destination in
            let destination = destination.merging(["QM_KEEP": "daily=1", "QM_MAX_SHRINK": "50"]) { $1 }
            let good = String(repeating: "good\n", count: 100)
            let stored = try sandbox.store(good, at: Sandbox.stamp(-300), destination)
            #expect(stored.result == "Succeeded", "\(stored.all)")
            try sandbox.stage(good + "and more", at: Sandbox.stamp(-200), partial: "one file changed")
            let partial = try sandbox.deliver(destination)
            #expect(partial.result == "Partial" && partial.status == 3, "\(partial.all)")
            #expect(partial.message == "one file changed" && partial.string("pruned") == "Refused")
            let small = try sandbox.store("small\n", at: Sandbox.stamp(-100), destination)
            #expect(
                small.result == "Succeeded" && small.string("suspicion")?.contains("shrank") == true, "\(small.all)")
            #expect(try sandbox.listed(destination).count == 3)
            #expect(try sandbox.fetched(destination) == good)
            // The next good one is that of its day, and what was wrong goes.
            let again = try sandbox.store(good, destination)
            #expect(again.string("pruned") == "Done" && again.number("deleted") == 3, "\(again.all)")
        }
    }

    @Test("Another cluster is refused, and taken over where it is said", arguments: Place.near)
    func foreign(place: Place) throws {
        let sandbox = try Sandbox()
        try place.with(sandbox) { destination in
            let first = try sandbox.store("theirs\n", at: Sandbox.stamp(-100), destination)
            #expect(first.result == "Succeeded", "\(first.all)")
            var other = destination.merging(["QM_CLUSTER": "other-cluster", "QM_KEEP": "last=1"]) { $1 }
            let refused = try sandbox.store("ours\n", at: Sandbox.stamp(-50), other)
            #expect(refused.result == "Failed" && refused.string("reason") == "ForeignOwner", "\(refused.all)")
            #expect(refused.message.contains("test-cluster"))
            #expect(try sandbox.listed(destination).count == 1)
            other["QM_TAKE_OVER_FROM"] = "test-cluster"
            let taken = try sandbox.store("ours\n", other)
            #expect(taken.result == "Succeeded" && taken.number("deleted") == 1, "\(taken.all)")
            let late = try sandbox.store("theirs\n", destination)
            #expect(late.result == "Failed" && late.string("reason") == "ForeignOwner", "\(late.all)")
        }
    }

    @Test("What fails its verification is no artifact", arguments: Place.allCases)
    func verification(place: Place) throws {
        let sandbox = try Sandbox()
        try place.with(sandbox) { destination in
            let good = try sandbox.store("good\n", at: Sandbox.stamp(-100), destination)
            #expect(good.result == "Succeeded", "\(good.all)")
            // What is read back is another text.
            let program = place.program
            let verb = ["restic": "dump", "borg": "extract"][program] ?? "cat"
            try sandbox.shim(
                program,
                """
                case "$*" in \(verb)*data.tar*) echo damaged; exit 0 ;; esac
                exec /usr/bin/\(program) "$@"
                """)
            let bad = try sandbox.store(
                "bad\n", at: Sandbox.stamp(-50), destination.merging(["QM_KEEP": "last=1"]) { $1 })
            #expect(bad.result == "Failed" && bad.string("reason") == "VerificationFailed", "\(bad.all)")
            #expect(bad.string("verified") == nil)
            try FileManager.default.removeItem(atPath: sandbox.path("shims/\(program)"))
            #expect(try sandbox.listed(destination).count == 1)
            #expect(try sandbox.fetched(destination) == "good\n")
            let next = try sandbox.store("next\n", destination.merging(["QM_KEEP": "last=1"]) { $1 })
            #expect(next.result == "Succeeded" && next.number("count") == 1, "\(next.all)")
        }
    }

    @Test("A clock that was ahead: what is stored afterwards stays, and the run says so", arguments: Place.near)
    func clock(place: Place) throws {
        let sandbox = try Sandbox()
        try place.with(sandbox) { destination in
            let destination = destination.merging(["QM_KEEP": "last=2"]) { $1 }
            for day in 10..<12 {
                _ = try sandbox.store("ahead\n", at: Sandbox.stamp(Double(day) * 86400), destination)
            }
            let report = try sandbox.store("now\n", destination)
            #expect(report.result == "Succeeded" && report.number("count") == 3, "\(report.all)")
            #expect(report.string("finding")?.contains("lies in the future") == true)
            #expect(try sandbox.fetched(destination) == "now\n")
        }
    }

    @Test("A signal is seen at once: the run reports, and the next one is not kept waiting", arguments: Place.allCases)
    func stopped(place: Place) throws {
        let sandbox = try Sandbox()
        try place.with(sandbox) { destination in
            try sandbox.prepare(destination)
            try sandbox.stage("x\n")
            let program = place.program
            let verb = ["restic": "backup", "borg": "create"][program] ?? "copy"
            try sandbox.shim(
                program,
                """
                case "$1" in \(verb)) touch \(sandbox.path("inside")); sleep 300 ;; esac
                exec /usr/bin/\(program) "$@"
                """)
            let running = try sandbox.start("deliver", destination)
            try eventually("the upload has begun") { sandbox.files(in: "").contains("inside") }
            let began = Date()
            running.terminate()
            let report = try sandbox.report(of: running)
            #expect(report.result == "Failed" && report.message == "stopped by a signal", "\(report.all)")
            #expect(Date().timeIntervalSince(began) < 25)
            try FileManager.default.removeItem(atPath: sandbox.path("shims/\(program)"))
            let next = try sandbox.store(
                "y\n", destination.merging(["QM_LOCK_ATTEMPTS": "0", "QM_LOCK_WAIT": "1"]) { $1 })
            #expect(next.result == "Succeeded", "\(next.all)")
        }
    }

    @Test("Nothing secret is an argument of a program or stands in a log", arguments: Place.near)
    func secrets(place: Place) throws {
        let sandbox = try Sandbox()
        try place.with(sandbox) { destination in
            let program = place.program
            try sandbox.recordArguments(of: program)
            let report = try sandbox.store("x\n", destination)
            #expect(report.result == "Succeeded", "\(report.all)")
            let arguments = try sandbox.recordedArguments()
            for secret in ["restic-secret-5512", "borg-secret-9931", "s3-secret-482913"] {
                #expect(!report.all.contains(secret) && !arguments.contains(secret))
            }
        }
    }

    @Test("A key that ends in a line end, a blank or a carriage return opens what it has made")
    func passwords() throws {
        for password in ["secret with blanks  ", "line end\n", "windows\r\n", "   both \r\n"] {
            let sandbox = try Sandbox()
            let destination = try sandbox.resticDestination().merging([
                "QM_CREDENTIALS": try sandbox.credentials("odd", ["RESTIC_PASSWORD": password])
            ]) { $1 }
            let report = try sandbox.store("x\n", destination)
            #expect(report.result == "Succeeded", "\(report.all)")
            // As docs/guides/restore.md has it: the program itself takes off what is blank at either end.
            try Sandbox.tool(
                "restic", ["snapshots"],
                environment: [
                    "RESTIC_PASSWORD_FILE": sandbox.path("odd/RESTIC_PASSWORD"),
                    "RESTIC_REPOSITORY": sandbox.path("restic"),
                ])
        }
    }

    @Test("A repository to which one can only add keeps what was verified as an artifact")
    func appendOnly() throws {
        let sandbox = try Sandbox()
        let destination = try sandbox.resticDestination()
        try sandbox.shim(
            "restic",
            """
            case "$1" in tag|forget|prune) echo 'Fatal: unable to remove: 403 Forbidden' >&2; exit 1 ;; esac
            exec /usr/bin/restic "$@"
            """)
        let report = try sandbox.store("x\n", destination.merging(["QM_KEEP": "last=1"]) { $1 })
        #expect(report.result == "Succeeded" && report.number("count") == 1, "\(report.all)")
        untilTheNextSecond()
        let second = try sandbox.store("y\n", destination.merging(["QM_KEEP": "last=1"]) { $1 })
        #expect(second.result == "Succeeded" && second.string("pruned") == "Failed", "\(second.all)")
        #expect(second.string("finding")?.contains("could not be deleted") == true)
        #expect(try sandbox.fetched(destination) == "y\n")
    }

    @Test("Artifacts of the scripts before are listed, kept by the rules and brought back", arguments: Place.near)
    func earlier(place: Place) throws {
        let sandbox = try Sandbox()
        try place.withServer(sandbox) { destination, server in
            try sandbox.prepare(destination)
            let stamp = Sandbox.stamp(-86400)
            try sandbox.stage("of before\n", at: stamp)
            try EarlierFormat.store(place, sandbox, server, stamp: stamp, size: 10)
            #expect(try sandbox.listed(destination) == [stamp])
            #expect(try sandbox.fetched(destination) == "of before\n")
            let report = try sandbox.store("of now\n", destination.merging(["QM_KEEP": "last=1"]) { $1 })
            #expect(report.result == "Succeeded" && report.number("deleted") == 1, "\(report.all)")
        }
    }
}

/// What the scripts of versions before the agent have stored.
enum EarlierFormat {
    static func store(_ place: Place, _ sandbox: Sandbox, _ server: S3Server?, stamp: String, size: Int) throws {
        let artifact = sandbox.path("staging/artifact")
        switch place {
        case .rclone:
            let folder = sandbox.path("remote/shop.nightly/db")
            try Sandbox.tool(
                "rclone", ["copy", artifact, "\(folder)/\(stamp)"], environment: ["RCLONE_CONFIG": "/dev/null"])
            try sandbox.write(try mark(sandbox, stamp, size), to: "remote/shop.nightly/db/\(stamp)_\(size).json")
        case .s3:
            let remote = try #require(server?.remote)
            try sandbox.write(try mark(sandbox, stamp, size), to: "mark.json")
            let folder = "S:backups/prod/shop.nightly/db"
            try Sandbox.tool("rclone", ["copy", artifact, "\(folder)/\(stamp)"], environment: remote)
            try Sandbox.tool(
                "rclone", ["copyto", sandbox.path("mark.json"), "\(folder)/\(stamp)_\(size).json"], environment: remote)
        case .restic:
            try Sandbox.tool(
                "restic",
                [
                    "backup", "--host", "shop.nightly", "--tag", "source=db", "--tag", "at=\(stamp)", "--tag",
                    "bytes=\(size)",
                    artifact,
                ],
                environment: ["RESTIC_PASSWORD": "restic-secret-5512", "RESTIC_REPOSITORY": sandbox.path("restic")])
        case .borg, .ssh:
            try Sandbox.tool(
                "sh",
                ["-c", "cd '\(artifact)' && borg create --comment '\(size)' '::shop.nightly.db@\(stamp)' ."],
                environment: [
                    "BORG_PASSPHRASE": "borg-secret-9931", "BORG_REPO": sandbox.path("borg"),
                    "BORG_BASE_DIR": sandbox.path("b"), "BORG_RELOCATED_REPO_ACCESS_IS_OK": "yes",
                ])
        }
    }

    private static func mark(_ sandbox: Sandbox, _ stamp: String, _ size: Int) throws -> String {
        let sums = try String(contentsOfFile: sandbox.path("staging/artifact/SHA256SUMS"), encoding: .utf8).prefix(64)
        return
            #"{"version":1,"namespace":"shop","policy":"nightly","source":"db","artifact":"\#(stamp)","sizeBytes":\#(size),"partial":false,"files":{"data.tar":"\#(sums)"}}"#
            + "\n"
    }
}
