import Foundation
import Support
import Testing

@Suite("The webhook, told by the agent", .onThreadsOfItsOwn)
struct WebhookTests {
    private static let failed =
        #"{"version":1,"result":"Failed","message":"the upload failed (status 1): \"bucket\" is gone","durationSeconds":3}"#
    private static let good = #"{"version":1,"result":"Succeeded","message":"","durationSeconds":3,"sizeBytes":12}"#

    /// A pod with the reports that its containers have left until now.
    private func pod(_ receiver: Receiver, _ reports: [String: String], path: String = "/hook/T0KEN-0815") throws
        -> (sandbox: Sandbox, environment: [String: String])
    {
        let sandbox = try Sandbox()
        var reports = reports
        if reports["source"] != nil { reports["before-1"] = Self.good }
        for (name, report) in reports { try sandbox.write(report + "\n", to: "reports/\(name).json") }
        if reports.isEmpty { try sandbox.write("", to: "reports/.keep") }
        let credentials = try sandbox.credentials(
            "webhook",
            ["url": "http://127.0.0.1:\(receiver.port)\(path)\n", "authorization": "Bearer s3cret-\"quoted\""])
        return (
            sandbox,
            [
                "QM_CREDENTIALS": credentials, "QM_SECRET": "hook", "QM_REPORTS": sandbox.path("reports"),
                "QM_TASK": "backup", "QM_FIRST": "before-1 source", "QM_LAST": "to-bucket to-box", "QM_PAUSE": "0.1",
                "QM_RETRY_DELAY": "1",
            ]
        )
    }

    @Test("A run that failed is told once, with the words of the destination that failed and no secret in an argument")
    func failure() throws {
        let receiver = try Receiver()
        defer { receiver.stop() }
        let (sandbox, environment) = try pod(
            receiver, ["source": Self.good, "to-bucket": Self.failed, "to-box": Self.good])
        let running = try sandbox.start("notify", environment)
        try eventually("the webhook is told") { receiver.requests.count == 1 }
        let arguments = try String(contentsOfFile: "/proc/\(running.id)/cmdline", encoding: .utf8)
        running.terminate()
        let report = try sandbox.report(of: running)
        #expect(report.status == 0 && report.result == "Succeeded", "\(report.all)")
        let request = try #require(receiver.requests.first)
        #expect(request.path == "/hook/T0KEN-0815" && request.headers["Authorization"] == "Bearer s3cret-\"quoted\"")
        #expect(request.headers["Content-Type"] == "application/json")
        let body = request.body
        #expect(body["policy"] as? String == "nightly" && body["source"] as? String == "db")
        #expect(body["result"] as? String == "Failed")
        #expect(
            body["message"] as? String == "to-bucket: the upload failed (status 1): \"bucket\" is gone",
            "\(body)")
        let reports = try #require(body["reports"] as? [String: [String: Any]])
        #expect(reports["to-box"]?["sizeBytes"] as? Int == 12 && reports.count == 4)
        #expect(arguments.contains("notify") && !arguments.contains("T0KEN") && !report.all.contains("T0KEN"))
    }

    @Test("A run that went well is told only where that is wished for", arguments: [false, true])
    func success(isWished: Bool) throws {
        let receiver = try Receiver()
        defer { receiver.stop() }
        var (sandbox, environment) = try pod(
            receiver, ["source": Self.good, "to-bucket": Self.good, "to-box": Self.good])
        environment["QM_ON_SUCCESS"] = String(isWished)
        let running = try sandbox.start("notify", environment)
        try eventually("it is done") { sandbox.files(in: "reports").contains("notified") }
        if isWished { try eventually("the webhook is told") { receiver.requests.count == 1 } }
        running.terminate()
        let report = try sandbox.report(of: running)
        #expect(report.status == 0 && report.result == "Succeeded", "\(report.all)")
        #expect(receiver.requests.map { $0.body["result"] as? String } == (isWished ? ["Succeeded"] : []))
    }

    @Test("After a source that failed nobody waits for the destinations")
    func sourceFailed() throws {
        let receiver = try Receiver()
        defer { receiver.stop() }
        let (sandbox, environment) = try pod(receiver, ["source": Self.failed])
        let running = try sandbox.start("notify", environment)
        try eventually("the webhook is told") { receiver.requests.count == 1 }
        running.terminate()
        _ = try sandbox.report(of: running)
        #expect((receiver.requests.first?.body["message"] as? String)?.hasPrefix("source: ") == true)
        #expect((receiver.requests.first?.body["reports"] as? [String: Any])?.count == 2)
    }

    @Test("A hook that fails is told when the pod ends, and what never began is not")
    func hookFailed() throws {
        let receiver = try Receiver()
        defer { receiver.stop() }
        let (sandbox, environment) = try pod(receiver, ["before-1": Self.failed])
        let running = try sandbox.start("notify", environment)
        usleep(500_000)
        running.terminate()
        let report = try sandbox.report(of: running)
        #expect(report.status == 0 && receiver.requests.count == 1, "\(report.all)")
        let text = try #require(receiver.requests.first?.body["text"] as? String)
        #expect(text.hasPrefix("shop/nightly, backup of source db: Failed. before-1: the upload failed"), "\(text)")
        #expect((receiver.requests.first?.body["reports"] as? [String: Any])?.count == 1)
    }

    @Test("A check has no source and nothing that runs before it")
    func check() throws {
        let receiver = try Receiver()
        defer { receiver.stop() }
        var (sandbox, environment) = try pod(receiver, ["check-box": Self.failed])
        environment.merge(["QM_TASK": "check", "QM_SOURCE": "", "QM_FIRST": "", "QM_LAST": "check-box"]) { $1 }
        let running = try sandbox.start("notify", environment)
        try eventually("the webhook is told") { receiver.requests.count == 1 }
        running.terminate()
        #expect(try sandbox.report(of: running).result == "Succeeded")
        let body = try #require(receiver.requests.first?.body)
        #expect((body["text"] as? String)?.hasPrefix("shop/nightly, check: Failed. check-box: ") == true)
        #expect(body["task"] as? String == "check")
    }

    @Test("A run that is ended from outside is told when the pod ends, by what is not there")
    func ended() throws {
        let receiver = try Receiver()
        defer { receiver.stop() }
        let (sandbox, environment) = try pod(receiver, ["source": Self.good, "to-box": Self.good])
        let running = try sandbox.start("notify", environment)
        usleep(500_000)
        #expect(receiver.requests.isEmpty)
        running.terminate()
        let report = try sandbox.report(of: running)
        #expect(report.status == 0, "\(report.all)")
        let body = try #require(receiver.requests.first?.body)
        #expect(body["message"] as? String == "to-bucket: it was ended before it could report")
        #expect((body["reports"] as? [String: Any])?["to-bucket"] is NSNull)
    }

    @Test("A receiver that refuses at first is told again; one that goes on refusing is given up, and reported")
    func retries() throws {
        for (statuses, want) in [([500, 503, 204], "Succeeded"), ([500, 500, 500, 500, 500], "Failed")] {
            let receiver = try Receiver(statuses)
            defer { receiver.stop() }
            let (sandbox, environment) = try pod(receiver, ["source": Self.failed])
            let running = try sandbox.start("notify", environment)
            try eventually("three attempts were made") { receiver.requests.count == 3 }
            if want == "Failed" { try eventually("it gave up") { sandbox.files(in: "reports").contains("unsent") } }
            running.terminate()
            let report = try sandbox.report(of: running)
            #expect(report.status == 0 && report.result == want, "\(report.all)")
            #expect(receiver.requests.count == 3)
            if want == "Failed" {
                #expect(report.message.contains("the webhook was not told") && report.message.contains("500"))
            }
            #expect(!report.all.contains("T0KEN") && !report.all.contains("s3cret"))
        }
    }

    @Test("A container that is started again does not tell it twice")
    func restarted() throws {
        let receiver = try Receiver()
        defer { receiver.stop() }
        let (sandbox, environment) = try pod(receiver, ["source": Self.failed])
        for _ in 0..<2 {
            let running = try sandbox.start("notify", environment)
            try eventually("the webhook is told") { receiver.requests.count == 1 }
            usleep(300_000)
            running.terminate()
            #expect(try sandbox.report(of: running).result == "Succeeded")
        }
        #expect(receiver.requests.count == 1)
    }

    @Test(
        "A Secret without an address is reported by its name",
        arguments: [([:], "Secret hook is missing or has no key url"), (["url": "hooks.example.com"], "https://")])
    func noAddress(keys: [String: String], words: String) throws {
        let receiver = try Receiver()
        defer { receiver.stop() }
        var (sandbox, environment) = try pod(receiver, ["source": Self.failed])
        environment["QM_CREDENTIALS"] = try sandbox.credentials("other", keys)
        let running = try sandbox.start("notify", environment)
        try eventually("it gave up") { sandbox.files(in: "reports").contains("unsent") }
        running.terminate()
        let report = try sandbox.report(of: running)
        #expect(report.status == 0 && report.result == "Failed" && report.message.contains(words), "\(report.all)")
    }

    @Test("The source and the destinations leave copies of their reports")
    func copies() throws {
        let sandbox = try Sandbox()
        try sandbox.fillVolume()
        try sandbox.write("", to: "reports/.keep")
        var source = sandbox.volumeSource
        source["QM_REPORT_COPY"] = sandbox.path("reports/source.json")
        let report = try sandbox.run("source-pvc", source)
        let copy = try String(contentsOfFile: sandbox.path("reports/source.json"), encoding: .utf8)
        #expect(report.result == "Succeeded" && copy == report.text)
    }
}

/// An HTTP server that keeps what it is sent.
private final class Receiver: Sendable {
    struct Request {
        var path: String
        var headers: [String: String]
        var body: [String: Any]
    }

    let port: Int
    private let folder: String
    private let process: Running

    /// - Parameter statuses: its answers, the last one for all that follow.
    init(_ statuses: [Int] = [204]) throws {
        port = try freePort()
        folder = FileManager.default.temporaryDirectory.appending(path: "qm-hook-\(port)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let program = """
            import http.server, json, sys
            port, folder, statuses = int(sys.argv[1]), sys.argv[2], [int(s) for s in sys.argv[3].split(",")]
            seen = 0
            class Handler(http.server.BaseHTTPRequestHandler):
                def do_POST(self):
                    global seen
                    body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                    with open(f"{folder}/{seen}.part", "w") as file:
                        json.dump({"path": self.path, "headers": dict(self.headers), "body": body}, file)
                    import os; os.rename(f"{folder}/{seen}.part", f"{folder}/{seen:03}.json")
                    self.send_response(statuses[min(seen, len(statuses) - 1)])
                    seen += 1
                    self.end_headers()
                def log_message(self, *_): pass
            server = http.server.HTTPServer(("127.0.0.1", port), Handler)
            open(f"{folder}/ready", "w").close()
            server.serve_forever()
            """
        process = try Running(
            "/usr/bin/python3",
            ["-c", program, String(port), folder, statuses.map(String.init).joined(separator: ",")],
            environment: ["PATH": "/usr/bin:/bin"], log: folder + ".log")
        let ready = folder + "/ready"
        try eventually("the receiver listens") { FileManager.default.fileExists(atPath: ready) }
    }

    /// To be deferred by the test: the server must live longer than its last mention.
    func stop() {
        process.terminate()
        process.wait()
        try? FileManager.default.removeItem(atPath: folder)
        try? FileManager.default.removeItem(atPath: folder + ".log")
    }

    var requests: [Request] {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter {
            $0.hasSuffix(".json")
        }
        return names.sorted().compactMap { name in
            guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)"),
                let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
                let body = try? JSONSerialization.jsonObject(with: Data((object["body"] as? String ?? "").utf8))
            else { return nil }
            return Request(
                path: object["path"] as? String ?? "", headers: object["headers"] as? [String: String] ?? [:],
                body: body as? [String: Any] ?? [:])
        }
    }
}
