import BackupModel
import Foundation
import KubeAPI
import Support
import Testing

@Suite("Retention", .onThreadsOfItsOwn)
struct RetentionTests {
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
            let artifacts = stamps.compactMap { Stamp($0) }.map { Artifact(stamp: $0, sizeBytes: 1, id: "\($0)") }
            let plan = try #require(RetentionRules(words: rules.joined(separator: " "))).plan(
                for: artifacts, at: .now())
            #expect(Set(plan.kept.map(\.id)) == Set(want), "\(rules)")
        }
    }
}
