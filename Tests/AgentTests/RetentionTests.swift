import Foundation
import Support
import Testing

@Suite("Retention", .onThreadsOfItsOwn)
struct RetentionTests {
    private func keep(_ stamps: [String], _ rules: String) throws -> [String] {
        let sandbox = try Sandbox()
        try sandbox.write(stamps.joined(separator: "\n") + "\n", to: "list")
        let arguments = rules.split(separator: " ").flatMap { ["-v", String($0)] }
        let plan = try Sandbox.tool(
            "awk", arguments + ["-f", Sandbox.scripts.appending(path: "retention.awk").path, sandbox.path("list")])
        return plan.split(separator: "\n").filter { $0.hasPrefix("keep ") }.map { String($0.dropFirst(5)) }
    }

    @Test(
        "The newest of each period stays, and of the newest so many periods",
        arguments: [
            ("daily=2", ["20260103T020000Z", "20260102T220000Z"]),
            ("last=2 daily=1", ["20260103T020000Z", "20260102T220000Z"]),
            ("minKeep=3", ["20260103T020000Z", "20260102T220000Z", "20260102T020000Z"]),
            ("", ["20260103T020000Z"]),
            // The 28th of December and the 1st to 3rd of January: weeks 52 and 1; 2026 began on a Thursday.
            ("weekly=2", ["20260103T020000Z", "20251228T020000Z"]),
            ("monthly=2", ["20260103T020000Z", "20251231T020000Z"]),
            ("yearly=3", ["20260103T020000Z", "20251231T020000Z", "20240229T020000Z"]),
            ("hourly=2", ["20260103T020000Z", "20260102T220000Z"]),
        ])
    func rules(rules: String, want: [String]) throws {
        let stamps = [
            "20240229T020000Z", "20251228T020000Z", "20251231T020000Z", "20260102T020000Z", "20260102T220000Z",
            "20260103T020000Z",
        ]
        #expect(try keep(stamps.shuffled(), rules) == want)
    }

    @Test("Something always stays, and lines that are no artifacts are not touched")
    func somethingStays() throws {
        #expect(try keep(["20260101T000000Z", "lost+found", ""], "daily=0 minKeep=0") == ["20260101T000000Z"])
        #expect(try keep([], "daily=7").isEmpty)
    }

    @Test("restic keeps the same of the same series")
    func agreesWithRestic() throws {
        let sandbox = try Sandbox()
        let environment = [
            "RESTIC_REPOSITORY": sandbox.path("repository"), "RESTIC_PASSWORD": "x",
            "RESTIC_CACHE_DIR": sandbox.path("c"),
        ]
        try Sandbox.tool("restic", ["init"], environment: environment)
        try sandbox.write("x", to: "data/file")
        // More of each period than the rules keep: they differ once a rule can't be filled.
        let days = ["0102", "0103", "0110", "0117", "0118", "0201", "0214", "0215", "0301", "0302", "0303"]
        var stamps: [String] = []
        for (index, day) in days.enumerated() {
            stamps.append("2026\(day)T0\(index % 9)0000Z")
            let time = "2026-\(day.prefix(2))-\(day.suffix(2)) 0\(index % 9):00:00"
            try Sandbox.tool(
                "restic", ["backup", "-q", "--host", "h", "--time", time, sandbox.path("data")],
                environment: environment)
        }
        for rules in [["daily=3", "weekly=2"], ["last=2", "monthly=2"]] {
            let flags = rules.flatMap { rule -> [String] in
                let parts = rule.split(separator: "=")
                return ["--keep-\(parts[0])", String(parts[1])]
            }
            let json = try Sandbox.tool(
                "restic", ["forget", "--dry-run", "--json", "--group-by", "host"] + flags, environment: environment)
            let groups = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]])
            let kept = groups.flatMap { $0["keep"] as? [[String: Any]] ?? [] }.compactMap { $0["time"] as? String }
            let want = kept.map { String($0.prefix(19).filter { $0 != "-" && $0 != ":" }) + "Z" }
            #expect(Set(try keep(stamps, rules.joined(separator: " "))) == Set(want), "\(rules)")
        }
    }
}
