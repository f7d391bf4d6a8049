import Foundation
import Support
import Testing

@Suite("Runs that work in the same place", .onThreadsOfItsOwn)
struct LockTests {
    @Test("A run waits for another one's lease, takes one that has ended for dead, and leaves none behind")
    func waits() throws {
        let sandbox = try Sandbox()
        let destination = try sandbox.localDestination()
        try sandbox.prepare(destination)
        try sandbox.stage("x\n")
        let folder = "remote/shop.nightly/db/lock"
        let future = Int(Date().timeIntervalSince1970) + 600
        try sandbox.write("x", to: "\(folder)/\(future)-other")
        let waiting = try sandbox.run("deliver", destination.merging(["QM_LOCK_ATTEMPTS": "1"]) { $1 })
        #expect(
            waiting.result == "Failed" && waiting.message.contains("another run works in this folder"),
            "\(waiting.all)")
        #expect(sandbox.files(in: "remote/shop.nightly/db") == ["lock"])
        #expect(sandbox.files(in: folder) == ["\(future)-other"])

        try FileManager.default.removeItem(atPath: sandbox.path("\(folder)/\(future)-other"))
        try sandbox.write("x", to: "\(folder)/\(Int(Date().timeIntervalSince1970) - 200)-dead")
        let stored = try sandbox.run("deliver", destination)
        #expect(stored.result == "Succeeded", "\(stored.all)")
        #expect(sandbox.files(in: folder).isEmpty)
    }

    @Test("Of many runs at the same time no two are in the folder together")
    func oneAtATime() throws {
        let sandbox = try Sandbox()
        let folder = try sandbox.localDestination()
        try sandbox.prepare(folder)
        // Each run is in a pod of its own and says when it is inside.
        let pods = try (0..<4).map { _ in try Sandbox() }
        let running = try pods.enumerated().map { index, pod in
            try pod.stage("\(index)\n", at: Sandbox.stamp(Double(index)))
            try pod.shim(
                "rclone",
                """
                if [ "$1" = copy ]; then
                    echo in >>\(sandbox.path("order")); sleep 0.3; /usr/bin/rclone "$@"; status=$?
                    echo out >>\(sandbox.path("order")); exit $status
                fi
                exec /usr/bin/rclone "$@"
                """)
            return try pod.start("deliver", folder.merging(["QM_LOCK_ATTEMPTS": "60", "QM_KEEP": "last=9"]) { $1 })
        }
        for (pod, process) in zip(pods, running) {
            let report = try pod.report(of: process)
            #expect(report.result == "Succeeded", "\(report.all)")
        }
        let order = try String(contentsOfFile: sandbox.path("order"), encoding: .utf8)
        #expect(order == String(repeating: "in\nout\n", count: 4))
        #expect(sandbox.files(in: "remote/shop.nightly/db/lock").isEmpty)
    }

    @Test(
        "What a run that was killed holds is free again after the length of a lease",
        arguments: [Place.rclone, .borg])
    func killed(place: Place) throws {
        let sandbox = try Sandbox()
        try place.with(sandbox) { destination in
            let destination = destination.merging([
                "QM_LEASE_SECONDS": "10", "QM_LOCK_ATTEMPTS": "30", "QM_LOCK_WAIT": "60",
            ]) { $1 }
            try sandbox.prepare(destination)
            try sandbox.stage("x\n", at: Sandbox.stamp(-60))
            let program = place == .borg ? "borg" : "rclone"
            let inside = sandbox.path("inside")
            if place == .borg {
                // It holds the lock while it reads what never ends.
                try sandbox.shim(
                    "borg",
                    """
                    case "$1" in create) shift; { touch '\(inside)'; sleep 300; } | /usr/bin/borg create "$@" - ; exit ;; esac
                    exec /usr/bin/borg "$@"
                    """)
            } else {
                try sandbox.shim(
                    "rclone", "[ \"$1\" != copy ] || { touch '\(inside)'; sleep 300; }\nexec /usr/bin/rclone \"$@\"")
            }
            let running = try sandbox.start("deliver", destination)
            try eventually("the run holds the place") {
                place == .borg
                    ? !sandbox.files(in: "borg/lock.exclusive").isEmpty
                    : !sandbox.files(in: "remote/shop.nightly/db/lock").isEmpty
            }
            try eventually("the program is inside") { FileManager.default.fileExists(atPath: inside) }
            running.killGroup()
            try FileManager.default.removeItem(atPath: sandbox.path("shims/\(program)"))
            let next = try sandbox.store("y\n", destination)
            #expect(next.result == "Succeeded" && next.number("count") == 1, "\(next.all)")
        }
    }

    @Test("A key that may not delete leaves leases that end by themselves")
    func noDeletion() throws {
        let sandbox = try Sandbox()
        let destination = try sandbox.localDestination().merging(["QM_LEASE_SECONDS": "3", "QM_LOCK_ATTEMPTS": "10"]) {
            $1
        }
        try sandbox.prepare(destination)
        try sandbox.shim(
            "rclone",
            "case \"$1\" in deletefile|purge|delete) echo AccessDenied >&2; exit 1 ;; esac\nexec /usr/bin/rclone \"$@\""
        )
        for run in 0..<2 {
            let report = try sandbox.store("\(run)\n", destination)
            #expect(report.result == "Succeeded", "\(report.all)")
            untilTheNextSecond()
        }
    }

    @Test("The folder of a killed run stays until it was seen twice without a mark, a day apart")
    func leftovers() throws {
        let sandbox = try Sandbox()
        let destination = try sandbox.localDestination()
        try sandbox.prepare(destination)
        let left = Sandbox.stamp(-4 * 86400)
        let folder = "remote/shop.nightly/db"
        try sandbox.write("half", to: "\(folder)/\(left)/data.tar")
        let first = try sandbox.store("x\n", at: Sandbox.stamp(-60), destination)
        #expect(first.result == "Succeeded", "\(first.all)")
        let notes = sandbox.files(in: "\(folder)/leftover")
        #expect(notes.count == 1 && sandbox.files(in: folder).contains(left))
        // Seen again at once: that is one sight.
        let second = try sandbox.store("y\n", at: Sandbox.stamp(-30), destination)
        #expect(second.result == "Succeeded" && sandbox.files(in: folder).contains(left), "\(second.all)")
        // As if the first time lay a day back.
        let note = try #require(notes.first)
        try FileManager.default.removeItem(atPath: sandbox.path("\(folder)/leftover/\(note)"))
        let seen = Int(Date().timeIntervalSince1970) - 86400
        try sandbox.write("x", to: "\(folder)/leftover/\(left)_\(seen)")
        let third = try sandbox.store("z\n", destination)
        #expect(third.result == "Succeeded" && !sandbox.files(in: folder).contains(left), "\(third.all)")
    }

    @Test("A listing that loses the marks for a moment costs no artifact", arguments: 1...7)
    func lostMarks(call: Int) throws {
        let sandbox = try Sandbox()
        let destination = try sandbox.localDestination().merging(["QM_KEEP": "daily=30"]) { $1 }
        for day in 1...5 {
            _ = try sandbox.store("day \(day)\n", at: Sandbox.stamp(Double(day - 8) * 86400), destination)
        }
        try sandbox.shim(
            "rclone",
            """
            if [ "$1" = lsf ]; then
                echo x >>\(sandbox.path("calls"))
                [ "$(wc -l <\(sandbox.path("calls")))" -ne \(call) ] || exit 3
            fi
            exec /usr/bin/rclone "$@"
            """)
        let report = try sandbox.store("new\n", destination)
        try FileManager.default.removeItem(atPath: sandbox.path("shims/rclone"))
        #expect(try sandbox.listed(destination).count == (report.result == "Failed" ? 5 : 6), "\(report.all)")
        let files = try Sandbox.tool("find", [sandbox.path("remote"), "-name", "data.tar"]).split(separator: "\n")
        #expect(files.count >= 5, "\(report.all)")
    }

    @Test("Of two that prepare a place one makes it, and the other finds it", arguments: [Place.restic, .borg])
    func prepared(place: Place) throws {
        let sandbox = try Sandbox()
        try place.with(sandbox) { destination in
            let other = try Sandbox()
            let first = try sandbox.start("prepare", destination)
            let second = try other.start("prepare", destination.merging(["QM_PREPARE_DELAY_SECONDS": "30"]) { $1 })
            #expect(try sandbox.report(of: first).result == "Succeeded")
            let report = try other.report(of: second)
            #expect(report.result == "Succeeded" && !report.log.contains("making it"), "\(report.all)")
            #expect(try sandbox.store("x\n", destination).result == "Succeeded")
        }
    }

    @Test(
        "Where runs have stored before, nothing is made anew; what former versions stored is enough",
        arguments: Place.near)
    func expected(place: Place) throws {
        let sandbox = try Sandbox()
        try place.with(sandbox) { destination in
            let expecting = destination.merging(["QM_EXPECTED_SOURCES": "db"]) { $1 }
            let missing = try sandbox.run("prepare", expecting)
            #expect(missing.result == "Failed" && missing.string("reason") == "DestinationMissing", "\(missing.all)")
            let again = try sandbox.run("prepare", expecting)
            #expect(again.string("reason") == "DestinationMissing", "\(again.all)")
            #expect(try sandbox.store("x\n", destination).result == "Succeeded")
            if place == .rclone {
                try FileManager.default.removeItem(atPath: sandbox.path("remote/shop.nightly/owner.json"))
            }
            let found = try sandbox.run("prepare", expecting)
            #expect(found.result == "Succeeded", "\(found.all)")
        }
    }

    @Test("A lease that never changes is dead after the length of one, whatever end it names")
    func farEnd() throws {
        let sandbox = try Sandbox()
        let destination = try sandbox.localDestination().merging(["QM_LEASE_SECONDS": "3", "QM_LOCK_ATTEMPTS": "20"]) {
            $1
        }
        try #require(try sandbox.store("x\n", destination).result == "Succeeded")
        try sandbox.write("odd", to: "remote/shop.nightly/db/lock/9999999999-x")
        let report = try sandbox.store("y\n", destination)
        #expect(report.result == "Succeeded" && report.log.contains("locked by 9999999999-x"), "\(report.all)")
        #expect(sandbox.files(in: "remote/shop.nightly/db/lock").isEmpty)
    }
}
