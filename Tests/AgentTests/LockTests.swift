import Foundation
import Support
import Testing

@Suite("Locks of stores that have none of their own", .onThreadsOfItsOwn)
struct LockTests {
    @Test("A run waits for another one's lock, takes an old one for dead, and leaves none behind")
    func waits() throws {
        let sandbox = try Sandbox()
        let destination = try sandbox.localDestination()
        try sandbox.fillVolume()
        _ = try sandbox.run("source-pvc", sandbox.volumeSource)
        let folder = "remote/shop.nightly/db/lock"
        let future = Int(Date().timeIntervalSince1970) + 600
        try sandbox.write("x", to: "\(folder)/\(future)-qm.other-pod")
        let waiting = try sandbox.deliver(destination.merging(["QM_LOCK_ATTEMPTS": "1"]) { $1 })
        #expect(
            waiting.result == "Failed" && waiting.message.contains("another run works in this folder"),
            "\(waiting.all)")
        #expect(sandbox.files(in: "remote/shop.nightly/db") == ["lock"])
        #expect(sandbox.files(in: folder) == ["\(future)-qm.other-pod"])

        try FileManager.default.removeItem(atPath: sandbox.path("\(folder)/\(future)-qm.other-pod"))
        try sandbox.write("x", to: "\(folder)/\(Int(Date().timeIntervalSince1970) - 5)-qm.dead-pod")
        let stored = try sandbox.deliver(destination)
        #expect(stored.result == "Succeeded", "\(stored.all)")
        #expect(sandbox.files(in: folder).isEmpty)
    }

    @Test("Of many runs at the same time no two are in the folder together")
    func oneAtATime() throws {
        let sandbox = try Sandbox()
        let folder = try sandbox.localDestination()
        // Each run is in a pod of its own and says when it is inside.
        let pods = try (0..<4).map { _ in try Sandbox() }
        let running = try pods.map { pod in
            try pod.fillVolume()
            _ = try pod.run("source-pvc", pod.volumeSource)
            try pod.shim(
                "rclone",
                """
                if [ "$1" = copy ]; then
                    echo in >>\(sandbox.path("order")); sleep 0.3; /usr/bin/rclone "$@"; status=$?
                    echo out >>\(sandbox.path("order")); exit $status
                fi
                exec /usr/bin/rclone "$@"
                """)
            return try pod.start(
                "destination-objects.sh", folder.merging(["QM_LOCK_ATTEMPTS": "60", "QM_KEEP": "last=9"]) { $1 })
        }
        for (pod, process) in zip(pods, running) {
            let report = try pod.report(of: process)
            #expect(report.result == "Succeeded", "\(report.all)")
        }
        let order = try String(contentsOfFile: sandbox.path("order"), encoding: .utf8)
        #expect(order == String(repeating: "in\nout\n", count: 4))
        #expect(sandbox.files(in: "remote/shop.nightly/db/lock").isEmpty)
    }

    @Test("A run that is stopped gives its lock back")
    func stopped() throws {
        let sandbox = try Sandbox()
        try sandbox.fillVolume()
        _ = try sandbox.run("source-pvc", sandbox.volumeSource)
        try sandbox.shim(
            "rclone", "[ \"$1\" != copy ] || { touch \(sandbox.path("inside")); sleep 5; }\nexec /usr/bin/rclone \"$@\""
        )
        let running = try sandbox.start("destination-objects.sh", sandbox.localDestination())
        try eventually("the run is inside") { FileManager.default.fileExists(atPath: sandbox.path("inside")) }
        #expect(sandbox.files(in: "remote/shop.nightly/db/lock").count == 1)
        running.terminate()
        let report = try sandbox.report(of: running)
        #expect(report.result == "Failed" && report.message == "stopped by a signal", "\(report.all)")
        #expect(sandbox.files(in: "remote/shop.nightly/db/lock").isEmpty)
    }
}
